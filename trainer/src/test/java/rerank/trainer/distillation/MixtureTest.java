package rerank.trainer.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixtureTest {
    /** A source without rows: the mixture only asks for its size. */
    private record Numbers(String name, int size, int rowsPerDraw) implements ExampleSource {
        @Override
        public List<TrainingRow> draw(long index) {
            throw new UnsupportedOperationException(name);
        }
    }

    private static Mixture mixture(long seed) {
        return new Mixture(
                List.of(new Mixture.Part(new Numbers("a", 7, 2), 3), new Mixture.Part(new Numbers("b", 1000, 2), 1)),
                seed);
    }

    private static List<String> draws(Mixture mixture, int n) {
        List<String> drawn = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Mixture.Draw draw = mixture.next();
            drawn.add(draw.source().name() + draw.index());
        }
        return drawn;
    }

    @Test
    void drawsBySharesAndEachSourceInOrder() {
        Mixture mixture = mixture(5);

        List<String> drawn = draws(mixture, 4000);

        List<String> ofB = drawn.stream().filter(name -> name.startsWith("b")).toList();
        assertThat((double) ofB.size()).isCloseTo(1000, within(100.0));
        assertThat(ofB.subList(0, 3)).containsExactly("b0", "b1", "b2");
        assertThat(mixture.epochs()[1]).isCloseTo(ofB.size() / 1000.0, within(1e-9));
    }

    @Test
    void skippingIsDrawing() {
        Mixture resumed = mixture(5);
        resumed.skip(123);

        assertThat(draws(resumed, 50)).isEqualTo(draws(mixture(5), 173).subList(123, 173));
    }

    @Test
    void seedsDiffer() {
        assertThat(draws(mixture(5), 50)).isNotEqualTo(draws(mixture(6), 50));
    }

    @Test
    void groupsOfDifferentSizeDoNotMix() {
        var parts = List.of(new Mixture.Part(new Numbers("a", 7, 2), 1), new Mixture.Part(new Numbers("b", 7, 3), 1));

        assertThatThrownBy(() -> new Mixture(parts, 1)).hasMessage("source b: 3 rows a draw, the first source has 2");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 9", "12, 4", "101, 77"})
    void everyEpochVisitsEachItemOnceInAnotherOrder(int size, long seed) {
        var shuffled = new Shuffled(size, seed);
        Set<List<Integer>> orders = new HashSet<>();
        for (int epoch = 0; epoch < 4; epoch++) {
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                order.add(shuffled.item((long) epoch * size + i));
            }
            orders.add(order);

            assertThat(order).doesNotHaveDuplicates().allMatch(item -> item >= 0 && item < size);
        }
        assertThat(orders.size()).isGreaterThan(size > 3 ? 2 : 0);
    }
}
