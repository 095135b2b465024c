package rerank.trainer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds the shared folder of data sets and tiny checkpoints: {@code -Drerank.shared}, or {@code shared} beside this module or above it. */
public final class SharedData {
    private SharedData() {}

    /** A data set's directory; the calling test is aborted, with the reason, where the folder is absent. */
    public static Path dataset(String name) {
        return directory("data", name);
    }

    /** A tiny checkpoint's directory; the calling test is aborted, with the reason, where the folder is absent. */
    public static Path golden(String name) {
        return directory("golden", name);
    }

    private static Path directory(String kind, String name) {
        Path shared = shared();
        assumeTrue(
                shared != null && Files.isDirectory(shared.resolve(kind).resolve(name)),
                name + " is not here: no shared/" + kind + "/" + name
                        + " beside this module or above it; name the folder with -Drerank.shared=DIR");
        return shared.resolve(kind).resolve(name);
    }

    private static @Nullable Path shared() {
        String given = System.getProperty("rerank.shared");
        if (given != null) {
            return Path.of(given);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("shared").resolve("data"))) {
                return at.resolve("shared");
            }
        }
        return null;
    }
}
