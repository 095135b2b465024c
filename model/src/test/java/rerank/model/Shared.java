package rerank.model;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the folder of shared fixtures and data that lies beside the project's checkout. */
public final class Shared {
    private Shared() {}

    /**
     * The system property {@code rerank.shared}, or the first {@code shared} folder walking up from the module; a path
     * that does not exist when there is none, so that a test says in its assumption what it looked for.
     */
    public static Path folder() {
        String given = System.getProperty("rerank.shared");
        if (given != null) {
            return Path.of(given);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("shared"))) {
                return at.resolve("shared");
            }
        }
        return Path.of("../shared").toAbsolutePath().normalize();
    }
}
