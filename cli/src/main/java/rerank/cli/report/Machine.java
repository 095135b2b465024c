package rerank.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where figures come from.
 *
 * @param processor as Linux names it; the architecture on other systems
 * @param cores that this process may use
 * @param java version
 */
public record Machine(String processor, int cores, String java) {
    /** The machine that this process runs on. */
    public static Machine here() {
        return new Machine(
                processor(Path.of("/proc/cpuinfo")),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"));
    }

    static String processor(Path cpuInfo) {
        try {
            for (String line : Files.readAllLines(cpuInfo)) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        } catch (IOException e) {
            // Not Linux: there is no such file.
            return System.getProperty("os.arch");
        }
        return System.getProperty("os.arch");
    }
}
