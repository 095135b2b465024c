package rerank.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;

/** How many cores other processes used since it was made; on Linux, elsewhere unknown. */
final class OtherLoad {
    private static final double TICKS_PER_SECOND = 100;

    private final long begunNanos = System.nanoTime();
    private final long busyTicks = busyTicks();
    private final long ownTicks = ownTicks();

    /** Cores in the mean; NaN where it cannot be known. */
    double cores() {
        if (busyTicks < 0) {
            return Double.NaN;
        }
        double seconds = (System.nanoTime() - begunNanos) / 1e9;
        double others = (busyTicks() - busyTicks) - (ownTicks() - ownTicks);
        return Math.max(0, others / TICKS_PER_SECOND / seconds);
    }

    /** User, nice, system, interrupts and stolen time of all processors. */
    private static long busyTicks() {
        try {
            String[] fields =
                    Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split("\\s+");
            return LongStream.of(1, 2, 3, 6, 7, 8)
                    .map(field -> Long.parseLong(fields[(int) field]))
                    .sum();
        } catch (IOException e) {
            return -1;
        }
    }

    private static long ownTicks() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            // The name in parentheses may hold spaces; user and system time are the 12th and 13th fields after it.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException e) {
            return 0;
        }
    }
}
