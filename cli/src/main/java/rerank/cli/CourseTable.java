package rerank.cli;

import java.io.PrintStream;
import java.util.Locale;
import rerank.cli.simulation.Course;
import rerank.cli.simulation.Simulation;
import rerank.trainer.loop.CycleReport;

/** Prints how a simulation goes, a line after every turn of the learner. */
final class CourseTable implements Simulation.Watcher {
    private static final int DOT_EVERY = 50;

    private final PrintStream out;
    private final boolean isTerminal = Boolean.getBoolean("rerank.terminal");
    private boolean isBegun;
    private int sessions;

    CourseTable(PrintStream out) {
        this.out = out;
    }

    @Override
    public void session() {
        sessions++;
        if (isTerminal && sessions % DOT_EVERY == 0) {
            System.err.print("\r" + sessions + " sessions \u001b[K");
            System.err.flush();
        }
    }

    @Override
    public void cycle(CycleReport report) {
        erase();
        String version = report.version();
        out.printf(
                Locale.ROOT,
                "          %s%s: %s%n",
                report.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                version == null ? "" : " " + version,
                report.reason());
    }

    @Override
    public void point(Course.Point point) {
        erase();
        if (!isBegun) {
            isBegun = true;
            out.printf(Locale.ROOT, "sessions  seen nDCG@10  served, unseen  what serves%n");
        }
        out.printf(
                Locale.ROOT,
                "%8d  %12.4f  %14.4f  %s%s%n",
                point.sessions(),
                point.seenNdcg10(),
                point.servedNdcg10(),
                point.active(),
                point.canary().isEmpty() ? "" : ", canary " + point.canary());
    }

    private void erase() {
        if (isTerminal) {
            System.err.print("\r\u001b[K");
            System.err.flush();
        }
    }
}
