package rerank.topology;

import static rerank.topology.RerankTopology.JUDGE_DEAD_LETTERS_SINK;
import static rerank.topology.RerankTopology.JUDGMENTS_SINK;

import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import rerank.schemas.internal.PairJudgment;
import rerank.schemas.internal.PairRequest;
import rerank.topology.inference.InferenceEngine;

/** Judges the pairs that come over the pairs topic and sends each judgment to its query's owner. */
final class JudgeProcessor implements Processor<byte[], Received, Object, Object> {
    private final RerankSettings settings;
    private final InferenceEngine engine;
    private final RerankCounters counters;
    private final EventSerdes serdes;

    private @Nullable Task task;

    JudgeProcessor(RerankSettings settings, InferenceEngine engine, RerankCounters counters, EventSerdes serdes) {
        this.settings = settings;
        this.engine = engine;
        this.counters = counters;
        this.serdes = serdes;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        DeadLetters deadLetters =
                new DeadLetters(context, JUDGE_DEAD_LETTERS_SINK, settings.topics(), serdes, counters);
        InFlightPairs pairs = new InFlightPairs(
                engine, context.getStateStore(InFlightPairs.PENDING), settings.judging(), deadLetters, counters);
        pairs.askAgain();
        Task started = new Task(context, pairs, deadLetters);
        context.schedule(settings.timing().tick(), PunctuationType.WALL_CLOCK_TIME, now -> started.sendFinished());
        task = started;
    }

    @Override
    public void process(Record<byte[], Received> record) {
        if (task != null) {
            task.take(Incoming.of(record));
        }
    }

    @Override
    public void close() {
        if (task != null) {
            task.pairs.close();
        }
    }

    /** What a task holds between {@code init} and {@code close}. */
    private record Task(ProcessorContext<Object, Object> context, InFlightPairs pairs, DeadLetters deadLetters) {
        void take(Incoming record) {
            pairs.waitForRoom(this::sendFinished);
            if (record.value().event() instanceof PairRequest request) {
                pairs.ask(request);
            } else {
                deadLetters.refused(record, "the value is null");
            }
            sendFinished();
        }

        void sendFinished() {
            for (PairJudgment judgment : pairs.finished()) {
                context.forward(
                        new Record<>(judgment.getQueryId(), judgment, context.currentSystemTimeMs()), JUDGMENTS_SINK);
            }
        }
    }
}
