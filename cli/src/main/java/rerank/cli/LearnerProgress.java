package rerank.cli;

import org.jspecify.annotations.Nullable;
import rerank.cli.console.ProgressBar;
import rerank.trainer.loop.Progress;

/** Shows the phases of a learner's cycle as bars. Owned by the learner's thread. */
final class LearnerProgress implements Progress, AutoCloseable {
    private static final int STEPS = 100;

    private String shown = "";
    private int done;
    private @Nullable ProgressBar bar;

    @Override
    public void at(String phase, double share) {
        if (bar == null || !phase.equals(shown)) {
            end();
            bar = new ProgressBar(phase, STEPS);
            shown = phase;
            done = 0;
        }
        while (done < Math.min(STEPS, (int) Math.floor(share * STEPS))) {
            done++;
            bar.step("");
        }
    }

    /** Leaves the line, so that other text can follow. */
    void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    @Override
    public void close() {
        end();
    }
}
