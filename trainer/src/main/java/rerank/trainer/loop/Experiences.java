package rerank.trainer.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Query;
import rerank.schemas.Experience;
import rerank.trainer.learning.Impression;
import rerank.trainer.learning.LoggedQuery;
import rerank.trainer.learning.UserAction;

/** Turns the event into the domain's records; acts of kinds that this reader does not know are left out. */
final class Experiences {
    private Experiences() {}

    /**
     * A logged query; empty for what nothing can be learned from: no question, no results, an unknown mode.
     *
     * @param isWithTexts whether documents are wanted, too; without them only clicks count
     */
    static Optional<LoggedQuery> query(Experience event, boolean isWithTexts) {
        Optional<Mode> mode = mode(event.getMode());
        if (mode.isEmpty() || event.getText().isBlank() || event.getImpressions().isEmpty()) {
            return Optional.empty();
        }
        try {
            List<Impression> impressions = new ArrayList<>();
            for (rerank.schemas.Impression impression : event.getImpressions()) {
                impressions.add(impression(impression, isWithTexts));
            }
            return Optional.of(new LoggedQuery(
                    new Query(event.getQueryId(), event.getText(), event.getInstruction()),
                    mode.get(),
                    event.getModelVersion(),
                    event.getShownAtMs(),
                    event.getExploredRank(),
                    impressions));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Mode> mode(String id) {
        return id.isEmpty() ? Optional.empty() : modes(id);
    }

    private static Optional<Mode> modes(String id) {
        for (Mode mode : Mode.values()) {
            if (mode.id().equals(id)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }

    private static Impression impression(rerank.schemas.Impression shown, boolean isWithTexts) {
        List<UserAction> actions = new ArrayList<>();
        for (rerank.schemas.UserAction action : shown.getActions()) {
            kind(action.getKind()).ifPresent(kind -> actions.add(new UserAction(kind, action.getValue())));
        }
        return new Impression(
                new Candidate(
                        shown.getDocId(),
                        isWithTexts ? shown.getTitle() : "",
                        isWithTexts ? shown.getText() : "",
                        shown.getFirstStageScore(),
                        shown.getFirstStageRank()),
                shown.getPosition(),
                shown.getScore(),
                labels(shown.getLabelProbabilities()),
                isWithTexts ? shown.getExplanation() : "",
                shown.getModelVersion(),
                actions);
    }

    private static @Nullable LabelDistribution labels(List<Double> probabilities) {
        return probabilities.size() == 3
                ? new LabelDistribution(probabilities.get(0), probabilities.get(1), probabilities.get(2))
                : null;
    }

    private static Optional<UserAction.Kind> kind(rerank.schemas.FeedbackKind kind) {
        return switch (kind) {
            case CLICK -> Optional.of(UserAction.Kind.CLICK);
            case DWELL -> Optional.of(UserAction.Kind.DWELL);
            case SAVE -> Optional.of(UserAction.Kind.SAVE);
            case DISMISS -> Optional.of(UserAction.Kind.DISMISS);
            case GRADE -> Optional.of(UserAction.Kind.GRADE);
            case UNKNOWN -> Optional.empty();
        };
    }
}
