package rerank.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What other processes take of the machine during a measurement, as Linux counts it. */
final class OtherLoad {
    /** Linux counts in hundredths of a second, whatever its own clock. */
    private static final double TICKS_PER_SECOND = 100;

    private final long nanos = System.nanoTime();
    private final double all = busySeconds();
    private final double own = ownSeconds();

    private OtherLoad() {}

    static OtherLoad start() {
        return new OtherLoad();
    }

    /** Processors that others used on average since the start; NaN where it cannot be told. */
    double othersCores() {
        double elapsed = (System.nanoTime() - nanos) / 1e9;
        return Math.max(0, (busySeconds() - all - (ownSeconds() - own)) / elapsed);
    }

    private static double ownSeconds() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(time -> time.toNanos() / 1e9)
                .orElse(Double.NaN);
    }

    /** User, nice, system, irq and softirq time of all processors. */
    private static double busySeconds() {
        try {
            String[] counts = Files.readAllLines(Path.of("/proc/stat")).get(0).split("\\s+");
            long busy = 0;
            for (int i : new int[] {1, 2, 3, 6, 7}) {
                busy += Long.parseLong(counts[i]);
            }
            return busy / TICKS_PER_SECOND;
        } catch (IOException e) {
            // Not Linux: there is no such file.
            return Double.NaN;
        }
    }
}
