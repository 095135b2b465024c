package rerank.topology;

import java.util.List;
import rerank.schemas.internal.PairJudgment;
import rerank.schemas.internal.PairRequest;

/** How a task gets its pairs judged: by this process, or by whoever reads the pairs topic. */
interface Judges {
    /** Has a pair judged; its judgment comes out of {@link #finished()}, or in over a topic, or never. */
    void ask(PairRequest request);

    /** Nobody waits for this pair any more. */
    void forget(String queryId, String docId);

    /** Takes the judgments that came since the last call. */
    List<PairJudgment> finished();

    /** Waits a bounded time while too much is in flight, and lets {@code meanwhile} take what comes. */
    void waitForRoom(Runnable meanwhile);

    /** Lets go of everything in flight; what is pending stays pending. */
    void close();
}
