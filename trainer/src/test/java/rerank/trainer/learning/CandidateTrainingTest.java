package rerank.trainer.learning;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.LanguageModelReranker;
import rerank.model.RerankerSettings;
import rerank.model.adapter.AdaptedModule;
import rerank.model.adapter.AdapterConfig;
import rerank.model.phrasing.Phrasing;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Precision;
import rerank.model.transformer.TrainerSetup;
import rerank.model.transformer.TransformerTrainer;
import rerank.trainer.distillation.ExampleSource;
import rerank.trainer.distillation.TrainConfig;
import rerank.trainer.distillation.Training;
import rerank.trainer.distillation.TrainingRow;
import rerank.trainer.tokenizer.BytePairTrainer;

/** A tiny model learns which of two kinds of documents users choose. */
class CandidateTrainingTest {
    private static final List<String> KINDS = List.of("red lamp", "blue vase", "old clock", "thin book");
    private static final LearningTerms CLICKS =
            new LearningTerms(1, true, 0.35, 0.35, 0, 1, 0, LearningTerms.Explanations.NONE);

    @TempDir
    private Path directory;

    private Path distilled = Path.of("");

    @BeforeEach
    void writeModel() throws Exception {
        distilled = Files.createDirectories(directory.resolve("distilled"));
        var tokens = new BytePairTrainer(300, Training.SPECIAL_TOKENS);
        KINDS.forEach(kind -> tokens.add("what I want is a " + kind, 1));
        tokens.train((done, wanted) -> {}).writeTo(distilled, Map.of("eos_token", "<|end|>"));
        try (Tokenizer tokenizer = Tokenizer.load(distilled);
                TransformerTrainer fresh = TransformerTrainer.fresh(
                        new TrainConfig.Shape(16, 1, 2, 32, 16, 512).with(tokenizer.vocabularySize()), 1)) {
            fresh.save(distilled, false);
        }
        new RerankerSettings("distilled", "compact-v1", Mode.LABEL, Map.of(Mode.LABEL, 0.3), 200, 12)
                .writeTo(distilled);
    }

    @Test
    void whatUsersChooseRises() throws Exception {
        double before = advantage(distilled);
        Files.writeString(
                distilled.resolve(Phrasing.FILE),
                "{\"words\":[\" good\"],\"quotations\":[],\"isQuotedOnce\":false,\"steps\":[[0,1],[-2,-1]]}");

        CandidateTraining.Outcome outcome = train(CLICKS, plan(1), clicks(60, 2), null, "v2");

        assertThat(advantage(outcome.checkpoint())).isGreaterThan(before + 0.1);
        assertThat(outcome.last().list()).isLessThan(outcome.first().list());
        assertThat(outcome.lists()).isEqualTo(60);
        assertThat(Phrasing.read(outcome.checkpoint())).as("as its parent's").isPresent();
        try (var reranker = LanguageModelReranker.load(outcome.checkpoint())) {
            assertThat(reranker.identity().modelVersion()).isEqualTo("v2");
            assertThat(reranker.identity().firstStageWeight(Mode.LABEL)).isEqualTo(0.3);
        }
    }

    @Test
    void theSameInputsGiveTheSameCandidateOnAnyNumberOfThreads() throws Exception {
        Path one = train(CLICKS, plan(1), clicks(16, 2), null, "one").checkpoint();
        Path two = train(CLICKS, plan(2), clicks(16, 2), null, "two").checkpoint();

        assertThat(Files.mismatch(one.resolve("model.safetensors"), two.resolve("model.safetensors")))
                .isEqualTo(-1);
    }

    @Test
    void divergenceHoldsTheModelBack() {
        var held = new LearningTerms(1, true, 0.35, 0.35, 20, 1, 0, LearningTerms.Explanations.NONE);

        CandidateTraining.Outcome free = train(CLICKS, plan(1), clicks(40, 2), null, "free");
        CandidateTraining.Outcome near = train(held, plan(1), clicks(40, 2), null, "near");

        assertThat(near.last().divergence()).isGreaterThanOrEqualTo(0).isLessThan(0.02);
        assertThat(advantage(near.checkpoint())).isLessThan(advantage(free.checkpoint()));
    }

    @Test
    void gradesAreLearnedWithoutClicks() {
        double before = advantage(distilled);
        List<LoggedQuery> graded =
                queries(60, document -> List.of(new UserAction(UserAction.Kind.GRADE, document == 2 ? 2 : 0)));

        CandidateTraining.Outcome outcome = train(CLICKS, plan(1), graded, null, "graded");

        assertThat(advantage(outcome.checkpoint())).isGreaterThan(before + 0.1);
    }

    @Test
    void anAdapterIsMergedIntoAWholeCheckpoint() {
        var adapter = new AdapterConfig(4, 8, 0, false, EnumSet.allOf(AdaptedModule.class), "");
        var plan = new TrainingPlan(3, 100, 8, 0.02, new TrainerSetup(Precision.FLOAT32, false, adapter), 1, 5);
        double before = advantage(distilled);

        Path candidate = train(CLICKS, plan, clicks(40, 2), null, "adapted").checkpoint();

        assertThat(advantage(candidate)).isGreaterThan(before + 0.05);
        assertThat(candidate.resolve("adapter_config.json")).doesNotExist();
    }

    @Test
    void explanationsAreSampledBesideClicksAndReplayTakesItsShare() {
        var all = new LearningTerms(2, true, 0.35, 0.35, 0.02, 1, 0.3, new LearningTerms.Explanations(1, 2, 2, 0.02));
        List<String> drawn = new ArrayList<>();
        CandidateTraining.Replay replay = (prompts, seed) -> new ExampleSource() {
            @Override
            public String name() {
                return "teacher";
            }

            @Override
            public int size() {
                return 4;
            }

            @Override
            public int rowsPerDraw() {
                return 2;
            }

            @Override
            public List<TrainingRow> draw(long index) {
                drawn.add("draw " + index);
                return List.of(row(0, 2), row(1, 0));
            }

            private TrainingRow row(int kind, int label) {
                var sequence = prompts.trainingSequence(
                        new Query("t", "what I want"), document(kind), label, "", Pair.Task.LABEL);
                return new TrainingRow(
                        sequence.sequence(),
                        new float[sequence.sequence().tokenIds().length],
                        sequence.labelPosition(),
                        label,
                        true);
            }
        };

        CandidateTraining.Outcome outcome = train(all, plan(1), clicks(16, 2), replay, "all");

        assertThat(outcome.steps()).isEqualTo(6);
        assertThat(drawn).hasSize(6 * 3);
        assertThat(outcome.last().replay()).isBetween(0.0, 3.0);
    }

    @Test
    void withoutAClickThereIsNoCandidate() {
        CandidateTraining.Outcome outcome = train(CLICKS, plan(1), clicks(10, -1), null, "none");

        assertThat(outcome.checkpoint()).isNull();
        assertThat(outcome.lists()).isZero();
    }

    private static TrainingPlan plan(int threads) {
        return new TrainingPlan(3, 100, 8, 0.01, TrainerSetup.PLAIN, threads, 5);
    }

    private CandidateTraining.Outcome train(
            LearningTerms terms,
            TrainingPlan plan,
            List<LoggedQuery> experience,
            CandidateTraining.@Nullable Replay replay,
            String version) {
        return new CandidateTraining(terms, plan, ClickWeights.DEFAULT, replay)
                .train(
                        new CandidateTraining.Task(
                                distilled,
                                distilled,
                                experience,
                                Propensities.NONE,
                                version,
                                directory.resolve(version)),
                        share -> {});
    }

    private static List<LoggedQuery> clicks(int queries, int clicked) {
        return queries(queries, document -> document == clicked ? LoggedQueries.click() : LoggedQueries.nothing());
    }

    private interface Acts {
        List<UserAction> on(int document);
    }

    private static List<LoggedQuery> queries(int queries, Acts acts) {
        List<LoggedQuery> logged = new ArrayList<>();
        for (int q = 0; q < queries; q++) {
            List<Impression> impressions = new ArrayList<>();
            for (int position = 1; position <= KINDS.size(); position++) {
                int kind = (q + position) % KINDS.size();
                impressions.add(new Impression(
                        document(kind),
                        position,
                        0.5,
                        new LabelDistribution(0.4, 0.3, 0.3),
                        "",
                        "distilled",
                        acts.on(kind)));
            }
            logged.add(new LoggedQuery(new Query("q" + q, "what I want"), Mode.LABEL, "distilled", q, 0, impressions));
        }
        return logged;
    }

    private static Candidate document(int kind) {
        return new Candidate("d" + kind, "", "a " + KINDS.get(kind), 1, 1);
    }

    /** Score of the kind that users choose minus the mean score of the others. */
    private static double advantage(Path checkpoint) {
        try (var reranker = LanguageModelReranker.load(checkpoint)) {
            double chosen = 0;
            double others = 0;
            for (int kind = 0; kind < KINDS.size(); kind++) {
                var judgment = (Judgment.Judged) reranker.judge(
                                List.of(new Pair(new Query("q", "what I want"), document(kind), Pair.Task.LABEL, null)))
                        .get(0);
                if (kind == 2) {
                    chosen = judgment.labels().score();
                } else {
                    others += judgment.labels().score() / (KINDS.size() - 1);
                }
            }
            return chosen - others;
        }
    }
}
