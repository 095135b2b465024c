package rerank.trainer.learning;

import java.util.List;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.LabelDistribution;

/**
 * A candidate that was shown to a user at a position.
 *
 * @param candidate with the text that the model saw
 * @param position from 1
 * @param score its final score in [0, 1], the first stage's share included
 * @param labels what the model said of it; null where it was not judged
 * @param explanation that was shown with it; empty where none was written
 * @param modelVersion the weights that judged it; empty where none did
 * @param actions what users did with it, oldest first
 */
public record Impression(
        Candidate candidate,
        int position,
        double score,
        @Nullable LabelDistribution labels,
        String explanation,
        String modelVersion,
        List<UserAction> actions) {
    public Impression {
        if (position < 1 || !Double.isFinite(score)) {
            throw new IllegalArgumentException("impression of " + candidate.docId() + ": position " + position
                    + " and score " + score + "; expected at least 1 and a finite number");
        }
        actions = List.copyOf(actions);
    }
}
