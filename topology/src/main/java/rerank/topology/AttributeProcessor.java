package rerank.topology;

import static rerank.topology.RerankTopology.ATTRIBUTE_DEAD_LETTERS_SINK;
import static rerank.topology.RerankTopology.EXPERIENCE_SINK;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import rerank.schemas.Experience;
import rerank.schemas.FeedbackEvent;

/**
 * Takes what was shown from the task's own answers, and what users did from the feedback topic. Both are keyed by query
 * id, so one task has both and no result is read back from its topic; what to do with them is decided by {@link
 * Attributor}.
 */
final class AttributeProcessor implements Processor<byte[], Received, Object, Object> {
    private final RerankSettings settings;
    private final RerankCounters counters;
    private final EventSerdes serdes;

    private @Nullable Task task;

    AttributeProcessor(RerankSettings settings, RerankCounters counters, EventSerdes serdes) {
        this.settings = settings;
        this.counters = counters;
        this.serdes = serdes;
    }

    /** An answer on its way from the rank processor, before users act on it. */
    static Record<Object, Object> answer(Experience shown, long nowMs) {
        return new Record<>(shown.getQueryId().getBytes(StandardCharsets.UTF_8), new Received(null, shown), nowMs);
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        DeadLetters deadLetters =
                new DeadLetters(context, ATTRIBUTE_DEAD_LETTERS_SINK, settings.topics(), serdes, counters);
        FeedbackWindows windows = new FeedbackWindows(context);
        counters.feedback.windowsOpen.add(windows.open());
        Attributor attributor = new Attributor(
                windows,
                deadLetters,
                settings.attribution(),
                settings.timing(),
                counters.feedback,
                context::currentSystemTimeMs,
                experience -> publish(context, experience));
        context.schedule(settings.timing().tick(), PunctuationType.WALL_CLOCK_TIME, now -> attributor.closeDue());
        task = new Task(windows, attributor);
    }

    @Override
    public void process(Record<byte[], Received> record) {
        if (task != null) {
            task.take(Incoming.of(record), record.timestamp());
        }
    }

    @Override
    public void close() {
        if (task != null) {
            counters.feedback.windowsOpen.add(-task.windows.open());
            task = null;
        }
    }

    private static void publish(ProcessorContext<Object, Object> context, Experience experience) {
        context.forward(
                new Record<>(experience.getQueryId(), experience, context.currentSystemTimeMs()), EXPERIENCE_SINK);
    }

    /** What a task holds between {@code init} and {@code close}. */
    private record Task(FeedbackWindows windows, Attributor attributor) {
        void take(Incoming record, long recordMs) {
            Object event = record.value().event();
            if (event instanceof Experience shown) {
                attributor.answered(shown);
            } else if (event instanceof FeedbackEvent feedback) {
                attributor.feedback(record, feedback, recordMs);
            } else {
                attributor.refuse(record, "the value is null; feedback cannot be taken back");
            }
        }
    }
}
