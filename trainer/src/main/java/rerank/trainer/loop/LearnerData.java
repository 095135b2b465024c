package rerank.trainer.loop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rerank.model.prompt.PromptBuilder;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.distillation.ExampleSource;
import rerank.trainer.distillation.TaughtData;
import rerank.trainer.distillation.TrainConfig;
import rerank.trainer.distillation.TrainingRow;
import rerank.trainer.faithfulness.ExplanationChecker;
import rerank.trainer.learning.CandidateTraining;
import rerank.trainer.learning.GoldenSet;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.teacher.MedquadChecker;

/** Opens the data that a learner needs beside experience: the golden set and the teacher's groups. */
final class LearnerData {
    /** Tokens of the longest prompt and explanation of replay; what is longer is cut as in training. */
    private static final int MAX_ANSWER_TOKENS = 72;

    private static final double INSTRUCTION_SHARE = 0.1;

    private LearnerData() {}

    /** The golden set; null where the gate is off. */
    static @Nullable GoldenSet golden(LearnConfig config) {
        Path path = config.golden().path();
        if (config.gate() == null || path == null) {
            return null;
        }
        Optional<Storefront> embedded = path.toFile().exists()
                ? Optional.empty()
                : Storefront.named(path.getFileName().toString());
        Dataset dataset = embedded.map(Storefront::dataset).orElseGet(() -> Dataset.read(path));
        String split = config.golden().split();
        Optional<ExplanationChecker> checker =
                embedded.isPresent() ? Optional.of(embedded.get().checker()) : MedquadChecker.of(dataset, split);
        return new GoldenSet(
                dataset,
                split,
                config.golden().queries(),
                config.golden().candidates(),
                config.golden().explanations(),
                checker,
                config.plan().threads());
    }

    /** Replay of the teacher's groups, each of the data sets in turn; null without any. */
    static CandidateTraining.@Nullable Replay replay(LearnConfig config) {
        if (config.replay().paths().isEmpty() || config.terms().replay() == 0) {
            return null;
        }
        List<TaughtData> data =
                config.replay().paths().stream().map(TaughtData::open).toList();
        double explained = config.replay().explainedShare();
        var rows = new TrainConfig.Rows(
                "", 0, MAX_ANSWER_TOKENS, config.replay().groupSize(), explained, 1 - explained, INSTRUCTION_SHARE, 0);
        return (prompts, seed) -> new InTurn(sources(data, prompts, rows, seed));
    }

    private static List<ExampleSource> sources(
            List<TaughtData> data, PromptBuilder prompts, TrainConfig.Rows rows, long seed) {
        List<ExampleSource> sources = new ArrayList<>();
        for (TaughtData each : data) {
            sources.add(each.examples(prompts, rows, seed + sources.size()));
        }
        return sources;
    }

    /** Several sources in turn. */
    private record InTurn(List<ExampleSource> sources) implements ExampleSource {
        @Override
        public String name() {
            return String.join("+", sources.stream().map(ExampleSource::name).toList());
        }

        @Override
        public int size() {
            return sources.stream().mapToInt(ExampleSource::size).sum();
        }

        @Override
        public int rowsPerDraw() {
            return sources.get(0).rowsPerDraw();
        }

        @Override
        public List<TrainingRow> draw(long index) {
            int which = (int) (index % sources.size());
            return sources.get(which).draw(index / sources.size());
        }
    }
}
