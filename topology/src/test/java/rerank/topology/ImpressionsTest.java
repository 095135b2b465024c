package rerank.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import rerank.schemas.Experience;
import rerank.schemas.Impression;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;
import rerank.schemas.TrustedClasses;
import rerank.schemas.internal.QueryState;

class ImpressionsTest {
    static {
        TrustedClasses.trustOurEvents();
    }

    private static final QueryState QUERY = QueryState.newBuilder()
            .setText("which lamp")
            .setMode("label")
            .setDeadlineMs(1)
            .setAcceptedAtMs(0)
            .build();

    @Test
    void textsFromTheEndGiveWayToTheBound() throws Exception {
        Impressions bounded = new Impressions(attribution(1000), 3000);

        Experience experience =
                bounded.of(QUERY, results(8), docId -> "ü".repeat(400)).orElseThrow();

        assertThat(experience.getImpressions()).hasSize(8);
        assertThat(experience.getImpressions())
                .extracting(Impression::getText)
                .startsWith("ü".repeat(400), "ü".repeat(400))
                .endsWith("", "", "", "");
        assertThat(Experience.getEncoder().encode(experience).remaining()).isBetween(1600, 3000);
    }

    @Test
    void aCutTextKeepsItsLastCharacterWhole() {
        Impressions impressions = new Impressions(attribution(3), 100_000);

        Experience experience =
                impressions.of(QUERY, results(1), docId -> "ab\uD83D\uDE00").orElseThrow();

        String text = experience.getImpressions().get(0).getText();
        assertThat(text).isEqualTo("ab");
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text)).isTrue();
    }

    @Test
    void makesNoneWhenNoneIsPublished() {
        assertThat(new Impressions(Attribution.OFF, 1000).of(QUERY, results(1), docId -> ""))
                .isEmpty();
    }

    private static Attribution attribution(int maxTextChars) {
        return new Attribution(true, Duration.ofMinutes(1), 50, maxTextChars);
    }

    private static RankedResults results(int count) {
        List<RankedItem> items = IntStream.rangeClosed(1, count)
                .mapToObj(rank -> RankedItem.newBuilder()
                        .setRank(rank)
                        .setDocId("d" + rank)
                        .setScore(0.5)
                        .setFirstStageScore(1)
                        .setFirstStageRank(rank)
                        .setJudged(true)
                        .build())
                .toList();
        return RankedResults.newBuilder()
                .setQueryId("q")
                .setStatus(RankingStatus.COMPLETE)
                .setItems(items)
                .build();
    }
}
