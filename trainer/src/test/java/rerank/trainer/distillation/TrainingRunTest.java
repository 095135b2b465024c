package rerank.trainer.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.adapter.Adapter;
import rerank.model.generation.Constraint;
import rerank.model.phrasing.Phrasing;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.NativeThreads;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.TransformerTrainer;
import rerank.model.transformer.TransformerTrainer.AdamW;
import rerank.model.transformer.TransformerTrainer.LossWeights;
import rerank.model.weights.WeightMap;
import rerank.trainer.storefront.Storefront;

class TrainingRunTest {
    private static final PrintStream NOWHERE =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    private static final LossWeights ALL = new LossWeights(1, 1, 1);
    private static final AdamW ADAM_W = new AdamW(0.9f, 0.98f, 1e-8f, 0.05f, 1);

    @TempDir
    Path directory;

    @BeforeAll
    static void oneNativeThread() {
        NativeThreads.set(1);
    }

    @Test
    void pretrainingOnTextLearnsItAndLeavesACheckpoint() throws IOException {
        Path text = Files.writeString(directory.resolve("text.txt"), "the moth circles the lamp. ".repeat(200));

        Training.Outcome outcome = train("pretrain", text, 60, Map.of("learning.rate", "0.01"));

        List<JsonNode> log = steps("run");
        assertThat(log.get(log.size() - 1).path("nextToken").asDouble())
                .isLessThan(0.5 * log.get(0).path("nextToken").asDouble());
        assertThat(outcome.steps()).isEqualTo(60);
        assertThat(ImageIO.read(directory.resolve("run/loss.png").toFile()).getWidth())
                .isEqualTo(900);
        try (Transformer transformer = Transformer.load(outcome.checkpoint());
                Tokenizer tokenizer = Tokenizer.load(outcome.checkpoint())) {
            assertThat(transformer.config().vocabularySize()).isEqualTo(tokenizer.vocabularySize());
        }
    }

    @Test
    void finetuningTrainsTheResponseAlone() throws IOException {
        Path pairs = Files.writeString(
                directory.resolve("pairs.jsonl"),
                "{\"prompt\": \"what is red?\", \"response\": \" a rose\"}\n"
                        + "{\"prompt\": \"what is blue?\", \"response\": \" a plum\"}\n");

        train("finetune", pairs, 160, Map.of("learning.rate", "0.01"));

        List<JsonNode> log = steps("run");
        // Two answers that the question decides: nothing of the loss is left, as it would be were prompts trained.
        assertThat(log.get(log.size() - 1).path("nextToken").asDouble()).isLessThan(0.1);
    }

    @Test
    void anInterruptedRunContinuesTheSameCurveWithAnyNumberOfThreads() throws IOException {
        Path text = Files.writeString(directory.resolve("text.txt"), "one two three four five. ".repeat(100));
        train("pretrain", text, 80, Map.of("out.dir", "whole", "threads", "3"));

        train("pretrain", text, 80, Map.of("out.dir", "parts", "max.minutes", "0.0000001"));
        // The bound of minutes stops a run after its first step, in the middle of the schedule of steps.
        assertThat(progress("parts").path("step").asInt()).isEqualTo(1);
        forgetMinutes("parts");
        train("pretrain", text, 80, Map.of("out.dir", "parts"));

        // The first part has an entry for its one step too.
        assertThat(curve("parts").subList(2, 5)).isEqualTo(curve("whole").subList(1, 4));
        assertThat(tokens("parts")).isEqualTo(tokens("whole")).isPositive();
    }

    @Test
    void anAdapterRunContinuesTheSameCurveAndLeavesWhatPeftReads() throws IOException {
        Path text = Files.writeString(directory.resolve("text.txt"), "one two three four five. ".repeat(100));
        Path base = train("pretrain", text, 20, Map.of("out.dir", "base")).checkpoint();
        Map<String, String> adapter = Map.of(
                "init.checkpoint", base.toString(),
                "adapter.rank", "4",
                "adapter.dropout", "0.1",
                "precision", "bfloat16",
                "activation.checkpointing", "true");
        train("pretrain", text, 60, with(adapter, "out.dir", "whole", "threads", "3"));

        train("pretrain", text, 60, with(adapter, "out.dir", "parts", "max.minutes", "0.0000001"));
        forgetMinutes("parts");
        train("pretrain", text, 60, with(adapter, "out.dir", "parts"));

        assertThat(curve("parts").subList(2, 4)).isEqualTo(curve("whole").subList(1, 3));
        Adapter left = Adapter.read(directory.resolve("parts/best"));
        assertThat(left.config().rank()).isEqualTo(4);
        assertThat(left.layers()).isEqualTo(1);
        left.requireFits(WeightMap.open(base));
    }

    @Test
    void aRunEndsWhenHeldOutTextGetsNoBetter() throws IOException {
        Path text = Files.writeString(directory.resolve("text.txt"), "the moth circles the lamp. ".repeat(100));
        Path other = Files.writeString(directory.resolve("other.txt"), "zwölf boxkämpfer jagen viktor. ".repeat(40));

        Training.Outcome outcome = train(
                "pretrain",
                text,
                400,
                Map.of(
                        "eval.data", other.toString(),
                        "eval.every.steps", "10",
                        "eval.patience", "3",
                        "learning.rate", "0.01"));

        assertThat(outcome.steps()).isLessThan(400);
        assertThat(progress("run").path("evaluationsSinceBest").asInt()).isEqualTo(3);
        assertThat(train("pretrain", text, 400, Map.of("eval.data", other.toString(), "eval.patience", "3"))
                        .steps())
                .as("a run that has ended stays ended")
                .isEqualTo(outcome.steps());
    }

    @Test
    void runsAreComparedByTheKeysThatDifferAndTheirBestFigures() throws IOException {
        Path text = Files.writeString(directory.resolve("text.txt"), "the moth circles the lamp. ".repeat(100));
        Map<String, String> evaluated = Map.of("eval.data", text.toString(), "eval.every.steps", "20");
        train("pretrain", text, 40, with(evaluated, "out.dir", "slow", "learning.rate", "0.0001"));
        train("pretrain", text, 40, with(evaluated, "out.dir", "fast", "learning.rate", "0.01"));

        RunComparison comparison = RunComparison.of(List.of(directory.resolve("slow"), directory.resolve("fast")));

        assertThat(comparison.differences()).isEqualTo(Map.of("learning.rate", List.of("0.0001", "0.01")));
        RunComparison.Best slow = comparison.runs().get(0).best().get("text.txt loss");
        RunComparison.Best fast = comparison.runs().get(1).best().get("text.txt loss");
        assertThat(fast.value()).isLessThan(slow.value());
        assertThat(fast.step()).isEqualTo(40);
        assertThatThrownBy(() -> RunComparison.of(List.of(directory))).hasMessageContaining("is no directory of a run");
    }

    @Test
    void checkpointsBringThePhrasingOfTheirTeacher() {
        Path shipped = Path.of("../models/rerank-small").toAbsolutePath();
        Map<String, String> distilled = Map.of(
                "tokenizer.dir", shipped.toString(),
                "prompt.template", "compact-v1",
                "model.token.types", "16",
                "max.prompt.tokens", "160",
                "eval.queries", "0");

        Path bound = train("distill", Path.of("storefront"), 1, with(distilled, "phrasing.groups", "100"))
                .checkpoint();
        Storefront storefront = Storefront.named("storefront").orElseThrow();
        Query query = storefront.dataset().queries("dev").get(0);
        Candidate candidate = storefront.dataset().candidates(query.id(), 1).get(0);
        try (Tokenizer tokenizer = Tokenizer.load(bound)) {
            Constraint constraint = Phrasing.read(bound)
                    .orElseThrow()
                    .bind(tokenizer, Set.of(1), 160)
                    .of(query, candidate);
            assertThat(constraint).isNotNull();
            // All of its explanations begin alike.
            assertThat(tokenizer.decode(constraint.allowed(), false)).isEqualTo(" want");
        }
    }

    @Test
    void aStepFollowsTheSameGradientHoweverItsRowsAreCut() {
        List<List<TrainingRow>> groups = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            groups.add(group(i));
        }
        int[] labelTokens = {1, 2, 3};
        MicroBatches one = MicroBatches.of(groups, 8, labelTokens);
        MicroBatches eight = MicroBatches.of(groups, 1, labelTokens);
        assertThat(one.batches()).hasSize(1);
        assertThat(eight.batches()).hasSize(8);

        List<Double> together = curve(one);
        List<Double> apart = curve(eight);

        for (int step = 0; step < together.size(); step++) {
            assertThat(apart.get(step)).as("step %d", step).isCloseTo(together.get(step), within(5e-4));
        }
        assertThat(together.get(9)).isLessThan(together.get(0));
    }

    /** A group whose rows differ in targets, labels and listwise part from those of other groups. */
    private static List<TrainingRow> group(int seed) {
        var random = new SplittableRandom(seed);
        List<TrainingRow> rows = new ArrayList<>();
        for (int row = 0; row < 3; row++) {
            int[] ids = random.ints(6 + random.nextInt(6), 4, 30).toArray();
            float[] targets = new float[ids.length];
            for (int t = 0; t < random.nextInt(4); t++) {
                targets[ids.length - 2 - t] = 1;
            }
            int label = row == 0 && seed % 3 > 0 ? 2 : 0;
            rows.add(new TrainingRow(
                    new EncodedPrompt(ids, new int[ids.length]),
                    targets,
                    seed % 4 == 0 ? -1 : 1,
                    label,
                    seed % 2 == 0));
        }
        return rows;
    }

    private static List<Double> curve(MicroBatches batches) {
        List<Double> curve = new ArrayList<>();
        var shape = new TrainConfig.Shape(16, 2, 2, 24, 0, 64);
        try (TransformerTrainer trainer = TransformerTrainer.fresh(shape.with(30), 3);
                GradientWorkers workers = new GradientWorkers(trainer, 2)) {
            for (int step = 0; step < 10; step++) {
                GradientWorkers.Sum sum = workers.sum(batches, ALL, 0);
                curve.add(sum.losses().nextToken()
                        + sum.losses().label()
                        + sum.losses().listwise());
                trainer.step(sum.gradients(), 2e-3f, ADAM_W);
            }
        }
        return curve;
    }

    private Training.Outcome train(String task, Path data, int steps, Map<String, String> more) {
        Map<String, String> values = new TreeMap<>(Map.of(
                "task", task,
                "data", data.toString(),
                "out.dir", "run",
                "max.steps", Integer.toString(steps),
                "tokenizer.vocabulary.size", "320",
                "model.hidden.size", "16",
                "model.heads", "2",
                "model.layers", "1",
                "model.feed.forward.size", "32"));
        values.putAll(Map.of(
                "model.token.types", "0", "max.prompt.tokens", "24", "warmup.steps", "5", "draws.per.step", "4"));
        values.putAll(more);
        return new Training(TrainConfig.of(values, directory), NOWHERE, false).run();
    }

    private static Map<String, String> with(Map<String, String> values, String... more) {
        Map<String, String> all = new TreeMap<>(values);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    private void forgetMinutes(String run) throws IOException {
        Files.writeString(
                directory.resolve(run).resolve("progress.json"),
                progress(run).toString().replaceAll("\"minutes\":[^,}]*", "\"minutes\":0"));
    }

    private JsonNode progress(String run) throws IOException {
        return new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(directory.resolve(run).resolve("progress.json").toFile());
    }

    private List<JsonNode> steps(String run) {
        return RunLog.of(directory.resolve(run)).entries().stream()
                .filter(entry -> entry.path("event").asText().equals("step"))
                .toList();
    }

    private long tokens(String run) {
        return RunComparison.of(List.of(directory.resolve(run))).runs().get(0).tokens();
    }

    private List<Double> curve(String run) {
        return steps(run).stream()
                .map(entry -> entry.path("nextToken").asDouble())
                .toList();
    }
}
