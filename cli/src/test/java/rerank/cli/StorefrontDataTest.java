package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import rerank.cli.replay.RerankRequest;

class StorefrontDataTest {
    @Test
    void theDemoAsksTheQueriesThatFiguresAreStatedFor() {
        List<RerankRequest> some = RerankRequest.of(StorefrontData.makeTest(3), "test", 3, 50);

        assertThat(some)
                .isEqualTo(RerankRequest.of(StorefrontData.make().dataset(), "test", 0, 50)
                        .subList(0, 3));
    }
}
