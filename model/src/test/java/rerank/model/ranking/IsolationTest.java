package rerank.model.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IsolationTest {
    private final List<Integer> batchSizes = new ArrayList<>();

    @Test
    void callsOnceWhenNothingFails() {
        assertThat(Isolation.apply(List.of(1, 2, 3), doublingBut(Set.of()), e -> e.getMessage()))
                .containsExactly("2", "4", "6");
        assertThat(batchSizes).containsExactly(3);
    }

    @Test
    void failsTheBadItemsAlone() {
        List<Integer> items = IntStream.rangeClosed(1, 16).boxed().toList();

        List<String> results = Isolation.apply(items, doublingBut(Set.of(3, 16)), e -> e.getMessage());

        assertThat(results)
                .containsExactly(
                        "2", "4", "bad 3", "8", "10", "12", "14", "16", "18", "20", "22", "24", "26", "28", "30",
                        "bad 16");
        assertThat(batchSizes).hasSizeLessThan(20);
    }

    @Test
    void doesNotCallForNothing() {
        assertThat(Isolation.apply(List.<Integer>of(), doublingBut(Set.of()), e -> e.getMessage()))
                .isEmpty();
        assertThat(batchSizes).isEmpty();
    }

    private Function<List<Integer>, List<String>> doublingBut(Set<Integer> bad) {
        return batch -> {
            batchSizes.add(batch.size());
            for (int item : batch) {
                if (bad.contains(item)) {
                    throw new IllegalStateException("bad " + item);
                }
            }
            return batch.stream().map(item -> String.valueOf(2 * item)).toList();
        };
    }
}
