package rerank.trainer.refinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.RerankerSettings;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.NativeThreads;
import rerank.model.transformer.TransformerTrainer;
import rerank.trainer.distillation.TaughtData;
import rerank.trainer.distillation.TrainConfig;
import rerank.trainer.distillation.Training;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;
import rerank.trainer.teacher.GroupShape;
import rerank.trainer.tokenizer.BytePairTrainer;

/** Refinement of a tiny model of random weights on a small part of the embedded data. */
class RefinementTest {
    private static final PrintStream NOWHERE =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

    @TempDir
    static Path directory;

    private static Path distilled;

    private static TaughtData data;

    @BeforeAll
    static void makeDataAndModel() {
        NativeThreads.set(1);
        Storefront storefront = Storefront.generate(new StorefrontConfig(5, 600, 30, 6, 1, 30));
        data = new TaughtData(storefront.dataset(), storefront.teacher(), GroupShape.NEAR_MISSES, "");
        var tokens = new BytePairTrainer(700, Training.SPECIAL_TOKENS);
        storefront.dataset().documents().values().forEach(document -> tokens.add(document.text(), 1));
        distilled = directory.resolve("distilled");
        tokens.train((done, wanted) -> {}).writeTo(distilled, Map.of("eos_token", "<|end|>"));
        try (Tokenizer tokenizer = Tokenizer.load(distilled);
                TransformerTrainer trainer = TransformerTrainer.fresh(
                        new TrainConfig.Shape(16, 1, 2, 32, 16, 512).with(tokenizer.vocabularySize()), 1)) {
            trainer.save(distilled, false);
        }
        new RerankerSettings("distilled", "compact-v1", Mode.EXPLAIN, Map.of(), 200, 24).writeTo(distilled);
    }

    @Test
    void everyMethodLearnsFromSamplesAndReportsBeforeAndAfter() throws IOException {
        for (String method : List.of("reward-weighted", "rloo")) {
            Refinement.Outcome outcome = refine(method, Map.of("refine.method", method));

            assertThat(outcome.steps()).as(method).isEqualTo(6);
            assertThat(outcome.before().answers().answers()).isPositive();
            assertThat(outcome.before().ndcg10()).containsOnlyKeys("storefront label", "storefront explain");
            assertThat(Files.exists(outcome.checkpoint().resolve("model.safetensors")))
                    .isTrue();
            List<JsonNode> rounds = events(method, "refine");
            assertThat(rounds).isNotEmpty();
            for (JsonNode round : rounds) {
                assertThat(round.path("wrongLabel").asDouble()).isBetween(0.0, 1.0);
                assertThat(round.path("badFormat").asDouble()).isBetween(0.0, 1.0);
                assertThat(round.path("teacherReward").asDouble()).isCloseTo(2, within(1e-9));
            }
            assertThat(events(method, "after")).hasSize(1);
        }
    }

    /** A run that is stopped after any round and started again has the same rounds and the same end. */
    @Test
    void anInterruptedRefinementGoesOnWithTheSameSamples() throws IOException {
        Map<String, String> every = Map.of("eval.every.steps", "1", "refine.round.pairs", "4");
        refine("whole", with(every, "threads", "2"));

        refine("parts", with(every, "max.minutes", "0.0000001"));
        Path progress = directory.resolve("parts/progress.json");
        Files.writeString(progress, Files.readString(progress).replaceAll("\"minutes\" : [^,}]*", "\"minutes\" : 0"));
        refine("parts", every);

        assertThat(figures("parts")).isEqualTo(figures("whole"));
    }

    @Test
    void aMeasuredCheckpointHasTheFiguresThatRefinementStartsFrom() {
        Refinement.Outcome outcome = refine("measured", Map.of());

        assertThat(new Refinement(config("measured", Map.of()), List.of(data), NOWHERE, false).measure(distilled))
                .isEqualTo(outcome.before());
    }

    @Test
    void pairsComeFromTheSourcesByTheirSharesRelevantAndIrrelevantInTurn() {
        Storefront other = Storefront.generate(new StorefrontConfig(6, 600, 30, 6, 1, 30));
        TaughtData others = new TaughtData(other.dataset(), other.teacher(), GroupShape.NEAR_MISSES, "");
        var source = new PairSource(List.of(data.groups(1, 8), others.groups(1, 8)), List.of(3.0, 1.0), 11);

        List<TaughtPair> pairs = source.pairs(0, 80);

        long ofFirst = pairs.stream()
                .filter(pair -> data.dataset().queries("train").contains(pair.query()))
                .count();
        assertThat((double) ofFirst).isCloseTo(60, within(16.0));
        assertThat(pairs.stream().filter(pair -> pair.label() > 0)).hasSize(40);
        assertThat(source.pairs(40, 40)).isEqualTo(pairs.subList(40, 80));
    }

    @Test
    void theLossOfASequenceIsDividedByItsLengthAndTheStepByItsRows() {
        var pair = new TaughtPair(new Query("q", "a"), new Candidate("d", "", "b", 0, 1), 2, "a b");
        Rollout shorter = rollout(new Answer("a", 2, true), 3, 2);
        Rollout longer = rollout(new Answer("b", 0, true), 3, 5);
        Rollout teachers = rollout(pair.answer(), 3, 4);
        var group = new RolloutGroup(pair, List.of(shorter, longer), teachers);
        var settings =
                new TrainConfig.Refinement(TrainConfig.Method.REWARD_WEIGHTED, 2, 1, 4, 0.4, false, 0, null, null);

        List<Objective.Step> steps =
                new RewardWeighted(settings, 1, 8).steps(List.of(new Samples.Scored(group, new double[] {1, 0, 2})), 1);

        // Scaled 0.5, 0, 1: the first and the teacher's are kept, with weights 1/8 over 2 tokens and 1 over 4.
        assertThat(steps).hasSize(1);
        List<float[]> weights = new ArrayList<>();
        steps.get(0).rows().forEach(row -> weights.add(row.targetWeights()));
        assertThat(weights).hasSize(2);
        assertThat(weights)
                .anySatisfy(row -> assertThat(row).containsExactly(0, 0, 0.0625f, 0.0625f, 0))
                .anySatisfy(row -> assertThat(row).containsExactly(0, 0, 0.25f, 0.25f, 0.25f, 0.25f, 0));
        assertThat(steps.get(0).scale()).isCloseTo((0.125f + 1) / 2, within(1e-6f));
    }

    @Test
    void anExplanationWithoutAnEndIsNotImitated() {
        var pair = new TaughtPair(new Query("q", "a"), new Candidate("d", "", "b", 0, 1), 2, "a b");
        var group = new RolloutGroup(
                pair,
                List.of(rollout(new Answer("a a a", 2, false), 3, 2), rollout(new Answer("b", 0, true), 3, 2)),
                null);
        var settings =
                new TrainConfig.Refinement(TrainConfig.Method.REWARD_WEIGHTED, 2, 1, 4, 0.4, false, 0, null, null);

        assertThat(new RewardWeighted(settings, 1, 8).steps(List.of(new Samples.Scored(group, new double[] {2, 1})), 1))
                .isEmpty();
    }

    @Test
    void aLabelIsDrawnByItsProbability() {
        float[] logProbs = {(float) Math.log(0.2), (float) Math.log(0.3), (float) Math.log(0.5)};

        assertThat(Sampler.label(logProbs, 1, 0.19)).isZero();
        assertThat(Sampler.label(logProbs, 1, 0.21)).isEqualTo(1);
        assertThat(Sampler.label(logProbs, 1, 0.51)).isEqualTo(2);
        assertThat(Sampler.label(logProbs, 0, 0.1)).isEqualTo(2);
    }

    private static Rollout rollout(Answer answer, int prompt, int length) {
        int[] ids = new int[prompt + length];
        return new Rollout(answer, new EncodedPrompt(ids, ids.clone()), prompt, prompt + length);
    }

    private static Refinement.Outcome refine(String run, Map<String, String> more) {
        return new Refinement(config(run, more), List.of(data), NOWHERE, false).run();
    }

    private static TrainConfig config(String run, Map<String, String> more) {
        Map<String, String> values = new TreeMap<>(Map.of(
                "task", "refine",
                "data", "storefront=1",
                "out.dir", run,
                "init.checkpoint", distilled.toString(),
                "max.steps", "6",
                "refine.samples", "3",
                "refine.round.pairs", "8",
                "refine.threshold", "0.5",
                "eval.queries", "3",
                "eval.candidates", "4"));
        values.putAll(Map.of(
                "draws.per.step", "1",
                "group.size", "6",
                "learning.rate", "0.001",
                "warmup.steps", "1",
                "eval.every.steps", "3",
                "max.answer.tokens", "24"));
        values.putAll(more);
        return TrainConfig.of(values, directory);
    }

    private static Map<String, String> with(Map<String, String> values, String key, String value) {
        Map<String, String> all = new TreeMap<>(values);
        all.put(key, value);
        return all;
    }

    /** What the rounds logged, but for the time. */
    private static List<String> figures(String run) throws IOException {
        List<String> figures = new ArrayList<>();
        for (JsonNode entry : events(run, "refine")) {
            figures.add(entry.toString().replaceAll("\"minutes\":[^,}]*", ""));
        }
        return figures;
    }

    private static List<JsonNode> events(String run, String event) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve(run).resolve("log.jsonl"))) {
            JsonNode entry = new ObjectMapper().readTree(line);
            if (entry.path("event").asText().equals(event)) {
                events.add(entry);
            }
        }
        return events;
    }
}
