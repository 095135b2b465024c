package rerank.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import rerank.cli.report.LatencyMillis;

/**
 * Measures something that reads topics and answers on another one, from outside: units of work go in at a steady rate
 * or all at once, and a {@code read_committed} reader takes the time of the answers. Owned by one thread, which reads;
 * a second one writes.
 */
final class StreamProbe implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final KafkaConsumer<String, byte[]> answers;

    /** What goes in. */
    interface Load {
        /** Publishes everything that belongs to one unit; its answer carries the id as its key. */
        void publish(String id);

        /** Records that {@link #publish} writes. */
        int recordsPerUnit();
    }

    /** A probe that reads answers from here on. */
    StreamProbe(Map<String, ?> client, String answerTopic) {
        Map<String, Object> reading = new HashMap<>(client);
        reading.put("isolation.level", "read_committed");
        answers = new KafkaConsumer<>(reading, new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = answers.partitionsFor(answerTopic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        answers.assign(partitions);
        answers.seekToEnd(partitions);
        partitions.forEach(answers::position);
    }

    /**
     * Latency of the answers to units that go in evenly.
     *
     * @param warmUp units before those that count
     * @param counted units that count
     */
    LatencyMillis steady(Load load, int unitsPerSecond, int warmUp, int counted) throws InterruptedException {
        return LatencyMillis.ofNanos(steadyNanos(load, unitsPerSecond, warmUp, counted));
    }

    /** The same, each by itself, in nanoseconds. */
    List<Long> steadyNanos(Load load, int unitsPerSecond, int warmUp, int counted) throws InterruptedException {
        Map<String, Long> sentAt = new ConcurrentHashMap<>();
        long interval = 1_000_000_000L / unitsPerSecond;
        String prefix = "steady-" + System.nanoTime() + "-";
        Thread writer = new Thread(() -> {
            long start = System.nanoTime();
            for (int unit = 0; unit < warmUp + counted; unit++) {
                // The planned time, not the time it really went: a stall must not hide (coordinated omission).
                long due = start + unit * interval;
                LockSupport.parkNanos(due - System.nanoTime());
                sentAt.put(prefix + unit, due);
                load.publish(prefix + unit);
            }
        });
        writer.start();
        List<Long> latencies = new ArrayList<>();
        read(prefix, warmUp + counted, (id, now) -> {
            if (Integer.parseInt(id.substring(prefix.length())) >= warmUp) {
                latencies.add(now - Objects.requireNonNull(sentAt.get(id)));
            }
        });
        writer.join();
        return latencies;
    }

    /** Input records per second when everything is published at once. */
    double burst(Load load, int units) throws InterruptedException {
        String prefix = "burst-" + System.nanoTime() + "-";
        long start = System.nanoTime();
        Thread writer = new Thread(() -> {
            for (int unit = 0; unit < units; unit++) {
                load.publish(prefix + unit);
            }
        });
        writer.start();
        read(prefix, units, (id, now) -> {});
        writer.join();
        return (double) units * load.recordsPerUnit() / ((System.nanoTime() - start) / 1e9);
    }

    private interface Seen {
        void answer(String id, long atNanos);
    }

    private void read(String prefix, int units, Seen seen) {
        int missing = units;
        Set<String> answered = new HashSet<>();
        long lastAnswer = System.nanoTime();
        while (missing > 0) {
            for (var record : answers.poll(Duration.ofMillis(5))) {
                if (record.key().startsWith(prefix)) {
                    if (!answered.add(record.key())) {
                        throw new IllegalStateException(record.key() + " was answered twice");
                    }
                    lastAnswer = System.nanoTime();
                    seen.answer(record.key(), lastAnswer);
                    missing--;
                }
            }
            if (System.nanoTime() - lastAnswer > PATIENCE.toNanos()) {
                throw new IllegalStateException(missing + " of " + units + " answers are missing, and none came for "
                        + PATIENCE.toSeconds() + " s");
            }
        }
    }

    @Override
    public void close() {
        answers.close();
    }
}
