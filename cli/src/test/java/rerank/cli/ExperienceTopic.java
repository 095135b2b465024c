package rerank.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import rerank.schemas.Experience;
import rerank.schemas.FeedbackKind;
import rerank.schemas.Impression;
import rerank.schemas.RegistrySerde;
import rerank.schemas.TopicNames;
import rerank.schemas.UserAction;

/** Writes experience as the service does: eight candidates of {@link SmallData}'s form for each query, some of them clicked. */
final class ExperienceTopic {
    private static final List<Double> PROBABILITIES = List.of(0.4, 0.3, 0.3);

    /** What these probabilities give at a weight of 0.5 of the first stage, and what a place in its order is worth. */
    private static final double MODELS_SHARE = 0.225;

    private static final double FIRST_STAGES_SHARE = 0.5 / SmallData.CANDIDATES;

    private ExperienceTopic() {}

    /**
     * Writes so many.
     *
     * @param from number of the first query
     * @param version that served them
     * @param isClicked by document number, from 0, which is the one at the top
     */
    static void write(
            Map<String, ?> client, TopicNames topics, int from, int queries, String version, IntPredicate isClicked) {
        write(client, topics, from, queries, version, 0, isClicked);
    }

    /**
     * Writes so many that were shown in another order.
     *
     * @param top number of the document that was at the top; those after it followed, then those before it
     */
    static void write(
            Map<String, ?> client,
            TopicNames topics,
            int from,
            int queries,
            String version,
            int top,
            IntPredicate isClicked) {
        Map<String, Object> keys = new HashMap<>(client);
        // The first batch a new partition sees from a producer may have any number; with two on their way that could be
        // the
        // second, and the first would then never be taken.
        keys.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        RegistrySerde<Experience> serde = new RegistrySerde<>(Experience.class);
        serde.configure(client, false);
        try (var producer = new KafkaProducer<>(keys, new StringSerializer(), serde.serializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int q = from; q < from + queries; q++) {
                String id = "u-" + q;
                sent.add(producer.send(
                        new ProducerRecord<>(topics.experience(), id, experience(id, q, version, top, isClicked))));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Experience experience(String id, int q, String version, int top, IntPredicate isClicked) {
        List<Impression> impressions = new ArrayList<>();
        for (int place = 0; place < SmallData.CANDIDATES; place++) {
            int d = (top + place) % SmallData.CANDIDATES;
            List<UserAction> actions = isClicked.test(d)
                    ? List.of(
                            UserAction.newBuilder().setKind(FeedbackKind.CLICK).build())
                    : List.of();
            impressions.add(Impression.newBuilder()
                    .setDocId(id + "-d" + d)
                    .setTitle("Fox " + d)
                    .setText("the quick brown fox jumps over lazy dog " + d)
                    .setPosition(place + 1)
                    .setScore(top == 0 ? 0.9 - 0.1 * d : MODELS_SHARE + FIRST_STAGES_SHARE * (SmallData.CANDIDATES - d))
                    .setFirstStageScore(SmallData.CANDIDATES - d)
                    .setFirstStageRank(d + 1)
                    .setLabel(0)
                    .setLabelProbabilities(PROBABILITIES)
                    .setModelVersion(version)
                    .setActions(actions)
                    .build());
        }
        return Experience.newBuilder()
                .setQueryId(id)
                .setText("which fox jumps over dog " + q)
                .setMode("label")
                .setModelVersion(version)
                .setPromptVersion("compact-v1")
                .setShownAtMs(System.currentTimeMillis())
                .setClosedAtMs(System.currentTimeMillis())
                .setImpressions(impressions)
                .build();
    }
}
