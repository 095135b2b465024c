package rerank.topology.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import rerank.schemas.TopicNames;
import rerank.topology.Judging.Placement;

class TopicPlanTest {
    private static final TopicPlan.Feedback FEEDBACK =
            new TopicPlan.Feedback(true, Duration.ofDays(7), Duration.ofDays(30));

    @Test
    void givesAllTopicsOfAQueryTheSameNumberOfPartitions() {
        TopicPlan plan = new TopicPlan(new TopicNames("t."), 12, 32, 3, Placement.FAN_OUT, FEEDBACK);

        assertThat(plan.topics())
                .filteredOn(topic -> plan.readTogether().contains(topic.name()))
                .hasSize(4)
                .allMatch(topic -> topic.numPartitions() == 12);
        assertThat(plan.topics()).extracting(NewTopic::name).containsAll(plan.required());
        assertThat(plan.topics()).allMatch(topic -> topic.replicationFactor() == 3);
    }

    @Test
    void makesTheTopicsOfPairsOnlyWhenTheyTravel() {
        TopicPlan plan = new TopicPlan(new TopicNames(""), 1, 4, -1, Placement.OWNER, FEEDBACK);

        assertThat(plan.topics()).extracting(NewTopic::name).doesNotContain("pairs", "judgments");
        assertThat(plan.required())
                .containsExactlyInAnyOrder(
                        "queries", "candidates", "ranked-results", "dead-letters", "feedback", "experience");
    }

    @Test
    void keepsTheNewestVersionOfEachModel() {
        TopicPlan plan = new TopicPlan(new TopicNames(""), 12, 4, -1, Placement.OWNER, FEEDBACK);

        assertThat(plan.topics())
                .filteredOn(topic -> topic.name().equals("model-versions"))
                .singleElement()
                .satisfies(topic -> {
                    assertThat(topic.configs()).containsEntry("cleanup.policy", "compact");
                    assertThat(topic.numPartitions()).isEqualTo(1);
                });
    }

    @Test
    void keepsTheNewestStatusOfEachWorkerForADay() {
        TopicPlan plan = new TopicPlan(new TopicNames(""), 12, 4, -1, Placement.OWNER, FEEDBACK);

        assertThat(plan.topics())
                .filteredOn(topic -> topic.name().equals("model-status"))
                .singleElement()
                .satisfies(topic -> {
                    assertThat(topic.configs())
                            .containsEntry("cleanup.policy", "compact,delete")
                            .containsEntry("retention.ms", "86400000");
                    assertThat(topic.numPartitions()).isEqualTo(1);
                });
        assertThat(plan.required()).doesNotContain("model-status");
    }

    @Test
    void keepsWhatComesFromUsersForAsLongAsItIsTold() {
        TopicPlan plan = new TopicPlan(new TopicNames(""), 12, 4, -1, Placement.OWNER, FEEDBACK);

        assertThat(plan.topics())
                .filteredOn(topic -> List.of("feedback", "experience").contains(topic.name()))
                .extracting(topic -> topic.configs().get("retention.ms"))
                .containsExactlyInAnyOrder("604800000", "2592000000");
    }

    @Test
    void asksForNoTopicsOfFeedbackWhenNoneIsRead() {
        TopicPlan.Feedback unread = new TopicPlan.Feedback(false, Duration.ofDays(7), Duration.ofDays(30));
        TopicPlan plan = new TopicPlan(new TopicNames(""), 12, 4, -1, Placement.OWNER, unread);

        assertThat(plan.required())
                .containsExactlyInAnyOrder("queries", "candidates", "ranked-results", "dead-letters");
        assertThat(plan.readTogether()).containsExactlyInAnyOrder("queries", "candidates");
    }
}
