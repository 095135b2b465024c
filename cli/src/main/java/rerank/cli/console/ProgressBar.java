package rerank.cli.console;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;

/**
 * How far a long run is. On a terminal one line that redraws itself; elsewhere, in a log file say, one line for every
 * tenth of the work. Safe for use by several threads.
 */
public final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 30;
    private static final Duration REDRAW_INTERVAL = Duration.ofMillis(100);

    private final PrintStream out;
    private final boolean terminal;
    private final Clock clock;
    private final String label;
    private final long total;
    private final long startedAt;
    private long done;
    private long drawnAt = Long.MIN_VALUE;
    private long tenthsPrinted;
    private String note = "";

    /** A bar on standard error; the start script says whether that is a terminal. */
    public ProgressBar(String label, long total) {
        this(System.err, Boolean.getBoolean("rerank.terminal"), Clock.systemUTC(), label, total);
    }

    ProgressBar(PrintStream out, boolean terminal, Clock clock, String label, long total) {
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
        this.label = label;
        this.total = total;
        this.startedAt = clock.millis();
    }

    /** One more piece of the work is done. */
    public void step() {
        step("");
    }

    /** One more piece of the work is done; the note, for example a rate, is shown at the end of the line. */
    public synchronized void step(String newNote) {
        done++;
        note = newNote;
        draw();
    }

    private void draw() {
        long now = clock.millis();
        if (terminal) {
            if (done == total || drawnAt == Long.MIN_VALUE || now - drawnAt >= REDRAW_INTERVAL.toMillis()) {
                drawnAt = now;
                out.print("\r" + bar() + " " + text(now) + "\u001b[K");
                out.flush();
            }
        } else if (done * 10 / Math.max(1, total) > tenthsPrinted) {
            tenthsPrinted = done * 10 / Math.max(1, total);
            out.println(text(now));
        }
    }

    private String bar() {
        int filled = (int) (WIDTH * Math.min(done, total) / Math.max(1, total));
        return "[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "]";
    }

    private String text(long now) {
        double seconds = (now - startedAt) / 1000.0;
        String left = done == 0 || done >= total ? "" : ", " + time(seconds / done * (total - done)) + " left";
        return String.format(
                Locale.ROOT,
                "%s %d of %d (%d %%), %s%s%s",
                label,
                done,
                total,
                100 * done / Math.max(1, total),
                time(seconds),
                left,
                note.isEmpty() ? "" : ", " + note);
    }

    private static String time(double seconds) {
        long whole = Math.round(seconds);
        return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
    }

    /** Removes the line from a terminal, so that it does not run into what is printed next. */
    public synchronized void erase() {
        if (terminal && drawnAt != Long.MIN_VALUE) {
            out.print("\r\u001b[K");
            out.flush();
            drawnAt = Long.MIN_VALUE;
        }
    }

    /** Ends the line. */
    @Override
    public synchronized void close() {
        if (terminal && drawnAt != Long.MIN_VALUE) {
            out.println();
        }
    }
}
