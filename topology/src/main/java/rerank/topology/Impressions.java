package rerank.topology;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import rerank.schemas.Experience;
import rerank.schemas.Impression;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.internal.QueryState;

/** Makes the experience of an answer as it is before users act on it. Holds no state. */
final class Impressions {
    /** Lengths, ranks, scores and probabilities of an impression, generously. */
    private static final int NUMBERS_PER_IMPRESSION_BYTES = 120;

    private final Attribution settings;
    private final int maxBytes;

    /** @param maxBytes bound on an experience without its actions; beyond it, results lose their texts from the end */
    Impressions(Attribution settings, int maxBytes) {
        this.settings = settings;
        this.maxBytes = maxBytes;
    }

    /**
     * The experience of an answer; empty when none is published.
     *
     * @param textOf the kept text of a document by its id; empty if none is kept
     */
    Optional<Experience> of(QueryState query, RankedResults results, UnaryOperator<String> textOf) {
        return settings.isOn() ? Optional.of(experience(query, results, textOf)) : Optional.empty();
    }

    private Experience experience(QueryState query, RankedResults results, UnaryOperator<String> textOf) {
        boolean withTexts = settings.keepsTexts();
        return Experience.newBuilder()
                .setQueryId(results.getQueryId())
                .setText(withTexts ? query.getText() : "")
                .setInstruction(withTexts ? query.getInstruction() : "")
                .setMode(results.getMode())
                .setModelVersion(results.getModelVersion())
                .setPromptVersion(results.getPromptVersion())
                .setShownAtMs(results.getCompletedAtMs())
                .setExploredRank(results.getExploredRank())
                .setSwapped(results.getSwapped())
                .setImpressions(impressions(query, results.getItems(), textOf))
                .build();
    }

    private List<Impression> impressions(QueryState query, List<RankedItem> items, UnaryOperator<String> textOf) {
        List<Impression> impressions = new ArrayList<>();
        long bytes = utf8(query.getText()) + utf8(query.getInstruction());
        for (RankedItem item : items.subList(0, Math.min(items.size(), settings.maxImpressions()))) {
            Impression impression = withoutTexts(item);
            impressions.add(impression);
            bytes += NUMBERS_PER_IMPRESSION_BYTES + utf8(item.getDocId()) + utf8(item.getModelVersion());
        }
        if (settings.keepsTexts()) {
            addTexts(impressions, items, textOf, maxBytes - bytes);
        }
        return impressions;
    }

    private static Impression withoutTexts(RankedItem item) {
        return Impression.newBuilder()
                .setDocId(item.getDocId())
                .setPosition(item.getRank())
                .setPropensity(item.getPropensity())
                .setScore(item.getScore())
                .setFirstStageScore(item.getFirstStageScore())
                .setFirstStageRank(item.getFirstStageRank())
                .setLabel(item.getLabel())
                .setLabelProbabilities(item.getLabelProbabilities())
                .setModelVersion(item.getModelVersion())
                .build();
    }

    private void addTexts(
            List<Impression> impressions, List<RankedItem> items, UnaryOperator<String> textOf, long roomBytes) {
        long room = roomBytes;
        for (int i = 0; i < impressions.size(); i++) {
            RankedItem item = items.get(i);
            String text = Limits.cut(textOf.apply(item.getDocId()), settings.maxTextChars());
            room -= utf8(item.getTitle()) + utf8(text) + utf8(item.getExplanation());
            if (room < 0) {
                return;
            }
            Impression impression = impressions.get(i);
            impression.setTitle(item.getTitle());
            impression.setText(text);
            impression.setExplanation(item.getExplanation());
        }
    }

    private static long utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
