package rerank.model.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Trace;
import rerank.model.transformer.Transformer;

/** Compares tokenizer and transformer together with a {@code golden_text.json}: text to ids to log-probabilities. */
final class GoldenTexts {
    private final Transformer transformer;
    private final Tokenizer tokenizer;
    private final Tolerances tolerances;

    GoldenTexts(Transformer transformer, Tokenizer tokenizer, Tolerances tolerances) {
        this.transformer = transformer;
        this.tokenizer = tokenizer;
        this.tolerances = tolerances;
    }

    List<CheckedCase> compare(JsonNode golden) {
        List<CheckedCase> results = new ArrayList<>();
        for (int i = 0; i < golden.path("cases").size(); i++) {
            JsonNode text = golden.path("cases").path(i);
            String name = "text " + (i + 1);
            int[] ids = Golden.ints(text.path("ids"));
            int[] own = tokenizer.encodeWithSpecials(text.path("text").asText());
            results.add(new CheckedCase(name + " token ids", Arrays.equals(ids, own) ? 0 : 1, 0));
            results.addAll(compareLogProbs(name, ids, text));
        }
        return results;
    }

    private List<CheckedCase> compareLogProbs(String name, int[] ids, JsonNode expected) {
        boolean[] real = new boolean[ids.length];
        Arrays.fill(real, true);
        int[] positions = IntStream.range(0, ids.length).toArray();
        Trace trace = transformer.trace(
                new int[][] {ids}, new int[][] {new int[ids.length]}, new boolean[][] {real}, new int[][] {positions});
        double[][] logProbs = Arrays.stream(trace.logits()[0])
                .map(row -> Golden.logSoftmax(
                        IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray()))
                .toArray(double[][]::new);
        double sum = 0;
        for (int t = 0; t + 1 < ids.length; t++) {
            sum += logProbs[t][ids[t + 1]];
        }
        double sumDeviation = Math.abs(sum - expected.path("text_logprob_sum").asDouble());
        return List.of(
                new CheckedCase(
                        name + " next tokens", nextTokens(logProbs[ids.length - 1], expected), tolerances.logProb()),
                new CheckedCase(name + " log-probability", sumDeviation, ids.length * tolerances.logProb()));
    }

    /** Deviation of the reference's best tokens, and how far any other token of ours exceeds the least of them. */
    private static double nextTokens(double[] logProbs, JsonNode expected) {
        int[] best = Golden.ints(expected.path("next_top5_ids"));
        double[] values = Golden.doubles(expected.path("next_top5_logprobs"));
        double worst = 0;
        for (int i = 0; i < best.length; i++) {
            worst = Golden.worse(worst, Math.abs(logProbs[best[i]] - values[i]));
        }
        double least = values[values.length - 1];
        for (int token = 0; token < logProbs.length; token++) {
            int candidate = token;
            if (IntStream.of(best).noneMatch(id -> id == candidate)) {
                worst = Golden.worse(worst, logProbs[token] - least);
            }
        }
        return worst;
    }
}
