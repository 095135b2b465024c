package rerank.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.phrasing.PhrasingLearner;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.ranking.Ranking;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.weights.CheckpointException;

/**
 * Runs on checkpoints written here: one whose next token depends on the last one alone, so that explanations and label
 * probabilities are known, and one of random weights.
 */
class LanguageModelRerankerTest {
    private static final Query QUERY = new Query("q-1", "leather bag");
    private static final Query LONG = new Query("q-2", "word ".repeat(200));
    private static final Candidate BAG = new Candidate("d1", "Bag", "Made of leather.", 3, 1);
    private static final Candidate SHOE = new Candidate("d2", "Shoe", "", 2, 2);
    private static final LabelDistribution GIVEN = new LabelDistribution(0.7, 0.2, 0.1);
    private static final String COMPACT = "{\"modelVersion\": \"tiny-1\", \"promptTemplate\": \"compact-v1\","
            + " \"defaultMode\": \"justify\", \"firstStageWeight\": {\"label\": 1, \"explain\": 0.25},"
            + " \"maxPromptTokens\": 150, \"maxExplanationTokens\": 20}";

    @TempDir
    private Path directory;

    @Test
    void readsTheLabelAfterTheExplanationThatItAskedFor() {
        try (PairJudge judge = writing("yes")) {
            Judgment judgment = only(judge, QUERY, Pair.Task.EXPLAIN, null);

            assertSoftmaxOfZeroOneTwo(judgment, "yes");
        }
    }

    @Test
    void forcesTheLabelWhereTheExplanationDoesNotArriveAtIt() {
        try (PairJudge judge = writing("abcdefghijklmnopqrstuvwxyz")) {
            Judgment judgment = only(judge, QUERY, Pair.Task.EXPLAIN, null);

            assertSoftmaxOfZeroOneTwo(judgment, "abcdefghijklmnopqrs");
        }
    }

    @Test
    void readsTheLabelAloneWhenNothingElseIsAsked() {
        try (PairJudge judge = writing("yes")) {
            assertSoftmaxOfZeroOneTwo(only(judge, QUERY, Pair.Task.LABEL, null), "");
        }
    }

    @Test
    void explainsALabelThatIsGiven() {
        try (PairJudge judge = writing("yes")) {
            assertThat(only(judge, QUERY, Pair.Task.JUSTIFY, GIVEN)).isEqualTo(new Judgment.Judged(GIVEN, "yes"));
        }
    }

    @Test
    void doesNotTrustALabelThatRestsOnAUselessExplanation() {
        try (PairJudge judge = looping()) {
            assertThat(only(judge, QUERY, Pair.Task.EXPLAIN, null))
                    .isEqualTo(new Judgment.Unjudged("the explanation repeats itself without end"));
        }
    }

    /** 48 tokens that only go round end it, before the bound of 60. */
    @Test
    void endsAnExplanationThatOnlyGoesRound() {
        looping().close();
        TinyCheckpoint.settings(directory, COMPACT.replace("Tokens\": 20", "Tokens\": 60"));
        try (LanguageModelReranker judge = LanguageModelReranker.load(directory)) {
            assertThat(only(judge, QUERY, Pair.Task.EXPLAIN, null))
                    .isEqualTo(new Judgment.Unjudged("its explanation repeats itself without end"));
            assertThat(judge.statistics().decodedTokens()).isBetween(45L, 52L);
            assertThat(only(judge, QUERY, Pair.Task.JUSTIFY, GIVEN)).isEqualTo(new Judgment.Judged(GIVEN, ""));
        }
    }

    @Test
    void forgetsAPairThatIsCancelled() {
        try (PairJudge judge = writing("yes")) {
            PairJudge.Judging cancelled = judge.prepare(new Pair(QUERY, BAG, Pair.Task.EXPLAIN, null));
            PairJudge.Judging refused = judge.prepare(new Pair(LONG, BAG, Pair.Task.LABEL, null));
            PairJudge.Judging wanted = judge.prepare(new Pair(QUERY, SHOE, Pair.Task.LABEL, null));
            List.of(cancelled, refused, wanted).forEach(judge::start);
            List.of(cancelled, refused).forEach(judge::cancel);

            List<PairJudge.Judging> judged = new ArrayList<>();
            while (judged.isEmpty()) {
                judged.addAll(judge.step());
            }

            assertThat(judged).containsExactly(wanted);
            assertThat(judge.step()).isEmpty();
            assertThat(judge.statistics().cancelled()).isEqualTo(1);
        }
    }

    @Test
    void keepsAGivenLabelWhenItsExplanationIsUseless() {
        try (PairJudge judge = looping()) {
            assertThat(only(judge, QUERY, Pair.Task.JUSTIFY, GIVEN)).isEqualTo(new Judgment.Judged(GIVEN, ""));
        }
    }

    @Test
    void judgesTheOthersWhenAPromptCannotBeBuilt() {
        try (PairJudge judge = writing("yes")) {
            List<Judgment> judgments = judge.judge(List.of(
                    new Pair(QUERY, BAG, Pair.Task.EXPLAIN, null),
                    new Pair(LONG, BAG, Pair.Task.LABEL, null),
                    new Pair(QUERY, SHOE, Pair.Task.LABEL, null),
                    new Pair(QUERY, SHOE, Pair.Task.JUSTIFY, GIVEN)));

            assertSoftmaxOfZeroOneTwo(judgments.get(0), "yes");
            assertThat(judgments.get(1))
                    .isEqualTo(new Judgment.Unjudged("its prompt cannot be built: query q-2: prompt has 1004 tokens"
                            + " without its document, the limit is 150; shorten query or instruction, or raise"
                            + " maxPromptTokens"));
            assertSoftmaxOfZeroOneTwo(judgments.get(2), "");
            assertThat(judgments.get(3)).isEqualTo(new Judgment.Judged(GIVEN, "yes"));
        }
    }

    @Test
    void judgesNothingWhenThereIsNothing() {
        try (PairJudge judge = writing("yes")) {
            assertThat(judge.judge(List.of())).isEmpty();
        }
    }

    @Test
    void saysWhoItIs() {
        try (PairJudge judge = writing("yes")) {
            assertThat(judge.identity())
                    .isEqualTo(new PairJudge.Identity(
                            "tiny-1",
                            "compact-v1",
                            Mode.JUSTIFY,
                            Map.of(Mode.LABEL, 1.0, Mode.EXPLAIN, 0.25, Mode.JUSTIFY, 0.0)));
        }
    }

    @Test
    void explainsTheTopOfTheRankingInJustifyMode() {
        try (LanguageModelReranker reranker = writing("yes")) {
            Ranking ranking = reranker.rerank(QUERY, List.of(SHOE, BAG), Mode.JUSTIFY, 1);

            assertThat(explanations(ranking)).containsExactly("d1 yes", "d2 ");
        }
    }

    @Test
    void explainsEveryCandidateInExplainModeAndNoneInLabelMode() {
        try (LanguageModelReranker reranker = writing("yes")) {
            List<Candidate> candidates = List.of(SHOE, BAG);

            assertThat(explanations(reranker.rerank(QUERY, candidates, Mode.EXPLAIN, 0)))
                    .containsExactly("d1 yes", "d2 yes");
            assertThat(explanations(reranker.rerank(QUERY, candidates, Mode.LABEL, 2)))
                    .containsExactly("d1 ", "d2 ");
        }
    }

    @Test
    void judgesAPairTheSameInAnyCompany() {
        TinyCheckpoint.random(directory, 5);
        TinyCheckpoint.settings(directory, COMPACT);
        Random random = new Random(6);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Candidate candidate = new Candidate("d" + i, "Bag " + i, "leather shoe ".repeat(random.nextInt(9)), 1, i);
            pairs.add(new Pair(QUERY, candidate, i % 3 == 0 ? Pair.Task.EXPLAIN : Pair.Task.LABEL, null));
        }
        try (PairJudge judge = LanguageModelReranker.load(directory)) {
            List<Judgment> together = judge.judge(pairs);

            for (int i = 0; i < pairs.size(); i++) {
                Judgment alone = judge.judge(List.of(pairs.get(i))).get(0);
                if (alone instanceof Judgment.Judged judged) {
                    Judgment.Judged other = (Judgment.Judged) together.get(i);
                    assertThat(other.labels().score()).isCloseTo(judged.labels().score(), within(1e-4));
                    assertThat(other.explanation()).isEqualTo(judged.explanation());
                } else {
                    assertThat(together.get(i)).isEqualTo(alone);
                }
            }
            assertThat(together.stream()
                            .filter(Judgment.Judged.class::isInstance)
                            .map(judgment ->
                                    ((Judgment.Judged) judgment).labels().score())
                            .distinct())
                    .hasSizeGreaterThan(5);
        }
    }

    @Test
    void refusesLimitsThatTheModelCannotHold() {
        TinyCheckpoint.random(directory, 1);
        TinyCheckpoint.settings(directory, COMPACT.replace("150", "236"));

        assertThatThrownBy(() -> LanguageModelReranker.load(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("maxPromptTokens=236, maxExplanationTokens=20 and a label phrase of 1 tokens need"
                        + " 257 positions, the model has 256");
    }

    @Test
    void refusesATemplateThatTheCheckpointWasNotMadeFor() {
        TinyCheckpoint.random(directory, 1);

        assertThatThrownBy(() -> LanguageModelReranker.load(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("no known family");
    }

    /** Writes the text as its explanation; the labels have the logits 0, 1 and 2 after the label phrase. */
    private LanguageModelReranker writing(String explanation) {
        TinyCheckpoint.bigrams(directory, checkpoint -> {
            checkpoint.writes("<|explain|>", " " + explanation, "<|label|>");
            checkpoint.logit("<|label|>", "<|1|>", 1);
            checkpoint.logit("<|label|>", "<|2|>", 2);
        });
        TinyCheckpoint.settings(directory, COMPACT);
        return LanguageModelReranker.load(directory);
    }

    @Test
    void writesWhatItsPhrasingHasAndThePairAlone() {
        writing("abc").close();
        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            var learner = new PhrasingLearner(tokenizer, 100);
            for (int i = 0; i < 200; i++) {
                String material = List.of("felt", "wood", "silk", "wool").get(i % 4);
                learner.add(
                        new Query("q-" + i, "bag " + i),
                        new Candidate("d", "Thing", "Of " + material + ".", 1, 1),
                        "it is made of " + material);
            }
            learner.learn().orElseThrow().writeTo(directory);
        }
        try (PairJudge judge = LanguageModelReranker.load(directory)) {
            Candidate wooden = new Candidate("d", "Box", "A box of wood and of nothing else.", 1, 1);
            List<Judgment> judgments = judge.judge(List.of(
                    new Pair(QUERY, wooden, Pair.Task.JUSTIFY, GIVEN),
                    new Pair(QUERY, BAG, Pair.Task.JUSTIFY, GIVEN),
                    new Pair(QUERY, wooden, Pair.Task.EXPLAIN, null)));

            assertThat(judgments.get(0)).isEqualTo(new Judgment.Judged(GIVEN, "it is made of wood"));
            assertThat(judgments.get(1)).as("no phrase fits").isEqualTo(new Judgment.Judged(GIVEN, "abc"));
            assertThat(((Judgment.Judged) judgments.get(2)).explanation()).isEqualTo("it is made of wood");
        }
    }

    private LanguageModelReranker looping() {
        TinyCheckpoint.bigrams(directory, checkpoint -> {
            checkpoint.then("<|explain|>", "a");
            checkpoint.then("a", "b");
            checkpoint.then("b", "a");
        });
        TinyCheckpoint.settings(directory, COMPACT);
        return LanguageModelReranker.load(directory);
    }

    private static Judgment only(PairJudge judge, Query query, Pair.Task task, LabelDistribution given) {
        return judge.judge(List.of(new Pair(query, BAG, task, given))).get(0);
    }

    /** e^0, e^1 and e^2 over their sum, 11.107. */
    private static void assertSoftmaxOfZeroOneTwo(Judgment judgment, String explanation) {
        assertThat(judgment).isInstanceOf(Judgment.Judged.class);
        Judgment.Judged judged = (Judgment.Judged) judgment;
        assertThat(judged.explanation()).isEqualTo(explanation);
        assertThat(judged.labels().irrelevant()).isCloseTo(0.0900, within(1e-4));
        assertThat(judged.labels().partial()).isCloseTo(0.2447, within(1e-4));
        assertThat(judged.labels().relevant()).isCloseTo(0.6652, within(1e-4));
    }

    private static List<String> explanations(Ranking ranking) {
        return ranking.items().stream()
                .map(item -> item.candidate().docId() + " " + ((Judgment.Judged) item.judgment()).explanation())
                .toList();
    }
}
