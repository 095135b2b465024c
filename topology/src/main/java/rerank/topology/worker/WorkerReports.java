package rerank.topology.worker;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.topology.RerankCounters;

/**
 * What a running worker tells of itself: which version it serves, to whoever reads the topic of statuses; its figures, in JMX;
 * and every five minutes in which something was done, a line to the log. Its thread is {@code rerank-status}.
 */
final class WorkerReports {
    private static final Logger log = LoggerFactory.getLogger(WorkerReports.class);
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(5);

    private final ScheduledExecutorService thread;
    private final @Nullable StatusReporter status;
    private final WorkerGauges gauges;

    private WorkerReports(ScheduledExecutorService thread, @Nullable StatusReporter status, WorkerGauges gauges) {
        this.thread = thread;
        this.status = status;
        this.gauges = gauges;
    }

    /**
     * Begins to tell.
     *
     * @param streams names the reporters of metrics besides JMX
     * @param instance the worker's stable name in its group
     * @param follows whether it serves what is announced
     * @param metrics asked on any thread
     */
    static WorkerReports start(
            WorkerConfig config,
            StreamsConfig streams,
            String instance,
            boolean follows,
            Supplier<WorkerMetrics> metrics) {
        ScheduledExecutorService thread = thread();
        WorkerGauges gauges = new WorkerGauges(
                streams.getConfiguredInstances(
                        CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG,
                        MetricsReporter.class,
                        Map.of(CommonClientConfigs.CLIENT_ID_CONFIG, instance)),
                config.applicationId(),
                instance,
                metrics);
        StatusReporter.Speaker speaker = StatusReporter.Speaker.here(config.applicationId(), instance, follows);
        StatusReporter status =
                StatusReporter.open(config, speaker, thread, () -> metrics.get().versions());
        var reports = new WorkerReports(thread, status, gauges);
        if (status != null) {
            status.start();
        }
        reports.sumUp(() -> metrics.get().work());
        return reports;
    }

    /** One thread that keeps no process alive; what it is given after its end is passed over. */
    private static ScheduledExecutorService thread() {
        return new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, "rerank-status");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    private void sumUp(Supplier<RerankCounters.Snapshot> work) {
        var last = new RerankCounters.Snapshot[] {work.get()};
        thread.scheduleWithFixedDelay(
                () -> {
                    RerankCounters.Snapshot now = work.get();
                    String line = WorkerSummary.of(last[0], now);
                    if (!line.isEmpty()) {
                        log.info("in {} min: {}", BETWEEN_LINES.toMinutes(), line);
                    }
                    last[0] = now;
                },
                BETWEEN_LINES.toMillis(),
                BETWEEN_LINES.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** What serves has changed; returns at once. */
    void changed() {
        if (status != null) {
            status.changed();
        }
    }

    /**
     * Says that the worker goes, waiting a few seconds for it, and ends.
     *
     * @param cause what the worker died of; null if it goes in good order
     */
    void stop(@Nullable Throwable cause) {
        if (status != null) {
            status.stop(cause);
        }
        thread.shutdownNow();
        gauges.close();
    }
}
