package rerank.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Query;
import rerank.schemas.ExperienceRange;
import rerank.trainer.learning.Impression;
import rerank.trainer.learning.LoggedQuery;

class ExperienceReaderTest {
    private static final TopicPartition FIRST = new TopicPartition("experience", 0);
    private static final TopicPartition SECOND = new TopicPartition("experience", 1);

    @Test
    void whatIsUsedUpIsLearnedFromThoughPartitionsGiveMoreThanWasAskedFor() {
        assertThat(batch(5, 4).newest(3)).hasSize(5);
        assertThat(batch(5, 4).newest(7))
                .hasSize(7)
                .extracting(query -> query.query().id())
                .startsWith("e2", "e3")
                .endsWith("f4");
    }

    @Test
    void namesTheOffsetsOfPartitionsThatHadSome() {
        assertThat(batch(1, 0).ranges()).containsExactly(new ExperienceRange(1, 4L, 9L));
    }

    private static ExperienceReader.Batch batch(int fresh, int earlier) {
        return new ExperienceReader.Batch(
                queries("f", fresh, 100),
                queries("e", earlier, 0),
                0,
                Map.of(FIRST, 7L, SECOND, 4L),
                Map.of(FIRST, new OffsetAndMetadata(7), SECOND, new OffsetAndMetadata(9)));
    }

    private static List<LoggedQuery> queries(String name, int count, long since) {
        return IntStream.range(0, count)
                .mapToObj(n -> new LoggedQuery(
                        new Query(name + n, "which fox", ""),
                        Mode.LABEL,
                        "v-1",
                        since + n,
                        0,
                        List.of(new Impression(
                                new Candidate("d", "", "a fox", 1, 1), 1, 0.5, null, "", "v-1", List.of()))))
                .toList();
    }
}
