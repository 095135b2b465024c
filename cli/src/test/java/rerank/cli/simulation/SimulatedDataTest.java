package rerank.cli.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.cli.replay.RerankRequest;
import rerank.trainer.dataset.DatasetWriter;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;
import rerank.trainer.storefront.StorefrontConfig.Customers;

class SimulatedDataTest {
    @TempDir
    Path directory;

    @Test
    void whatIsMeasuredIsNeitherAskedNorGolden() {
        SimulatedData data = small();

        Set<String> unseen = ids(data.unseen());
        assertThat(ids(data.sessions(90, 1))).doesNotContainAnyElementsOf(unseen);
        assertThat(data.dataset().qrels(SimulatedData.GOLDEN).queryIds()).doesNotContainAnyElementsOf(unseen);
        assertThat(unseen).hasSize(10);
    }

    @Test
    void everyQueryIsAskedBeforeOneIsAskedAgain() {
        List<RerankRequest> sessions = small().sessions(90, 3);

        assertThat(ids(sessions.subList(0, 40))).hasSize(40);
        assertThat(ids(sessions.subList(40, 80))).hasSize(40);
        assertThat(sessions.subList(0, 40)).isNotEqualTo(sessions.subList(40, 80));
    }

    @Test
    void ordersFollowFromTheSeed() {
        SimulatedData data = small();

        assertThat(data.sessions(30, 3)).isEqualTo(data.sessions(30, 3)).isNotEqualTo(data.sessions(30, 4));
        assertThatThrownBy(() -> data.sessions(0, 1)).hasMessageContaining("sessions must be at least 1");
    }

    private SimulatedData small() {
        DatasetWriter.write(
                Storefront.generate(new StorefrontConfig(1, 600, 40, 12, 15, 12, Customers.SHIFTED))
                        .dataset(),
                directory,
                "bm25");
        return SimulatedData.open(directory, 12, 10);
    }

    private static Set<String> ids(List<RerankRequest> requests) {
        return requests.stream().map(request -> request.query().id()).collect(Collectors.toCollection(HashSet::new));
    }
}
