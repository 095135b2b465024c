package rerank.topology;

import java.util.List;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import rerank.schemas.internal.PairJudgment;
import rerank.schemas.internal.PairRequest;

/**
 * Sends pairs over the pairs topic. The candidates of a query spread over a number of shards; those of one shard meet
 * at one judge, which can share what it computes of the query.
 */
final class FannedOutPairs implements Judges {
    private final ProcessorContext<Object, Object> context;
    private final int shards;

    FannedOutPairs(ProcessorContext<Object, Object> context, int shards) {
        this.context = context;
        this.shards = shards;
    }

    @Override
    public void ask(PairRequest request) {
        int shard = Math.floorMod(request.getDocId().hashCode(), shards);
        context.forward(
                new Record<>(request.getQueryId() + "#" + shard, request, context.currentSystemTimeMs()),
                RerankTopology.PAIRS_SINK);
    }

    /** The judge drops it by its deadline. */
    @Override
    public void forget(String queryId, String docId) {}

    /** They come in over the judgments topic. */
    @Override
    public List<PairJudgment> finished() {
        return List.of();
    }

    /** The judge waits. */
    @Override
    public void waitForRoom(Runnable meanwhile) {}

    @Override
    public void close() {}
}
