package rerank.topology;

import java.util.Map;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import rerank.topology.inference.InferenceEngine;

/** x. */
public final class RerankTopology {
    private RerankTopology() {}

    public static Topology create(
            TopologyConfig config,
            RerankSettings settings,
            Map<String, ?> registry,
            InferenceEngine engine,
            RerankCounters counters) {
        throw new UnsupportedOperationException("to be written");
    }
}
