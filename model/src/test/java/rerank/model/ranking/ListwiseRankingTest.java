package rerank.model.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Windows over lists, and the rankings that come of them. */
class ListwiseRankingTest {
    private static final Query QUERY = new Query("q", "which lamp");

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 100);
    }

    @Test
    void readsAHundredInNineWindowsOfTwenty() {
        List<WindowRange> ranges = WindowRange.over(100);

        assertThat(ranges)
                .hasSize(9)
                .startsWith(new WindowRange(80, 100), new WindowRange(70, 90))
                .endsWith(new WindowRange(10, 30), new WindowRange(0, 20));
        assertThat(WindowRange.over(25)).containsExactly(new WindowRange(5, 25), new WindowRange(0, 15));
        assertThat(WindowRange.over(20)).containsExactly(new WindowRange(0, 20));
        assertThat(WindowRange.over(1)).containsExactly(new WindowRange(0, 1));
        assertThat(WindowRange.over(0)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void windowsCoverEveryPlaceAndHandTheirBestHalfOn(long seed) {
        int size = 1 + new Random(seed).nextInt(300);
        List<WindowRange> ranges = WindowRange.over(size);

        Set<Integer> covered = new HashSet<>();
        for (WindowRange range : ranges) {
            assertThat(range.to() - range.from()).isBetween(1, 20);
            IntStream.range(range.from(), range.to()).forEach(covered::add);
        }
        assertThat(covered).hasSize(size);
        assertThat(ranges.get(0).to()).isEqualTo(size);
        assertThat(ranges.get(ranges.size() - 1).from()).isZero();
        for (int i = 1; i < ranges.size(); i++) {
            assertThat(ranges.get(i).to()).isEqualTo(ranges.get(i - 1).from() + 10);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theTopTenAreThoseOfAFullSortWhereTheModelIsConsistent(long seed) {
        Random random = new Random(seed);
        List<Candidate> candidates = candidates(1 + random.nextInt(150));
        Map<String, Integer> merit = new HashMap<>();
        List<Integer> merits =
                new ArrayList<>(IntStream.range(0, candidates.size()).boxed().toList());
        Collections.shuffle(merits, random);
        candidates.forEach(candidate -> merit.put(candidate.docId(), merits.get(merit.size())));
        ListJudge judge = new ListJudge(window -> logits(window, candidate -> merit.get(candidate.docId()) / 10f));

        List<String> ranked = docIds(judge.rerank(QUERY, candidates, Mode.LISTWISE, 0));

        List<String> sorted = candidates.stream()
                .map(Candidate::docId)
                .sorted(Comparator.comparingInt(docId -> -merit.get(docId)))
                .toList();
        int top = Math.min(10, sorted.size());
        assertThat(ranked.subList(0, top)).isEqualTo(sorted.subList(0, top));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whateverTheLogitsTheRankingIsAPermutationWithFallingScores(long seed) {
        Random random = new Random(seed);
        List<Candidate> candidates = candidates(random.nextInt(120));
        ListJudge judge = new ListJudge(window -> random.nextInt(6) == 0
                ? new Judgment.Unjudged("no numbers")
                : logits(window, candidate -> (float) random.nextGaussian() * 50));
        double weight = random.nextInt(3) / 2.0;
        judge.weight = weight;

        Ranking ranking = judge.rerank(QUERY, candidates, Mode.LISTWISE, 0);

        assertThat(docIds(ranking))
                .containsExactlyInAnyOrderElementsOf(
                        candidates.stream().map(Candidate::docId).toList());
        assertThat(ranking.items()).extracting(Ranking.Item::rank).isEqualTo(numbers(1, candidates.size()));
        assertThat(ranking.items())
                .extracting(Ranking.Item::score)
                .isSortedAccordingTo(Comparator.reverseOrder())
                .allMatch(score -> score >= 0 && score <= 1);
        if (weight == 1) {
            assertThat(ranking.items())
                    .extracting(item -> item.candidate().firstStageRank())
                    .isEqualTo(numbers(1, candidates.size()));
        }
    }

    @Test
    void beginsWithTheFirstStagesOrderHoweverTheCandidatesAreGiven() {
        List<Candidate> given = new ArrayList<>(candidates(25));
        Collections.shuffle(given, new Random(3));
        ListJudge judge = new ListJudge(window -> new Judgment.Unjudged("no"));

        Ranking ranking = judge.rerank(QUERY, given, Mode.LISTWISE, 0);

        assertThat(judge.windows.get(0).candidates())
                .extracting(Candidate::firstStageRank)
                .isEqualTo(numbers(6, 25));
        assertThat(ranking.items())
                .extracting(item -> item.candidate().firstStageRank())
                .isEqualTo(numbers(1, 25));
        assertThat(ranking.items()).noneMatch(Ranking.Item::isJudged);
        assertThat(ranking.items()).allMatch(item -> item.judgment().equals(new Judgment.Unjudged("no")));
    }

    @Test
    void aWindowThatFailsLeavesItsPlacesAndSaysWhoWasNotRead() {
        int[] windows = {0};
        ListJudge judge = new ListJudge(window -> windows[0]++ == 0
                ? new Judgment.Unjudged("its prompt cannot be built")
                : logits(window, candidate -> candidate.firstStageRank()));

        Ranking ranking = judge.rerank(QUERY, candidates(25), Mode.LISTWISE, 0);

        List<Integer> firstStageRanks = ranking.items().stream()
                .map(item -> item.candidate().firstStageRank())
                .toList();
        assertThat(firstStageRanks)
                .startsWith(15, 14, 13)
                .endsWith(numbers(16, 25).toArray(new Integer[0]));
        assertThat(ranking.items().subList(0, 15)).allMatch(item -> item.judgment() instanceof Judgment.Placed);
        assertThat(ranking.items().subList(15, 25))
                .allMatch(item -> item.judgment().equals(new Judgment.Unjudged("its prompt cannot be built")));
    }

    @Test
    void thoseThatTheModelTellsNotApartStayAsTheyWere() {
        Judgment.Ordered ordered = Judgment.Ordered.ofLogits(1, 3, 1, 3, 2);

        assertThat(ordered.apply(List.of("a", "b", "c", "d", "e"))).containsExactly("b", "d", "e", "a", "c");
        assertThat(ordered.probabilities().stream().mapToDouble(p -> p).sum()).isEqualTo(1, within(1e-9));
        assertThat(ordered.probabilities().get(1) / ordered.probabilities().get(0))
                .isEqualTo(Math.exp(2), within(1e-9));
    }

    @Test
    void refusesWhatIsNoOrder() {
        assertThatThrownBy(() -> Judgment.Ordered.ofLogits(1, Float.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> Judgment.Ordered.ofLogits(Float.POSITIVE_INFINITY, 0))
                .hasMessageContaining("Infinity");
        assertThatThrownBy(() -> new CandidateWindow(QUERY, candidates(21)))
                .hasMessageContaining("query q: it has 21 candidates; 1 to 20");
        assertThatThrownBy(() -> Judgment.Ordered.ofLogits(1, 2).apply(List.of("a")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Judgment logits(CandidateWindow window, Function<Candidate, ? extends Number> logit) {
        float[] logits = new float[window.candidates().size()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = logit.apply(window.candidates().get(i)).floatValue();
        }
        return Judgment.Ordered.ofLogits(logits);
    }

    private static List<Candidate> candidates(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Candidate("d" + i, "", "", count - i, i + 1))
                .toList();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toList();
    }

    private static List<String> docIds(Ranking ranking) {
        return ranking.items().stream().map(item -> item.candidate().docId()).toList();
    }

    private static final class ListJudge extends BatchJudge {
        final List<CandidateWindow> windows = new ArrayList<>();
        double weight;

        private final Function<CandidateWindow, Judgment> orders;

        ListJudge(Function<CandidateWindow, Judgment> orders) {
            super(1);
            this.orders = orders;
        }

        @Override
        protected Judgment order(CandidateWindow window) {
            windows.add(window);
            return orders.apply(window);
        }

        @Override
        protected List<Judgment> judgeTogether(List<Pair> pairs) {
            throw new AssertionError("nobody asks for pairs");
        }

        @Override
        public Identity identity() {
            return new Identity("tiny", "none", Mode.LISTWISE, Set.of(Mode.LISTWISE), Map.of(Mode.LISTWISE, weight));
        }

        @Override
        public void close() {}
    }
}
