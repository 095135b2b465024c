package rerank.topology;

import static rerank.topology.RerankTopology.ATTRIBUTE;
import static rerank.topology.RerankTopology.DEAD_LETTERS_SINK;
import static rerank.topology.RerankTopology.RESULTS_SINK;

import java.util.Optional;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import rerank.schemas.CandidateEvent;
import rerank.schemas.Experience;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedResults;
import rerank.schemas.internal.PairJudgment;
import rerank.topology.inference.InferenceEngine;

/**
 * Owns each query from its first event to its answer. Queries, candidates and judgments of one query come to the same
 * task by their key, so nothing is shared and nothing is locked (ADR 0001); what to do with them is decided by
 * {@link Assembler} and {@link Gatherer}.
 *
 * <p>Work that is finished elsewhere, and timers, are looked at with every record and by a wall-clock punctuator.
 */
final class RankProcessor implements Processor<byte[], Received, Object, Object> {
    private final RerankSettings settings;
    private final InferenceEngine engine;
    private final RerankCounters counters;
    private final EventSerdes serdes;

    private @Nullable Task task;

    RankProcessor(RerankSettings settings, InferenceEngine engine, RerankCounters counters, EventSerdes serdes) {
        this.settings = settings;
        this.engine = engine;
        this.counters = counters;
        this.serdes = serdes;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        DeadLetters deadLetters = new DeadLetters(context, DEAD_LETTERS_SINK, settings.topics(), serdes, counters);
        Judges judges = judges(context, deadLetters);
        QueryStores stores = new QueryStores(context);
        Gatherer gatherer = new Gatherer(
                stores,
                judges,
                new Listing(stores, judges, settings.limits(), counters),
                new Answers(engine, settings),
                new Impressions(settings.attribution(), settings.limits().maxResultBytes()),
                deadLetters,
                settings.timing(),
                counters,
                context::currentSystemTimeMs,
                (results, shown) -> publish(context, results, shown));
        Assembler assembler = new Assembler(
                stores, judges, gatherer, deadLetters, settings, engine, counters, context::currentSystemTimeMs);
        Task started = new Task(context, stores, judges, deadLetters, assembler, gatherer);
        context.schedule(settings.timing().tick(), PunctuationType.WALL_CLOCK_TIME, now -> started.catchUp());
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
            task.judges.close();
        }
    }

    private Judges judges(ProcessorContext<Object, Object> context, DeadLetters deadLetters) {
        if (settings.judging().placement() == Judging.Placement.FAN_OUT) {
            return new FannedOutPairs(context, settings.judging().shards());
        }
        InFlightPairs pairs = new InFlightPairs(
                engine, context.getStateStore(InFlightPairs.PENDING), settings.judging(), deadLetters, counters);
        pairs.askAgain();
        return pairs;
    }

    private static void publish(
            ProcessorContext<Object, Object> context, RankedResults results, Optional<Experience> shown) {
        long now = context.currentSystemTimeMs();
        context.forward(new Record<>(results.getQueryId(), results, now), RESULTS_SINK);
        shown.ifPresent(experience -> context.forward(AttributeProcessor.answer(experience, now), ATTRIBUTE));
    }

    /** What a task holds between {@code init} and {@code close}. */
    private record Task(
            ProcessorContext<Object, Object> context,
            QueryStores stores,
            Judges judges,
            DeadLetters deadLetters,
            Assembler assembler,
            Gatherer gatherer) {
        void take(Incoming record) {
            judges.waitForRoom(this::catchUp);
            Object event = record.value().event();
            if (event instanceof QueryEvent query) {
                assembler.query(record, query);
            } else if (event instanceof CandidateEvent candidates) {
                assembler.candidates(record, candidates);
            } else if (event instanceof PairJudgment judgment) {
                gatherer.judged(judgment);
            } else {
                deadLetters.refused(record, "the value is null; a query cannot be taken back");
            }
            catchUp();
        }

        void catchUp() {
            judges.finished().forEach(gatherer::judged);
            stores.due(context.currentSystemTimeMs()).forEach(gatherer::timeIsUp);
        }
    }
}
