package rerank.trainer.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.example.Example;
import rerank.trainer.example.Origin;
import rerank.trainer.teacher.Lesson;

class FiltersTest {
    private static final String DOCUMENT =
            "the moth circles the lamp until the lamp goes out and then it rests on the wall of the old house";
    private static final String EXPLANATION =
            "the text says that the moth circles the lamp and rests on the wall, as asked";

    private static Example example(String query, String doc, String text, int label, String explanation) {
        return new Example(
                new Query(query, "question " + query),
                new Candidate(doc, "", text, 1, 1),
                Origin.HARD,
                new Lesson(label, explanation),
                OptionalInt.empty(),
                OptionalInt.of(label),
                "test");
    }

    @Test
    void theSameExplanationOfAQueryOrOfNearlyTheSameDocumentIsADuplicate() {
        Example first = example("q1", "d1", DOCUMENT, 2, EXPLANATION);
        Example sameQuery = example("q1", "d2", "another text altogether, on stones", 2, EXPLANATION);
        Example sameDocument =
                example("q2", "d3", DOCUMENT + " today", 2, EXPLANATION.toUpperCase(java.util.Locale.ROOT));
        Example otherDocument = example("q3", "d4", "another text altogether, on rivers", 2, EXPLANATION);
        Example otherExplanation =
                example("q1", "d5", DOCUMENT, 0, "nothing of what was asked is in here, only insects");

        var result = new Filters(List.of(new NearDuplicates(0.8)))
                .apply(List.of(first, sameQuery, sameDocument, otherDocument, otherExplanation));

        assertThat(result.kept()).containsExactly(first, otherDocument, otherExplanation);
        assertThat(result.steps().get(0).dropped())
                .containsExactly(
                        new Filters.Dropped(sameQuery, "says what q1/d1 says"),
                        new Filters.Dropped(sameDocument, "says what q1/d1 says"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void signaturesEstimateTheJaccardSimilarityOfWordTriples(long seed) {
        Random random = new Random(seed);
        List<String> words = IntStream.range(0, 120).mapToObj(i -> "w" + i).collect(Collectors.toList());
        List<String> changed = new ArrayList<>(words);
        int at = 20 + random.nextInt(60);
        changed.subList(at, at + 20).replaceAll(word -> word + "x");
        // 118 triples each; the 20 changed words touch 22 of them.
        double jaccard = (118.0 - 22) / (118 + 22);

        double estimate = Shingles.of(String.join(" ", words)).similarity(Shingles.of(String.join(" ", changed)));

        assertThat(estimate).isCloseTo(jaccard, within(4 * Math.sqrt(jaccard * (1 - jaccard) / Shingles.SIZE)));
        assertThat(Shingles.of("A b, c!").similarity(Shingles.of("a b c"))).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7})
    void noLabelHasMoreThanItsShareOfAQueryOrOfAll(long seed) {
        Random random = new Random(seed);
        List<Example> examples = new ArrayList<>();
        for (int q = 0; q < 30; q++) {
            for (int d = 0; d < 10; d++) {
                examples.add(
                        example("q" + q, "d" + d, "t", random.nextInt(10) < 7 ? 0 : 1 + random.nextInt(2), "because"));
            }
        }
        var balance = new LabelBalance(0.7, 0.5, seed);

        var result = new Filters(List.of(balance)).apply(examples);

        assertThat(share(result.kept(), 0)).isLessThanOrEqualTo(0.5);
        assertThat(result.kept().stream().filter(kept -> kept.label() > 0))
                .as("the others have their places still")
                .hasSize(
                        (int) examples.stream().filter(each -> each.label() > 0).count());
        assertThat(new Filters(List.of(balance)).apply(examples).kept()).isEqualTo(result.kept());
    }

    @Test
    void aShareOfAQueryIsHeldWithinTheQueryAndOneOfEachLabelIsKept() {
        List<Example> examples = new ArrayList<>(List.of(example("q", "r", "t", 2, "because")));
        IntStream.range(0, 7).forEach(i -> examples.add(example("q", "d" + i, "t", 0, "because")));
        IntStream.range(0, 9).forEach(i -> examples.add(example("only one label", "e" + i, "t", 0, "because")));

        var kept = new Filters(List.of(new LabelBalance(0.75, 1, 1)))
                .apply(examples)
                .kept();

        assertThat(kept.stream().filter(each -> each.query().id().equals("q")).map(Example::label))
                .containsExactlyInAnyOrder(2, 0, 0, 0);
        assertThat(kept.stream().filter(each -> !each.query().id().equals("q"))).hasSize(9);
    }

    @Test
    void twoLabelsAreBroughtToHalfAtBest() {
        List<Example> examples = new ArrayList<>();
        IntStream.range(0, 8).forEach(i -> examples.add(example("q", "d" + i, "t", i < 6 ? 0 : 1, "because")));

        assertThat(new Filters(List.of(new LabelBalance(1, 0.4, 1)))
                        .apply(examples)
                        .kept())
                .extracting(Example::label)
                .containsExactlyInAnyOrder(0, 0, 1, 1);
    }

    @Test
    void anExplanationThatThePairDoesNotHelpToForeseeIsGeneric() {
        Example specific = example("q", "d1", "t", 2, "specific");
        Example generic = example("q", "d2", "t", 2, "generic");
        SequenceLoss losses = new SequenceLoss() {
            @Override
            public double given(Example example) {
                return example.explanation().equals("generic") ? 1.99 : 1.2;
            }

            @Override
            public double alone(Example example) {
                return 2;
            }

            @Override
            public void close() {}
        };

        var dropped = new GenericExplanations(losses, 0.95, () -> {}).drop(List.of(specific, generic));

        assertThat(dropped)
                .isEqualTo(Map.of(generic, "the pair given changes its loss by a factor of 0.995, over 0.950"));
    }

    @Test
    void boundsBelowAThirdAreRefused() {
        assertThatThrownBy(() -> new LabelBalance(0.3, 1, 1)).hasMessageContaining("1/3");
    }

    private static double share(List<Example> examples, int label) {
        return examples.stream().filter(example -> example.label() == label).count() / (double) examples.size();
    }
}
