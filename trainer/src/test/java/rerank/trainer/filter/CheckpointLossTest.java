package rerank.trainer.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.model.transformer.NativeThreads;
import rerank.trainer.distillation.TrainConfig;
import rerank.trainer.distillation.Training;
import rerank.trainer.example.Example;
import rerank.trainer.example.ExampleFile;
import rerank.trainer.example.Origin;
import rerank.trainer.teacher.Lesson;

class CheckpointLossTest {
    private static final List<String> THINGS = List.of("moon", "lamp", "reed", "coal");

    @TempDir
    Path directory;

    private static Example example(String thing, String said) {
        return new Example(
                new Query("q-" + thing, "what is the " + thing + "?"),
                new Candidate("d-" + thing, "", "it is a " + thing, 1, 1),
                Origin.HARD,
                new Lesson(2, said),
                OptionalInt.empty(),
                OptionalInt.empty(),
                "test");
    }

    /** Trained to explain by the pair, a model foresees the explanation with the pair and not without. */
    @Test
    void whatAModelHasLearnedOfPairsItForeseesWithThePairAlone() {
        NativeThreads.set(1);
        ExampleFile.write(
                directory.resolve("examples.jsonl"),
                THINGS.stream().map(thing -> example(thing, "a " + thing)).toList());
        Path checkpoint = new Training(
                        TrainConfig.of(
                                Map.ofEntries(
                                        Map.entry("task", "distill"),
                                        Map.entry(
                                                "data",
                                                directory
                                                        .resolve("examples.jsonl")
                                                        .toString()),
                                        Map.entry("out.dir", "run"),
                                        Map.entry("max.steps", "120"),
                                        Map.entry("warmup.steps", "5"),
                                        Map.entry("learning.rate", "0.01"),
                                        Map.entry("group.size", "2"),
                                        Map.entry("justify.share", "0"),
                                        Map.entry("tokenizer.vocabulary.size", "300"),
                                        Map.entry("model.hidden.size", "32"),
                                        Map.entry("model.heads", "2"),
                                        Map.entry("model.layers", "2"),
                                        Map.entry("model.feed.forward.size", "64"),
                                        Map.entry("export.bf16", "false")),
                                directory),
                        new java.io.PrintStream(java.io.OutputStream.nullOutputStream()),
                        false)
                .run()
                .checkpoint();

        try (CheckpointLoss losses = new CheckpointLoss(checkpoint)) {
            Example right = example("lamp", "a lamp");
            Example wrong = example("lamp", "a coal");

            assertThat(losses.given(right))
                    .isLessThan(0.5 * losses.alone(right))
                    .isLessThan(0.5 * losses.given(wrong));
            assertThat(losses.alone(example("moon", "a lamp")))
                    .as("alone, nothing of the pair is seen")
                    .isCloseTo(losses.alone(right), within(1e-6));
        }
    }
}
