package rerank.model.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import rerank.model.transformer.StepResult;
import rerank.model.transformer.Trace;
import rerank.model.transformer.Transformer;

/**
 * Compares forward passes with the {@code cases} of a {@code golden.json}: laid open, with padding on either side, and
 * the last position of the same prompts by the way that serves.
 */
final class GoldenForward {
    private final Transformer plain;
    private final Transformer transformer;
    private final Tolerances tolerances;
    private final List<CheckedCase> results = new ArrayList<>();

    /**
     * A comparison.
     *
     * @param plain to be laid open
     * @param transformer the same model as it serves
     */
    GoldenForward(Transformer plain, Transformer transformer, Tolerances tolerances) {
        this.plain = plain;
        this.transformer = transformer;
        this.tolerances = tolerances;
    }

    List<CheckedCase> compare(JsonNode golden) {
        golden.path("cases").forEach(this::compareForward);
        return results;
    }

    private void add(String name, double deviation, double tolerance) {
        results.add(new CheckedCase(name, deviation, tolerance));
    }

    private void compareForward(JsonNode forward) {
        String name = forward.path("name").asText();
        int[][] ids = Golden.intRows(forward.path("input_ids"));
        boolean[][] real = Golden.real(ids, forward.path("attention_mask"));
        int[][] positions = forward.has("position_ids")
                ? Golden.intRows(forward.path("position_ids"))
                : Arrays.stream(ids)
                        .map(row -> IntStream.range(0, row.length).toArray())
                        .toArray(int[][]::new);
        Trace trace = plain.trace(ids, Golden.zeros(ids), real, positions);
        compareLogits(name, forward.path("logits"), trace);
        compareArgmax(name, forward.path("argmax"), trace);
        compareHidden(name, forward, trace);
        comparePrefill(name, forward.path("logits"), Golden.stripped(ids, real), real);
    }

    private void compareLogits(String name, JsonNode expectedRows, Trace trace) {
        double worst = 0;
        double worstRms = 0;
        for (JsonNode expected : expectedRows) {
            double[] values = Golden.doubles(expected.path("values"));
            float[] actual = trace.logits()[expected.path("row").asInt()][
                    expected.path("pos").asInt()];
            double squares = 0;
            for (int i = 0; i < values.length; i++) {
                double deviation = Math.abs(actual[i] - values[i]);
                worst = Golden.worse(worst, deviation);
                squares += deviation * deviation;
            }
            worstRms = Golden.worse(worstRms, Math.sqrt(squares / values.length));
        }
        add("logits " + name, worst, tolerances.logit());
        add("logits rms " + name, worstRms, tolerances.rowRms());
    }

    /** By how much our best token beats the reference's best one: 0 where they are the same. */
    private void compareArgmax(String name, JsonNode expected, Trace trace) {
        double worst = 0;
        for (int row = 0; row < expected.size(); row++) {
            for (int t = 0; t < expected.path(row).size(); t++) {
                JsonNode best = expected.path(row).path(t);
                if (!best.isNull()) {
                    float[] logits = trace.logits()[row][t];
                    double lead = IntStream.range(0, logits.length)
                                    .mapToDouble(i -> logits[i])
                                    .max()
                                    .orElseThrow()
                            - logits[best.asInt()];
                    worst = Golden.worse(worst, lead);
                }
            }
        }
        add("best token " + name, worst, 2 * tolerances.logit());
    }

    private void compareHidden(String name, JsonNode forward, Trace trace) {
        double worst = 0;
        JsonNode norms = forward.path("last_hidden_norms");
        for (int row = 0; row < norms.size(); row++) {
            for (int t = 0; t < norms.path(row).size(); t++) {
                if (!norms.path(row).path(t).isNull()) {
                    float[] own = trace.norms()[row][t];
                    worst = Golden.worse(
                            worst,
                            Math.abs(own[own.length - 1]
                                    - norms.path(row).path(t).asDouble()));
                }
            }
        }
        JsonNode detail = forward.path("detail");
        if (!detail.isMissingNode()) {
            int row = detail.path("row").asInt();
            int t = detail.path("pos").asInt();
            worst = Golden.worse(worst, relative(trace.norms()[row][t], detail.path("hidden_state_norms_per_layer")));
            worst = Golden.worse(worst, relative(trace.hidden()[row][t], detail.path("last_hidden")));
        }
        add("hidden " + name, worst, tolerances.logit());
    }

    /** Largest deviation; of numbers above 1, relative to them (norms inside the model grow with its layers). */
    private static double relative(float[] actual, JsonNode expected) {
        double worst = 0;
        for (int i = 0; i < expected.size(); i++) {
            double value = expected.path(i).asDouble();
            worst = Golden.worse(worst, Math.abs(actual[i] - value) / Math.max(1, Math.abs(value)));
        }
        return worst;
    }

    /** The same prompts by the way that serves: right-padded, no mask, the head at the last position alone. */
    private void comparePrefill(String name, JsonNode expectedRows, int[][] prompts, boolean[][] real) {
        int[] everyToken =
                IntStream.range(0, transformer.config().vocabularySize()).toArray();
        StepResult next = transformer.next(prompts, Golden.zeros(prompts), everyToken);
        double worst = 0;
        for (JsonNode expected : expectedRows) {
            int row = expected.path("row").asInt();
            if (expected.path("pos").asInt() == lastReal(real[row])) {
                double[] logProbs = Golden.logSoftmax(Golden.doubles(expected.path("values")));
                for (int i = 0; i < logProbs.length; i++) {
                    worst = Golden.worse(worst, Math.abs(next.asked()[row][i] - logProbs[i]));
                }
            }
        }
        add("prefill " + name, worst, tolerances.logProb());
    }

    private static int lastReal(boolean[] real) {
        return IntStream.range(0, real.length).filter(t -> real[t]).max().orElseThrow();
    }
}
