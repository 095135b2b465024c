package rerank.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory that this process holds and the most it has held, native libraries and mapped weights included. */
public final class PeakMemory {
    private PeakMemory() {}

    /** Peak resident set size in bytes as Linux counts it; 0 on other systems. */
    public static long rssBytes() {
        return rssBytes(Path.of("/proc/self/status"));
    }

    /** Resident set size now, in bytes as Linux counts it; 0 on other systems. */
    public static long currentRssBytes() {
        return bytes(Path.of("/proc/self/status"), "VmRSS:");
    }

    static long rssBytes(Path status) {
        return bytes(status, "VmHWM:");
    }

    private static long bytes(Path status, String key) {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith(key)) {
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
