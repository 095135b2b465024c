package rerank.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanaryShareTest {
    private static final int QUERIES = 100_000;

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.1, 0.25, 0.5, 0.9})
    void aShareHoldsItsPartOfTheQueries(double share) {
        long held = IntStream.range(0, QUERIES)
                .filter(i -> CanaryShare.holds("query-" + i, share))
                .count();

        // Five standard deviations of a fair draw.
        double tolerance = 5 * Math.sqrt(share * (1 - share) / QUERIES);
        assertThat((double) held / QUERIES).isCloseTo(share, within(tolerance));
    }

    @Test
    void aGrowingShareKeepsTheQueriesItHad() {
        for (int i = 0; i < 1000; i++) {
            String query = "query-" + i;
            assertThat(CanaryShare.holds(query, 0.1) && !CanaryShare.holds(query, 0.3))
                    .as(query)
                    .isFalse();
        }
    }

    @Test
    void nothingBelongsToNoShareAndEverythingToAll() {
        for (int i = 0; i < 1000; i++) {
            assertThat(CanaryShare.holds("query-" + i, 0)).isFalse();
            assertThat(CanaryShare.holds("query-" + i, 1)).isTrue();
        }
    }

    /** What {@code printf q-1 | sha256sum} begins with, divided by 2^64. */
    @ParameterizedTest
    @CsvSource({"q-1, 0.5400171714230226", "東京, 0.07422010282753877"})
    void whoeverReadsTheResultsCanTell(String query, double fraction) {
        assertThat(CanaryShare.holds(query, fraction - 1e-9)).isFalse();
        assertThat(CanaryShare.holds(query, fraction + 1e-9)).isTrue();
    }
}
