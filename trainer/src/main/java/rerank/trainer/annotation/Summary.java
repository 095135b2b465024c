package rerank.trainer.annotation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import rerank.trainer.chat.Price;
import rerank.trainer.chat.Spending;

/**
 * What an annotation came to.
 *
 * @param teacher who annotated
 * @param pairs that were to be annotated
 * @param drops what was dropped, step by step: by reason where the teacher failed, then by filter
 * @param known how the teacher's labels compare with known ones
 * @param trainLabels examples to learn from, by label
 * @param devLabels examples to measure by, by label
 * @param searchQueries questions with search queries
 * @param spending of this run
 * @param spendingOfAll of all runs into this directory
 * @param price of tokens
 */
public record Summary(
        String teacher,
        int pairs,
        List<Drop> drops,
        Agreement known,
        int[] trainLabels,
        int[] devLabels,
        int searchQueries,
        Spending spending,
        Spending spendingOfAll,
        Price price) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What one step dropped.
     *
     * @param step the filter, or the teacher with the reason of its failure
     * @param examined pairs it saw
     * @param dropped of them
     * @param examples ids of two of those
     */
    public record Drop(String step, int examined, int dropped, List<String> examples) {
        public Drop {
            examples = List.copyOf(examples);
        }
    }

    /**
     * The teacher's labels beside known ones.
     *
     * @param compared pairs with a known label that the teacher labeled by itself
     * @param agreed of them
     * @param regenerated pairs where it did not agree and explained the known label instead
     */
    public record Agreement(int compared, int agreed, int regenerated) {}

    public Summary {
        drops = List.copyOf(drops);
    }

    /** Whether requests failed that a later run may have answered. */
    public boolean isIncomplete() {
        return spending.failed() > 0;
    }

    /** As {@code summary.json} has it. */
    String json() {
        ObjectNode json = JSON.createObjectNode().put("teacher", teacher).put("pairs", pairs);
        ArrayNode steps = json.putArray("dropped");
        for (Drop drop : drops) {
            ObjectNode step = steps.addObject()
                    .put("step", drop.step())
                    .put("examined", drop.examined())
                    .put("dropped", drop.dropped());
            drop.examples().forEach(step.putArray("examples")::add);
        }
        json.putObject("knownLabels")
                .put("compared", known.compared())
                .put("agreed", known.agreed())
                .put("regenerated", known.regenerated());
        putLabels(json.putObject("examples"), trainLabels);
        putLabels(json.putObject("dev"), devLabels);
        json.put("searchQueries", searchQueries);
        putSpending(json.putObject("thisRun"), spending);
        putSpending(json.putObject("allRuns"), spendingOfAll);
        return json.toPrettyString() + "\n";
    }

    private static void putLabels(ObjectNode json, int[] counts) {
        for (int label = 0; label < counts.length; label++) {
            json.put("label" + label, counts[label]);
        }
    }

    private void putSpending(ObjectNode json, Spending spent) {
        json.put("answersPaid", spent.answered())
                .put("answersFromLog", spent.fromLog())
                .put("requestsSent", spent.tries())
                .put("requestsFailed", spent.failed())
                .put("requestsRejected", spent.rejected())
                .put("promptTokens", spent.promptTokens())
                .put("completionTokens", spent.completionTokens());
        if (price.isKnown()) {
            json.put("cost", price.of(spent));
        }
    }
}
