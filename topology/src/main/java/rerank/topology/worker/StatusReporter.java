package rerank.topology.worker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.schemas.RegistrySerde;
import rerank.schemas.WorkerState;
import rerank.schemas.WorkerStatus;
import rerank.schemas.versions.WorkerStatuses;

/**
 * Says on the topic of statuses what this worker serves: at every change, once a minute, and when it goes. Serving does not
 * depend on it: what cannot be written is told to the log once, and the next word makes it good.
 *
 * <p>Everything is written on the thread that it is given; any thread tells of changes.
 */
final class StatusReporter {
    private static final Logger log = LoggerFactory.getLogger(StatusReporter.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String topic;
    private final Producer<String, WorkerStatus> producer;
    private final ScheduledExecutorService thread;
    private final Speaker speaker;
    private final Supplier<VersionMetrics> metrics;
    private final Clock clock;

    /** Whether the log knows that nothing can be written. */
    private final AtomicBoolean isMute = new AtomicBoolean();

    /**
     * Who speaks.
     *
     * @param worker its name, the key of its records
     * @param host the machine; empty where it has no name
     * @param follows whether it serves what is announced
     */
    record Speaker(String worker, String host, boolean follows) {
        /**
         * A worker on this machine.
         *
         * @param instance its stable name in its group
         */
        static Speaker here(String applicationId, String instance, boolean follows) {
            return new Speaker(applicationId + "/" + instance, hostName(), follows);
        }

        private static String hostName() {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "";
            }
        }
    }

    /**
     * A reporter that has said nothing yet.
     *
     * @param producer closed by {@link #stop}
     * @param thread a single one, so that words are written in their order
     * @param metrics what it tells of; any thread may ask
     */
    StatusReporter(
            String topic,
            Producer<String, WorkerStatus> producer,
            ScheduledExecutorService thread,
            Speaker speaker,
            Supplier<VersionMetrics> metrics,
            Clock clock) {
        this.topic = topic;
        this.producer = producer;
        this.thread = thread;
        this.speaker = speaker;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** A reporter of a worker; null, with a word to the log, where the topic is missing or cannot be looked up. */
    static @Nullable StatusReporter open(
            WorkerConfig config, Speaker speaker, ScheduledExecutorService thread, Supplier<VersionMetrics> metrics) {
        String topic = config.topicPlan().names().modelStatus();
        try (Admin admin = Admin.create(config.admin())) {
            if (!new Topics(admin, config.topicPlan()).has(topic)) {
                log.warn(
                        "topic {} is missing, so nobody is told which version this worker serves; create it with"
                                + " './rerank topics create' and start the worker again",
                        topic);
                return null;
            }
            return new StatusReporter(topic, producer(config), thread, speaker, metrics, Clock.systemUTC());
        } catch (RuntimeException e) {
            log.warn("nobody is told which version this worker serves: {} cannot be looked up", topic, e);
            return null;
        }
    }

    private static Producer<String, WorkerStatus> producer(WorkerConfig config) {
        Map<String, Object> keys = new HashMap<>(config.client());
        keys.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        // The first records of a new partition keep their order only one by one.
        keys.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        keys.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
        RegistrySerde<WorkerStatus> serde = new RegistrySerde<>(WorkerStatus.class);
        serde.configure(config.client(), false);
        return new KafkaProducer<>(keys, new StringSerializer(), serde.serializer());
    }

    /** Says what serves now, and says it again once a minute. */
    void start() {
        thread.scheduleWithFixedDelay(this::report, 0, WorkerStatuses.HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Something changed; returns at once. */
    void changed() {
        thread.execute(this::report);
    }

    /**
     * The last word, waited for a few seconds.
     *
     * @param cause what the worker died of; null if it goes in good order
     */
    void stop(@Nullable Throwable cause) {
        try {
            thread.submit(() -> {
                        WorkerStatus last = status(WorkerState.STOPPED);
                        if (cause != null) {
                            last.setFailure("the worker died: " + cause.getMessage());
                        }
                        send(last);
                        producer.flush();
                    })
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("{} could not be told on {} that it stops", speaker.worker(), topic, e);
        }
        // Nothing is left to send, or it has had its time.
        producer.close(Duration.ZERO);
    }

    private void report() {
        send(status(metrics.get().lastFailure().isEmpty() ? WorkerState.LOADED : WorkerState.FAILED));
    }

    private WorkerStatus status(WorkerState state) {
        VersionMetrics now = metrics.get();
        return WorkerStatus.newBuilder()
                .setWorker(speaker.worker())
                .setHost(speaker.host())
                .setState(state)
                .setFollows(speaker.follows())
                .setSequence(now.sequence())
                .setActive(now.active())
                .setActiveSinceMs(now.activeSinceMs())
                .setCanary(now.canary())
                .setCanarySinceMs(now.canarySinceMs())
                .setFailure(now.lastFailure())
                .setReportedAtMs(clock.millis())
                .build();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of it
    private void send(WorkerStatus status) {
        try {
            producer.send(new ProducerRecord<>(topic, status.getWorker(), status), (written, error) -> {
                if (error == null) {
                    isMute.set(false);
                } else {
                    failed(error);
                }
            });
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private void failed(Exception error) {
        if (!isMute.getAndSet(true)) {
            log.warn(
                    "what {} serves cannot be written to {} now; it is tried again with every change and every minute",
                    speaker.worker(),
                    topic,
                    error);
        }
    }
}
