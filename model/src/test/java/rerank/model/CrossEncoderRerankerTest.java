package rerank.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.ranking.Ranking;
import rerank.model.weights.CheckpointException;

/** Runs on BERTs written here: of random weights, or with logits that a test chooses. */
class CrossEncoderRerankerTest {
    private static final Query QUERY = new Query("q-1", "leather bag", "only bags");
    private static final Candidate BAG = new Candidate("d1", "Bag", "Made of leather.", 3, 1);
    private static final Candidate SHOE = new Candidate("d2", "", "Shoe", 2, 2);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(floats = {-3.5f, 0, 0.25f, 90})
    void scoresOneLogitByItsSigmoid(float logit) {
        Judgment.Judged judged = judged(TinyCrossEncoder.constant(directory, logit));

        assertThat(judged.labels().score()).isCloseTo(1 / (1 + Math.exp(-logit)), within(1e-6));
        assertThat(judged.labels().partial()).isZero();
        assertThat(judged.explanation()).isEmpty();
    }

    @Test
    void scoresTwoLogitsByTheProbabilityOfTheSecond() {
        Judgment.Judged judged = judged(TinyCrossEncoder.constant(directory, 1, 2.5f));

        assertThat(judged.labels().score()).isCloseTo(1 / (1 + Math.exp(-1.5)), within(1e-6));
        assertThat(judged.labels().label()).isEqualTo(2);
    }

    @Test
    void takesThreeLogitsForTheThreeLabels() {
        Judgment.Judged judged = judged(TinyCrossEncoder.constant(directory, 0, 1, 2));

        assertThat(judged.labels().irrelevant()).isCloseTo(0.0900, within(1e-4));
        assertThat(judged.labels().partial()).isCloseTo(0.2447, within(1e-4));
        assertThat(judged.labels().relevant()).isCloseTo(0.6652, within(1e-4));
    }

    @Test
    void refusesAHeadOfMoreLabelsThanThereAreGrades() {
        TinyCrossEncoder.constant(directory, 0, 1, 2, 3);

        assertThatThrownBy(() -> CheckpointJudge.load(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("id2label has 4 labels");
    }

    @ParameterizedTest
    @EnumSource
    void givesTheLabelAloneWhateverIsAsked(Pair.Task task) {
        LabelDistribution given = new LabelDistribution(1, 0, 0);
        try (PairJudge judge = CheckpointJudge.load(TinyCrossEncoder.constant(directory, 0))) {
            Pair pair = new Pair(QUERY, BAG, task, task == Pair.Task.JUSTIFY ? given : null);

            assertThat(judge.judge(List.of(pair)))
                    .containsExactly(new Judgment.Judged(new LabelDistribution(0.5, 0, 0.5), ""));
        }
    }

    @Test
    void leavesAPairUnjudgedWhoseQueryDoesNotFitAndJudgesTheOthers() {
        Query longQuery = new Query("q-2", "x".repeat(62));
        try (PairJudge judge = CheckpointJudge.load(TinyCrossEncoder.constant(directory, 0))) {
            List<Judgment> judgments =
                    judge.judge(List.of(label(QUERY, BAG), label(longQuery, BAG), label(QUERY, SHOE)));

            assertThat(judgments.get(0)).isInstanceOf(Judgment.Judged.class);
            assertThat(judgments.get(1))
                    .isEqualTo(new Judgment.Unjudged("its prompt cannot be built: query q-2: the first text has 62"
                            + " tokens, with 3 special ones more than the 64 allowed"));
            assertThat(judgments.get(2)).isInstanceOf(Judgment.Judged.class);
        }
    }

    @Test
    void leavesAPairUnjudgedThatTheModelGivesNoNumberFor() {
        Judgment judgment;
        try (PairJudge judge = CheckpointJudge.load(TinyCrossEncoder.constant(directory, Float.NaN))) {
            judgment = judge.judge(List.of(label(QUERY, BAG))).get(0);
        }

        assertThat(judgment).isEqualTo(new Judgment.Unjudged("the model gave the logits [NaN]"));
    }

    @Test
    void cutsTheDocumentAndNotTheQuery() {
        String text = "leather ".repeat(30);
        Candidate cut =
                new Candidate("d3", "", text.substring(0, 64 - 3 - QUERY.text().length()), 1, 1);
        try (PairJudge judge = CheckpointJudge.load(TinyCrossEncoder.random(directory, 3))) {
            List<Judgment> judgments =
                    judge.judge(List.of(label(QUERY, new Candidate("d3", "", text, 1, 1)), label(QUERY, cut)));

            assertThat(judgments.get(0)).isEqualTo(judgments.get(1));
        }
    }

    @Test
    void readsTheTitleBeforeTheText() {
        try (PairJudge judge = CheckpointJudge.load(TinyCrossEncoder.random(directory, 3))) {
            List<Judgment> judgments = judge.judge(List.of(
                    label(QUERY, BAG),
                    label(QUERY, new Candidate("d", "", "Bag Made of leather.", 1, 1)),
                    label(QUERY, new Candidate("d", "", "Made of leather.", 1, 1))));

            assertThat(judgments.get(0)).isEqualTo(judgments.get(1)).isNotEqualTo(judgments.get(2));
        }
    }

    @Test
    void judgesAPairTheSameInAnyCompany() {
        Random random = new Random(6);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            String text = "leather shoe ".repeat(4).substring(random.nextInt(50));
            pairs.add(label(QUERY, new Candidate("d" + i, "Bag " + i, text, 1, i)));
        }
        try (PairJudge judge = CheckpointJudge.load(TinyCrossEncoder.random(directory, 5))) {
            List<Judgment> together = judge.judge(pairs);

            for (int i = 0; i < pairs.size(); i += 7) {
                Judgment alone = judge.judge(List.of(pairs.get(i))).get(0);
                assertThat(score(together.get(i))).isCloseTo(score(alone), within(1e-5));
            }
            assertThat(together.stream()
                            .mapToDouble(CrossEncoderRerankerTest::score)
                            .distinct())
                    .hasSizeGreaterThan(100);
        }
    }

    @Test
    void saysWhoItIsAndWhatItCanDo() {
        TinyCrossEncoder.constant(directory, 0);
        TinyCheckpoint.settings(
                directory, "{\"modelVersion\": \"tiny-ce\", \"firstStageWeight\": {\"cross-encoder\": 0.25}}");
        try (PairJudge judge = CheckpointJudge.load(directory)) {
            assertThat(judge.identity())
                    .isEqualTo(new PairJudge.Identity(
                            "tiny-ce",
                            "pair-v1",
                            Mode.CROSS_ENCODER,
                            Set.of(Mode.CROSS_ENCODER),
                            Map.of(Mode.CROSS_ENCODER, 0.25)));
        }
    }

    @Test
    void ranksInItsOwnModeAndNoOther() {
        try (PairJudge judge = CheckpointJudge.load(TinyCrossEncoder.random(directory, 4))) {
            Ranking ranking = judge.rerank(QUERY, List.of(SHOE, BAG), Mode.CROSS_ENCODER, 3);

            assertThat(ranking.items().stream().map(item -> item.candidate().docId()))
                    .containsExactlyInAnyOrder("d1", "d2");
            assertThatThrownBy(() -> judge.rerank(QUERY, List.of(SHOE, BAG), Mode.JUSTIFY, 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("does not judge in mode justify, only in cross-encoder");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'promptTemplate': 'compact-v1'} | unknown key promptTemplate; known are [defaultMode, firstStageWeight, maxPromptTokens, modelVersion]",
                "{'defaultMode': 'label'} | defaultMode label is not offered by a cross-encoder, which has cross-encoder alone",
                "{'firstStageWeight': {'label': 1}} | unknown key firstStageWeight.label; known are [cross-encoder]",
                "{'firstStageWeight': {'cross-encoder': 2}} | firstStageWeight.cross-encoder must be in [0, 1], was 2.0",
                "{'maxPromptTokens': 65} | maxPromptTokens=65, the model has 64 positions (max_position_embeddings)",
            })
    void namesWhatIsWrongWithItsSettings(String json, String message) {
        TinyCrossEncoder.constant(directory, 0);
        TinyCheckpoint.settings(directory, json.replace('\'', '"'));

        assertThatThrownBy(() -> CheckpointJudge.load(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("reranker.json: ")
                .hasMessageContaining(message);
    }

    @Test
    void refusesATokenizerThatKnowsNoPairs() {
        TinyCrossEncoder.constant(directory, 0);
        TinyCrossEncoder.tokenizer().with("post_processor", "null").writeTo(directory);

        assertThatThrownBy(() -> CheckpointJudge.load(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("puts no special token between query and document");
    }

    @Test
    void isWhatACheckpointOfAnEncoderHolds() {
        TinyCrossEncoder.constant(directory.resolve("encoder"), 0);
        TinyCheckpoint.random(directory.resolve("decoder"), 1);
        TinyCheckpoint.settings(
                directory.resolve("decoder"), "{\"promptTemplate\": \"compact-v1\", \"maxExplanationTokens\": 8}");

        try (PairJudge encoder = CheckpointJudge.load(directory.resolve("encoder"));
                PairJudge decoder = CheckpointJudge.load(directory.resolve("decoder"))) {
            assertThat(encoder).isInstanceOf(CrossEncoderReranker.class);
            assertThat(decoder).isInstanceOf(LanguageModelReranker.class);
        }
    }

    @Test
    void namesEveryFamilyWhenACheckpointIsOfNone() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{\"model_type\": \"gpt2\"}");

        assertThatThrownBy(() -> CheckpointJudge.load(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model_type=\"gpt2\" is not supported; supported: qwen2, qwen3, llama as language"
                        + " models, bert, electra, modernbert as cross-encoders");
    }

    private static Pair label(Query query, Candidate candidate) {
        return new Pair(query, candidate, Pair.Task.LABEL, null);
    }

    private static Judgment.Judged judged(Path checkpoint) {
        try (PairJudge judge = CheckpointJudge.load(checkpoint)) {
            return (Judgment.Judged) judge.judge(List.of(label(QUERY, BAG))).get(0);
        }
    }

    private static double score(Judgment judgment) {
        return ((Judgment.Judged) judgment).labels().score();
    }
}
