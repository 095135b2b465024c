package rerank.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The most memory this process has held, native libraries and mapped weights included. */
public final class PeakMemory {
    private PeakMemory() {}

    /** Peak resident set size in bytes as Linux counts it; 0 on other systems. */
    public static long rssBytes() {
        return rssBytes(Path.of("/proc/self/status"));
    }

    static long rssBytes(Path status) {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException e) {
            // Not Linux: there is no such file.
            return 0;
        }
        return 0;
    }
}
