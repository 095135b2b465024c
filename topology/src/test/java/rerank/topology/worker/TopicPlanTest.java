package rerank.topology.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import rerank.schemas.TopicNames;
import rerank.topology.Judging.Placement;

class TopicPlanTest {
    @Test
    void givesAllTopicsOfAQueryTheSameNumberOfPartitions() {
        TopicPlan plan = new TopicPlan(new TopicNames("t."), 12, 32, 3, Placement.FAN_OUT);

        assertThat(plan.topics())
                .filteredOn(topic -> plan.readTogether().contains(topic.name()))
                .hasSize(3)
                .allMatch(topic -> topic.numPartitions() == 12);
        assertThat(plan.topics()).extracting(NewTopic::name).containsAll(plan.required());
        assertThat(plan.topics()).allMatch(topic -> topic.replicationFactor() == 3);
    }

    @Test
    void makesTheTopicsOfPairsOnlyWhenTheyTravel() {
        TopicPlan plan = new TopicPlan(new TopicNames(""), 1, 4, -1, Placement.OWNER);

        assertThat(plan.topics()).extracting(NewTopic::name).doesNotContain("pairs", "judgments");
        assertThat(plan.required())
                .containsExactlyInAnyOrder("queries", "candidates", "ranked-results", "dead-letters");
    }

    @Test
    void keepsTheNewestVersionOfEachModel() {
        TopicPlan plan = new TopicPlan(new TopicNames(""), 12, 4, -1, Placement.OWNER);

        assertThat(plan.topics())
                .filteredOn(topic -> topic.name().equals("model-versions"))
                .singleElement()
                .satisfies(topic -> {
                    assertThat(topic.configs()).containsEntry("cleanup.policy", "compact");
                    assertThat(topic.numPartitions()).isEqualTo(1);
                });
    }
}
