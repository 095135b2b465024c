package rerank.trainer.distillation;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * One line that says how far a run is: rewritten in place on a terminal, a plain line now and then elsewhere. Owned by
 * one thread.
 */
public final class ProgressBar {
    private static final int CELLS = 24;
    private static final double PLAIN_EVERY = 0.05;

    private final PrintStream out;
    private final boolean terminal;
    private double printed = -1;

    /**
     * A bar on the given stream.
     *
     * @param terminal whether the stream is one, so that a line may be overwritten
     */
    public ProgressBar(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /**
     * Shows progress.
     *
     * @param progress in [0, 1]
     * @param elapsed since the beginning of this process' part, which made {@code progress - from}
     * @param from progress at which this process began
     * @param detail what else to say, for example the loss
     */
    public void show(double progress, double from, Duration elapsed, String detail) {
        if (!terminal && progress < 1 && progress - printed < PLAIN_EVERY) {
            return;
        }
        printed = progress;
        String line = line(progress, from, elapsed, detail);
        out.print(terminal ? "\r\u001b[2K" + line : line + System.lineSeparator());
        out.flush();
    }

    /** Leaves the line, so that other text can follow. */
    public void done() {
        if (terminal) {
            out.println();
        }
    }

    /** The line without terminal control characters. */
    static String line(double progress, double from, Duration elapsed, String detail) {
        int full = (int) Math.round(CELLS * Math.min(1, progress));
        return String.format(
                Locale.ROOT,
                "[%s%s] %3.0f %%  %s  %s",
                "#".repeat(full),
                ".".repeat(CELLS - full),
                100 * progress,
                eta(progress, from, elapsed),
                detail);
    }

    private static String eta(double progress, double from, Duration elapsed) {
        if (progress - from <= 0) {
            return "ETA --:--";
        }
        long seconds = Math.round(elapsed.toMillis() / 1000.0 * Math.max(0, 1 - progress) / (progress - from));
        return seconds >= 3600
                ? String.format(Locale.ROOT, "ETA %d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
                : String.format(Locale.ROOT, "ETA %02d:%02d", seconds / 60, seconds % 60);
    }
}
