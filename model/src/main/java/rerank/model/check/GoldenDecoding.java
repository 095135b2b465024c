package rerank.model.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import rerank.model.generation.Completion;
import rerank.model.generation.Generator;
import rerank.model.generation.SamplingConfig;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.ranking.LabelDistribution;
import rerank.model.transformer.KeyValueCache;
import rerank.model.transformer.Reading;
import rerank.model.transformer.Slot;
import rerank.model.transformer.StepResult;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.Turn;

/**
 * Compares what is built on forward passes with a {@code golden.json}: greedy decoding, alone and in a batch;
 * log-probabilities of continuations out of a cache; and yes/no scores.
 */
final class GoldenDecoding {
    private static final long CACHE_BYTES = 1L << 30;

    private final Transformer transformer;
    private final Generator generator;
    private final Tolerances tolerances;
    private final List<CheckedCase> results = new ArrayList<>();

    /** A prompt, what the reference wrote after it, and by how much each token led the second best. */
    private record Greedy(int[] prompt, int[] continuation, double[] leads) {}

    GoldenDecoding(Transformer transformer, Tolerances tolerances) {
        this.transformer = transformer;
        this.generator = new Generator(transformer, null);
        this.tolerances = tolerances;
    }

    List<CheckedCase> compare(JsonNode golden) {
        for (JsonNode one : golden.path("greedy")) {
            int[] prompt = Golden.ints(one.path("prompt"));
            compareGreedy(
                    "greedy len" + prompt.length,
                    List.of(greedy(prompt, one.path("continuation"), one.path("top1_minus_top2"))));
        }
        if (golden.has("greedy_batch_left_padded")) {
            compareGreedy("greedy batch", batch(golden.path("greedy_batch_left_padded")));
        }
        if (golden.has("logprobs")) {
            compareContinuations(golden.path("logprobs"));
        }
        if (golden.has("rerank_yes_no")) {
            compareYesNo(golden.path("rerank_yes_no"));
        }
        return results;
    }

    private void add(String name, double deviation, double tolerance) {
        results.add(new CheckedCase(name, deviation, tolerance));
    }

    private static Greedy greedy(int[] prompt, JsonNode continuation, JsonNode leads) {
        return new Greedy(prompt, Golden.ints(continuation), Golden.doubles(leads));
    }

    private static List<Greedy> batch(JsonNode golden) {
        int[][] ids = Golden.intRows(golden.path("input_ids"));
        int[][] prompts = Golden.stripped(ids, Golden.real(ids, golden.path("attention_mask")));
        return IntStream.range(0, prompts.length)
                .mapToObj(row -> greedy(
                        prompts[row],
                        golden.path("continuations").path(row),
                        golden.path("top1_minus_top2").path(row)))
                .toList();
    }

    /** Counts rows that leave the reference at a token that led clearly; what follows a difference is not compared. */
    private void compareGreedy(String name, List<Greedy> expected) {
        int longest = expected.stream()
                .mapToInt(one -> one.continuation().length)
                .max()
                .orElse(1);
        List<EncodedPrompt> prompts =
                expected.stream().map(one -> Golden.prompt(one.prompt())).toList();
        List<Completion> completions =
                generator.generate(prompts, SamplingConfig.greedy(longest), Set.of(), List.of(), null);
        int wrong = 0;
        for (int row = 0; row < completions.size(); row++) {
            int[] continuation = expected.get(row).continuation();
            int same = Arrays.mismatch(completions.get(row).tokenIds(), continuation);
            boolean differs = same >= 0 && same < continuation.length;
            if (differs && expected.get(row).leads()[same] > tolerances.greedyLead()) {
                wrong++;
            }
        }
        add(name, wrong, 0);
    }

    /** Log-probabilities of continuations of different length after one shared prefix, token by token out of a cache. */
    private void compareContinuations(JsonNode golden) {
        int[] prefix = Golden.ints(golden.path("prefix"));
        int[][] continuations = Golden.intRows(golden.path("continuations"));
        int longest = Arrays.stream(continuations).mapToInt(c -> c.length).max().orElseThrow();
        int[] everyToken =
                IntStream.range(0, transformer.config().vocabularySize()).toArray();
        double worst = 0;
        try (KeyValueCache cache = transformer.newCache(CACHE_BYTES)) {
            Slot shared = slot(cache, KeyValueCache.Purpose.PREFIX, prefix.length - 1);
            transformer.step(
                    List.of(new Turn(prefix, new int[0], 0, prefix.length - 1, shared, null, Turn.Read.NOTHING, 0, -1)),
                    cache,
                    Reading.withLogProbs());
            Turn.Prefix before = new Turn.Prefix(shared, prefix.length - 1);
            List<Slot> slots = Arrays.stream(continuations)
                    .map(c -> slot(cache, KeyValueCache.Purpose.SEQUENCE, longest + 1))
                    .toList();
            for (int t = 0; t < longest; t++) {
                List<Turn> turns = new ArrayList<>();
                List<Integer> rows = new ArrayList<>();
                for (int row = 0; row < continuations.length; row++) {
                    if (t < continuations[row].length) {
                        int[] ids = Golden.concat(prefix, continuations[row]);
                        int from = prefix.length - 1 + t;
                        turns.add(new Turn(ids, new int[0], from, 1, slots.get(row), before, Turn.Read.SCORE, 0, -1));
                        rows.add(row);
                    }
                }
                StepResult result = transformer.step(turns, cache, Reading.withLogProbs(everyToken));
                for (int i = 0; i < turns.size(); i++) {
                    int row = rows.get(i);
                    double expected =
                            golden.path("token_logprobs").path(row).path(t).asDouble();
                    worst = Golden.worse(worst, Math.abs(result.asked()[i][continuations[row][t]] - expected));
                }
            }
        }
        add("log-probabilities of continuations", worst, tolerances.logProb());
    }

    private static Slot slot(KeyValueCache cache, KeyValueCache.Purpose purpose, int positions) {
        return Objects.requireNonNull(cache.allocate(purpose, positions), "a cache for one comparison is full");
    }

    private void compareYesNo(JsonNode golden) {
        int[] prefix = Golden.ints(golden.path("prefix"));
        int[] suffix = Golden.ints(golden.path("suffix"));
        List<EncodedPrompt> prompts = Arrays.stream(Golden.intRows(golden.path("documents")))
                .map(document -> Golden.prompt(Golden.concat(prefix, document, suffix)))
                .toList();
        int[] answers = {golden.path("no_id").asInt(), golden.path("yes_id").asInt()};
        float[][] scores = generator.score(prompts, answers);
        double worst = 0;
        for (int i = 0; i < scores.length; i++) {
            double yes = LabelDistribution.ofLogits(scores[i]).score();
            worst = Golden.worse(
                    worst,
                    Math.abs(yes - golden.path("results").path(i).path("p_yes").asDouble()));
        }
        add("yes/no scores", worst, tolerances.probability());
    }
}
