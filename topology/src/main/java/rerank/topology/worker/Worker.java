package rerank.topology.worker;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.model.ranking.PairJudge;
import rerank.schemas.versions.VersionReader;
import rerank.topology.RerankCounters;
import rerank.topology.RerankTopology;
import rerank.topology.inference.EngineGroup;
import rerank.topology.inference.InferenceEngine;
import rerank.topology.inference.SteppingEngine;
import rerank.topology.inference.SwappingEngine;

/**
 * A process's share of the work: one model, one Kafka Streams client. Start one, wait until it ends, close it.
 *
 * <p>It is safe to kill: what is in flight is asked again by whoever takes over, and nothing is published twice to
 * readers with {@code isolation.level=read_committed}.
 */
public final class Worker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Worker.class);

    private final WorkerConfig config;
    private final InferenceEngine engine;
    private final @Nullable VersionFollower versions;
    private final String instance;
    private final long startedAtMs = Clock.systemUTC().millis();
    private final RerankCounters counters = new RerankCounters();
    private final RestartPolicy restarts;
    private final StreamsConfig streamsConfig;
    private final KafkaStreams streams;
    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile @Nullable WorkerReports reports;

    private Worker(WorkerConfig config, InferenceEngine engine, @Nullable VersionFollower versions) {
        this.config = config;
        this.engine = engine;
        this.versions = versions;
        this.restarts = new RestartPolicy(config.maxThreadRestarts(), Clock.systemUTC());
        this.instance =
                config.instanceId().orElseGet(() -> InstanceId.keptIn(config.stateDirectory(), config.applicationId()));
        this.streamsConfig = new StreamsConfig(config.streams(instance));
        Topology topology = RerankTopology.create(config.settings(), config.registry(), engine, counters);
        this.streams = new KafkaStreams(topology, streamsConfig);
    }

    /** Starts a worker with one device; see {@link #start(WorkerConfig, List)}. */
    public static Worker start(WorkerConfig config, PairJudge judge) {
        return start(config, List.of(judge));
    }

    /**
     * Starts a worker and waits until it has its partitions.
     *
     * @param config what it is told
     * @param judges the model, once for each device; the worker closes them, also when the start fails
     * @throws WorkerException if the model does not judge in the default mode, no broker answers, topics are missing, or
     *     the partitions do not come in time
     */
    public static Worker start(WorkerConfig config, List<? extends PairJudge> judges) {
        checkBeforeStart(config, judges);
        InferenceEngine engine = engine(config, judges);
        try {
            return new Worker(config, engine, null).run();
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    /**
     * Starts a worker that serves what is announced; see {@link #start(WorkerConfig, List)}. It has the announced version, if
     * there is one that can be loaded, before it takes queries. With {@link WorkerKeys#FOLLOW_VERSIONS} off, it does not look.
     *
     * @param judges the configured checkpoint, which serves while no version is announced
     * @param source where the models of versions come from
     */
    public static Worker start(WorkerConfig config, List<? extends PairJudge> judges, ModelSource source) {
        if (!config.followsVersions()) {
            return start(config, judges);
        }
        checkBeforeStart(config, judges);
        InferenceEngine first = engine(config, judges);
        SwappingEngine engine = new SwappingEngine(first);
        VersionFollower versions = null;
        try {
            VersionLoader loader =
                    new VersionLoader(source, config.settings().answering().mode(), config.maxInFlight());
            VersionReader reader =
                    VersionReader.open(config.client(), config.topicPlan().names());
            versions = new VersionFollower(reader, loader, engine, first);
            versions.start();
            return new Worker(config, engine, versions).run();
        } catch (RuntimeException e) {
            if (versions != null) {
                versions.close();
            }
            engine.close();
            throw e;
        }
    }

    private static InferenceEngine engine(WorkerConfig config, List<? extends PairJudge> judges) {
        return EngineGroup.of(judges.stream()
                .<InferenceEngine>map(judge -> SteppingEngine.start(judge, config.maxInFlight(), Clock.systemUTC()))
                .toList());
    }

    private static void checkBeforeStart(WorkerConfig config, List<? extends PairJudge> judges) {
        try {
            requireDefaultMode(config, judges.get(0).identity());
            prepareTopics(config);
        } catch (RuntimeException e) {
            judges.forEach(PairJudge::close);
            throw e;
        }
    }

    private static void requireDefaultMode(WorkerConfig config, PairJudge.Identity identity) {
        try {
            config.settings().answering().mode().ifPresent(identity::requireOffered);
        } catch (IllegalArgumentException e) {
            throw new WorkerException(WorkerKeys.DEFAULT_MODE + ": " + e.getMessage(), null);
        }
    }

    /**
     * Waits until the worker ends, by {@link #close()} or by itself.
     *
     * @return what it died of; empty after an orderly end
     */
    public Optional<Throwable> awaitEnd() throws InterruptedException {
        ended.await();
        return Optional.ofNullable(failure.get());
    }

    /** Waits until nothing is in flight; false if something still is after {@code patience}. */
    public boolean awaitIdle(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (engine.statistics().inFlight() > 0) {
            if (System.nanoTime() >= end) {
                return false;
            }
            Thread.sleep(10);
        }
        return true;
    }

    /** Whether it has its partitions and works on them. */
    public boolean isRunning() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** What it did since its start and what it is doing. */
    public WorkerMetrics metrics() {
        return new WorkerMetrics(
                streams.state().name(),
                engine.identity().modelVersion(),
                counters.snapshot(),
                engine.statistics(),
                restarts.restarts(),
                versions());
    }

    private VersionMetrics versions() {
        return versions == null
                ? VersionMetrics.configured(engine.identity().modelVersion(), startedAtMs)
                : versions.metrics();
    }

    /** Gives what is in flight a moment to finish, commits, stops, and closes the model; the second time, nothing. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        try {
            if (isRunning() && !awaitIdle(config.drainTimeout())) {
                log.info("stopping with pairs in flight; they are asked again by whoever takes over");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        CloseOptions.GroupMembershipOperation membership = config.leavesGroupOnStop()
                ? CloseOptions.GroupMembershipOperation.LEAVE_GROUP
                : CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP;
        if (!streams.close(CloseOptions.timeout(config.stopTimeout()).withGroupMembershipOperation(membership))) {
            log.warn(
                    "Kafka Streams did not stop within {} s",
                    config.stopTimeout().toSeconds());
        }
        if (versions != null) {
            versions.close();
        }
        WorkerReports told = reports;
        if (told != null) {
            told.stop(failure.get());
        }
        engine.close();
        ended.countDown();
    }

    private static void prepareTopics(WorkerConfig config) {
        try (Admin admin = BrokerWait.connect(
                () -> Admin.create(config.admin()), config.bootstrapServers(), config.startTimeout())) {
            Topics topics = new Topics(admin, config.topicPlan());
            if (config.createsTopics()) {
                List<String> created = topics.create();
                if (!created.isEmpty()) {
                    log.info("created topics {}", String.join(", ", created));
                }
            }
            topics.check();
        }
    }

    private Worker run() {
        streams.setUncaughtExceptionHandler(this::onThreadDeath);
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING) {
                running.countDown();
            } else if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) {
                running.countDown();
                ended.countDown();
            }
        });
        try {
            streams.start();
            awaitRunning();
            report();
            return this;
        } catch (RuntimeException e) {
            streams.close(config.stopTimeout());
            throw e;
        }
    }

    private void report() {
        WorkerReports begun = WorkerReports.start(config, streamsConfig, instance, versions != null, this::metrics);
        reports = begun;
        if (versions != null) {
            versions.whenChanged(begun::changed);
            // What changed between the first word and now is told, too.
            begun.changed();
        }
    }

    private void awaitRunning() {
        try {
            if (!running.await(config.startTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new WorkerException(
                        "the worker got no partitions within "
                                + config.startTimeout().toSeconds()
                                + " s; look at the log for what Kafka Streams waits for, or raise "
                                + WorkerKeys.START_TIMEOUT,
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WorkerException("interrupted while starting", e);
        }
        Throwable cause = failure.get();
        if (cause != null) {
            throw new WorkerException("the worker died at its start: " + cause.getMessage(), cause);
        }
    }

    /** Runs on the thread that dies, which keeps its place in the group meanwhile. */
    private StreamThreadExceptionResponse onThreadDeath(Throwable cause) {
        Optional<Duration> pause = restarts.pauseBeforeRestart(cause);
        if (pause.isEmpty()) {
            log.error("a stream thread died and is not replaced; the worker stops", cause);
            failure.compareAndSet(null, cause);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        log.warn(
                "a stream thread died of a failure that may pass; replacing it in {} ms",
                pause.get().toMillis(),
                cause);
        try {
            Thread.sleep(pause.get().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
}
