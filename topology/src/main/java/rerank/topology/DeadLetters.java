package rerank.topology;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.schemas.CandidateDocument;
import rerank.schemas.CandidateEvent;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.TopicNames;
import rerank.schemas.internal.PairRequest;
import rerank.topology.QueryStores.Held;

/** What the processors themselves put to the dead letters. Owned by the stream thread. */
final class DeadLetters {
    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

    private final ProcessorContext<Object, Object> context;
    private final String sink;
    private final TopicNames topics;
    private final Serializer<CandidateEvent> candidates;
    private final Serializer<PairRequest> pairs;
    private final Serializer<FeedbackEvent> feedback;
    private final RerankCounters counters;

    /**
     * @param sink the sink node of the sub-topology that {@code context} belongs to
     */
    DeadLetters(
            ProcessorContext<Object, Object> context,
            String sink,
            TopicNames topics,
            EventSerdes serdes,
            RerankCounters counters) {
        this.context = context;
        this.sink = sink;
        this.topics = topics;
        this.candidates = serdes.onTopics(CandidateEvent.class).serializer();
        this.pairs = serdes.onTopics(PairRequest.class).serializer();
        this.feedback = serdes.onTopics(FeedbackEvent.class).serializer();
        this.counters = counters;
    }

    /** A record that breaks a rule, or part of it does. */
    void refused(Incoming record, String reason) {
        refused(record, "assemble", reason);
    }

    /** A record of the feedback topic that breaks a rule or joins no ranking. */
    void refusedFeedback(Incoming record, String reason) {
        refused(record, "attribute", reason);
    }

    private void refused(Incoming record, String stage, String reason) {
        DeadLetter.Origin origin = context.recordMetadata()
                .map(from -> new DeadLetter.Origin(from.topic(), from.partition(), from.offset()))
                .orElse(null);
        log.warn("refused a record with key {} from {}: {}", record.key(), origin, reason);
        send(DeadLetter.of(record.keyBytes(), record.value().bytes(), stage, reason, origin, null));
    }

    /** A candidate whose query never came. */
    void orphan(String queryId, Held candidate, String text) {
        CandidateDocument document = CandidateDocument.newBuilder()
                .setDocId(candidate.docId())
                .setTitle(candidate.state().getTitle())
                .setText(text)
                .setFirstStageScore(candidate.state().getFirstStageScore())
                .build();
        CandidateEvent event = CandidateEvent.newBuilder()
                .setQueryId(queryId)
                .setCandidates(List.of(document))
                .build();
        String topic = topics.candidates();
        send(letter(queryId, candidates.serialize(topic, event), "assemble", topic, "its query did not come", null));
    }

    /** Feedback that was kept for a ranking which did not come, or does not show its document. */
    void keptFeedback(FeedbackEvent event, String reason) {
        String topic = topics.feedback();
        send(letter(event.getQueryId(), feedback.serialize(topic, event), "attribute", topic, reason, null));
    }

    /** A pair, or a window of candidates, on which the model failed. */
    void failedPair(PairRequest request, Throwable error) {
        String topic = topics.pairs();
        String what = request.getCandidates().isEmpty()
                ? "document " + request.getDocId()
                : "window " + request.getWindow() + " of "
                        + request.getCandidates().size() + " candidates";
        String reason = "the model failed on " + what + ": " + error;
        send(letter(request.getQueryId(), pairs.serialize(topic, request), "judge", topic, reason, error));
    }

    private static DeadLetter letter(
            String queryId, byte[] value, String stage, String topic, String reason, @Nullable Throwable error) {
        return DeadLetter.of(
                queryId.getBytes(StandardCharsets.UTF_8),
                value,
                stage,
                reason,
                new DeadLetter.Origin(topic, -1, -1),
                error);
    }

    private void send(DeadLetter letter) {
        counters.deadLetters.increment();
        context.forward(
                new Record<>(letter.key(), letter.value(), context.currentSystemTimeMs(), letter.headers()), sink);
    }
}
