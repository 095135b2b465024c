package rerank.model.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import rerank.model.encoder.Encoder;
import rerank.model.encoder.EncoderTrace;
import rerank.model.ranking.LabelDistribution;
import rerank.model.tokenizer.PairTokens;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Precision;

/**
 * Compares a cross-encoder with a {@code golden.json} (token ids to logits and hidden states) and a {@code
 * golden_text.json} (pairs of texts to ids, types and logits).
 */
final class GoldenClassifier {
    private final Encoder encoder;
    private final Tolerances tolerances;
    private final List<CheckedCase> results = new ArrayList<>();

    /**
     * How far from the reference's float32 numbers we accept to be. In float32, kernels differ by 4e-6 at most on the
     * models these limits were measured on, while the smallest mistake in the arithmetic moves a logit by 8e-5.
     *
     * @param logit of one logit
     * @param hidden of one hidden value or norm; of those above 1, relative to them
     * @param score of a score made of logits
     */
    private record Tolerances(double logit, double hidden, double score) {
        static Tolerances of(Precision precision) {
            return switch (precision) {
                case FLOAT32 -> new Tolerances(2e-5, 2e-5, 1e-5);
                case BFLOAT16 -> new Tolerances(0.1, 0.2, 0.03);
                case INT8 -> throw new IllegalArgumentException("encoders do not compute in int8");
            };
        }
    }

    GoldenClassifier(Encoder encoder, Precision precision) {
        this.encoder = encoder;
        this.tolerances = Tolerances.of(precision);
    }

    /** Compares the {@code cases} of a {@code golden.json}, each by the way that serves and laid open. */
    List<CheckedCase> compare(JsonNode golden) {
        results.clear();
        for (JsonNode one : golden.path("cases")) {
            compareCase(one, golden.path("sigmoid_of_logits_batch"));
        }
        return List.copyOf(results);
    }

    /** Compares the {@code cases} of a {@code golden_text.json}. */
    List<CheckedCase> compareTexts(JsonNode golden, Tokenizer tokenizer) {
        results.clear();
        for (int i = 0; i < golden.path("cases").size(); i++) {
            JsonNode one = golden.path("cases").path(i);
            String name = "pair " + (i + 1);
            PairTokens expected = new PairTokens(Golden.ints(one.path("ids")), Golden.ints(one.path("type_ids")));
            PairTokens own = tokenizer.encodePair(
                    one.path("pair").path(0).asText(),
                    one.path("pair").path(1).asText(),
                    encoder.config().maxPositions());
            boolean same = Arrays.equals(own.ids(), expected.ids()) && Arrays.equals(own.types(), expected.types());
            add(name + " token ids and types", same ? 0 : 1, 0);
            compareLogits(name, encoder.logits(List.of(expected)), List.of(one.path("logits")));
        }
        return List.copyOf(results);
    }

    private void compareCase(JsonNode one, JsonNode scores) {
        String name = one.path("name").asText();
        List<PairTokens> pairs = pairs(one);
        List<JsonNode> logits = new ArrayList<>();
        one.path("logits").forEach(logits::add);
        float[][] served = encoder.logits(pairs);
        compareLogits(name, served, logits);
        if (pairs.size() > 1
                && pairs.size() == scores.size()
                && encoder.config().labels() == 1) {
            compareScores(name, served, scores);
        }
        List<EncoderTrace> traces = encoder.trace(pairs);
        compareLogits(
                name + " laid open", traces.stream().map(EncoderTrace::logits).toArray(float[][]::new), logits);
        compareHidden(name, one, traces);
    }

    /** The rows without their padding. */
    private static List<PairTokens> pairs(JsonNode one) {
        int[][] ids = Golden.intRows(one.path("input_ids"));
        boolean[][] real = Golden.real(ids, one.path("attention_mask"));
        int[][] types = one.has("token_type_ids") ? Golden.intRows(one.path("token_type_ids")) : Golden.zeros(ids);
        int[][] realIds = Golden.stripped(ids, real);
        int[][] realTypes = Golden.stripped(types, real);
        return IntStream.range(0, ids.length)
                .mapToObj(row -> new PairTokens(realIds[row], realTypes[row]))
                .toList();
    }

    private void compareLogits(String name, float[][] actual, List<JsonNode> expected) {
        double worst = 0;
        for (int row = 0; row < expected.size(); row++) {
            double[] values = Golden.doubles(expected.get(row));
            worst = values.length == actual[row].length ? worst : Double.NaN;
            for (int i = 0; i < Math.min(values.length, actual[row].length); i++) {
                worst = Golden.worse(worst, Math.abs(actual[row][i] - values[i]));
            }
        }
        add("logits " + name, worst, tolerances.logit());
    }

    private void compareScores(String name, float[][] logits, JsonNode expected) {
        double worst = 0;
        for (int row = 0; row < logits.length; row++) {
            double score = LabelDistribution.ofLogits(logits[row]).score();
            worst = Golden.worse(worst, Math.abs(score - expected.path(row).asDouble()));
        }
        add("scores " + name, worst, tolerances.score());
    }

    /** Norms of the last hidden states, and one vector with the norms after every block. */
    private void compareHidden(String name, JsonNode one, List<EncoderTrace> traces) {
        double worst = 0;
        JsonNode norms = one.path("last_hidden_norms");
        for (int row = 0; row < norms.size(); row++) {
            float[][] hidden = traces.get(row).hidden();
            for (int t = 0; t < hidden.length; t++) {
                worst = Golden.worse(
                        worst, relative(norm(hidden[t]), norms.path(row).path(t).asDouble()));
            }
        }
        JsonNode detail = one.path("detail");
        if (!detail.isMissingNode()) {
            EncoderTrace trace = traces.get(detail.path("row").asInt());
            int t = detail.path("pos").asInt();
            worst = Golden.worse(worst, relative(trace.norms()[t], detail.path("hidden_state_norms_per_layer")));
            worst = Golden.worse(worst, relative(trace.hidden()[t], detail.path("last_hidden")));
        }
        add("hidden " + name, worst, tolerances.hidden());
    }

    private static double norm(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    private static double relative(float[] actual, JsonNode expected) {
        double worst = actual.length == expected.size() ? 0 : Double.NaN;
        for (int i = 0; i < Math.min(actual.length, expected.size()); i++) {
            worst = Golden.worse(worst, relative(actual[i], expected.path(i).asDouble()));
        }
        return worst;
    }

    private static double relative(double actual, double expected) {
        return Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
    }

    private void add(String name, double deviation, double tolerance) {
        results.add(new CheckedCase(name, deviation, tolerance));
    }
}
