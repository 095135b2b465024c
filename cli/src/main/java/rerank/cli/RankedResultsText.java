package rerank.cli;

import java.util.Locale;
import rerank.cli.console.RankingPrinter;
import rerank.cli.console.RankingPrinter.Entry;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;

/** Rankings from the topic as text for people. */
final class RankedResultsText {
    private static final int WIDTH = 100;
    private static final String[] LABELS = {"irrelevant", "partial", "relevant"};

    private final RankingPrinter printer = new RankingPrinter(WIDTH);
    private final int top;

    /** @param top results shown of each ranking */
    RankedResultsText(int top) {
        this.top = top;
    }

    /** A ranking under the text of its query. */
    String of(String query, RankedResults results) {
        return printer.print(
                query,
                facts(results),
                results.getItems().stream().limit(top).map(this::entry).toList());
    }

    private static String facts(RankedResults results) {
        String facts = String.format(
                Locale.ROOT,
                "%d of %d candidates judged, %s, %s, %d ms",
                results.getCandidatesJudged(),
                results.getCandidatesReceived(),
                mode(results),
                results.getModelVersion(),
                results.getCompletedAtMs() - results.getAcceptedAtMs());
        return results.getStatus() == RankingStatus.COMPLETE
                ? facts
                : "PARTIAL (" + results.getReason() + "), " + facts;
    }

    private static String mode(RankedResults results) {
        String asked = results.getRequestedMode();
        return asked.isEmpty() || asked.equals(results.getMode())
                ? results.getMode()
                : results.getMode() + " (asked for " + asked + ")";
    }

    /** The label in a word; in mode listwise, that the model read it. */
    private static String verdict(RankedItem item) {
        if (!item.getJudged()) {
            return "unjudged";
        }
        return item.getLabel() < 0 ? "read" : LABELS[item.getLabel()];
    }

    private Entry entry(RankedItem item) {
        return new Entry(
                item.getRank(),
                item.getFirstStageRank(),
                item.getTitle().isBlank() ? item.getDocId() : item.getTitle(),
                item.getScore(),
                verdict(item),
                item.getJudged() ? item.getExplanation() : item.getUnjudgedReason());
    }
}
