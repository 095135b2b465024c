package rerank.topology.worker;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.versions.VersionReader;
import rerank.topology.inference.InferenceEngine;
import rerank.topology.inference.SwappingEngine;

/**
 * Has the engine serve what is announced: reads announcements, loads and warms up what is to serve, swaps, and lets go of the
 * rest. What cannot be loaded leaves the one before serving; it is said once, counted, and tried again every minute, since a
 * store may be away and memory may become free.
 *
 * <p>Its thread, {@code rerank-versions}, owns its state; metrics are handed out through a volatile field.
 */
final class VersionFollower implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(VersionFollower.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration TRY_AGAIN = Duration.ofMinutes(1);
    private static final Duration MEMORY_PATIENCE = Duration.ofSeconds(30);

    /** Stands for the configured checkpoint among the names of versions. */
    private static final String CONFIGURED = "";

    private final VersionReader reader;
    private final VersionLoader loader;
    private final SwappingEngine engine;
    private final Clock clock = Clock.systemUTC();
    private final Thread thread = new Thread(this::follow, "rerank-versions");

    /** What serves, by the version's name. */
    private final Map<String, InferenceEngine> serving = new HashMap<>();

    /** What could not be loaded, by the version's name. */
    private final Map<String, String> failures = new HashMap<>();

    private ModelVersions standing = ModelVersions.NONE;
    private String active = CONFIGURED;
    private long tryAgainNanos;
    private volatile Runnable whenChanged = () -> {};
    private volatile VersionMetrics metrics;
    private volatile boolean closed;

    /**
     * A follower that has read nothing yet.
     *
     * @param reader closed with the follower
     * @param first what the engine serves now: the configured checkpoint
     */
    VersionFollower(VersionReader reader, VersionLoader loader, SwappingEngine engine, InferenceEngine first) {
        this.reader = reader;
        this.loader = loader;
        this.engine = engine;
        this.serving.put(CONFIGURED, first);
        this.metrics = VersionMetrics.configured(first.identity().modelVersion(), clock.millis());
        this.thread.setDaemon(true);
    }

    /** Reads to the end, has the engine serve that, and follows from then on. */
    void start() {
        take(reader.readToEnd());
        thread.start();
    }

    VersionMetrics metrics() {
        return metrics.withRetiring(engine.retiring());
    }

    /** Has the thread of this follower call that after each change of the metrics, which it must not hold up. */
    void whenChanged(Runnable listener) {
        whenChanged = listener;
    }

    private void follow() {
        while (!closed) {
            try {
                ModelVersions next = reader.poll(LOOK_AGAIN);
                if (next != standing || isTimeToTryAgain()) {
                    take(next);
                }
            } catch (WakeupException e) {
                return;
            } catch (KafkaException e) {
                log.warn("announcements of versions cannot be read now; what serves stays", e);
            } catch (Exception | LinkageError | OutOfMemoryError e) {
                log.error("an announcement could not be followed; what serves stays", e);
            }
        }
    }

    private boolean isTimeToTryAgain() {
        return !failures.isEmpty() && System.nanoTime() - tryAgainNanos > 0;
    }

    private void take(ModelVersions next) {
        standing = next;
        tryAgainNanos = System.nanoTime() + TRY_AGAIN.toNanos();
        Optional<ModelVersion> wanted = next.active();
        Optional<ModelVersion> wantedCanary = next.canary();
        failures.keySet()
                .removeIf(name -> !isNamed(wanted, name) && !isNamed(wantedCanary, name) && !name.equals(CONFIGURED));
        String before = active;
        InferenceEngine activeEngine = wanted.isPresent()
                ? engineOf(wanted.get().getVersion(), () -> loader.load(wanted.get()))
                : engineOf(CONFIGURED, loader::loadConfigured);
        if (activeEngine != null) {
            active = wanted.map(ModelVersion::getVersion).orElse(CONFIGURED);
        } else {
            activeEngine = serving.get(before);
        }
        InferenceEngine canaryEngine = wantedCanary
                .map(canary -> engineOf(canary.getVersion(), () -> loader.load(canary)))
                .orElse(null);
        serve(Objects.requireNonNull(activeEngine), canaryEngine, wantedCanary);
    }

    private void serve(
            InferenceEngine activeEngine, @Nullable InferenceEngine canaryEngine, Optional<ModelVersion> canary) {
        double share = canary.map(ModelVersion::getCanaryShare).orElse(0.0);
        String canaryName =
                canaryEngine == null ? "" : canary.map(ModelVersion::getVersion).orElse("");
        engine.serve(activeEngine, canaryEngine, share);
        serving.values().removeIf(other -> other != activeEngine && other != canaryEngine);
        String activeName = activeEngine.identity().modelVersion();
        VersionMetrics was = metrics;
        boolean isChange = !was.active().equals(activeName) || !was.canary().equals(canaryName);
        if (isChange) {
            log.info(
                    "model version {} serves{}",
                    activeName,
                    canaryName.isEmpty() ? "" : ", and " + canaryName + " a share of " + share);
        }
        long now = clock.millis();
        tell(new VersionMetrics(
                standing.lastSequence(),
                activeName,
                was.active().equals(activeName) ? was.activeSinceMs() : now,
                canaryName,
                canaryName.isEmpty() ? 0 : was.canary().equals(canaryName) ? was.canarySinceMs() : now,
                canaryName.isEmpty() ? 0 : share,
                was.swaps() + (isChange ? 1 : 0),
                was.failures(),
                String.join("; ", failures.values()),
                0));
    }

    private void tell(VersionMetrics now) {
        metrics = now;
        whenChanged.run();
    }

    /** The engine that serves under a name, or one made now; null if that failed. */
    private @Nullable InferenceEngine engineOf(String name, Supplier<InferenceEngine> make) {
        InferenceEngine known = serving.get(name);
        if (known != null) {
            return known;
        }
        try {
            // What retired before may still hold the memory that the next one needs.
            engine.awaitRetired(MEMORY_PATIENCE.toMillis());
            InferenceEngine made = make.get();
            serving.put(name, made);
            failures.remove(name);
            return made;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            failed(name, e);
            return null;
        }
    }

    private void failed(String name, Throwable error) {
        String what = name.equals(CONFIGURED) ? "the configured checkpoint" : "model version " + name;
        String reason = what + " does not serve here: " + error.getMessage();
        if (reason.equals(failures.put(name, reason))) {
            return;
        }
        log.error(
                "{}; {} serves on. It is tried again every minute",
                reason,
                engine.identity().modelVersion(),
                error);
        tell(metrics.withFailure(reason));
    }

    private static boolean isNamed(Optional<ModelVersion> version, String name) {
        return version.filter(one -> one.getVersion().equals(name)).isPresent();
    }

    @Override
    public void close() {
        closed = true;
        reader.wakeup();
        try {
            thread.join(MEMORY_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!thread.isAlive()) {
            reader.close();
        }
    }
}
