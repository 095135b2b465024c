package rerank.topology.worker;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.KafkaMetricsContext;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.common.utils.Time;

/**
 * Every figure of {@link WorkerMetrics} under its own name among Kafka's metrics, so that JMX and every other reporter that
 * Kafka's clients are told of has them: {@code rerank:type=feedback,application=...,worker=...} has the attribute
 * {@code received}, and so on. The type is the name of the record that holds the figure; a figure that is added to a record
 * is published without anything to be done here.
 */
final class WorkerGauges implements AutoCloseable {
    private static final String DOMAIN = "rerank";

    private final Metrics metrics;
    private final Map<String, String> tags;
    private final Supplier<WorkerMetrics> now;

    /**
     * Publishes.
     *
     * @param reporters closed with this
     * @param now asked each time that somebody reads a figure, on any thread
     */
    WorkerGauges(List<MetricsReporter> reporters, String application, String worker, Supplier<WorkerMetrics> now) {
        this.now = now;
        this.tags = new LinkedHashMap<>();
        tags.put("application", application);
        tags.put("worker", worker);
        this.metrics = new Metrics(new MetricConfig(), reporters, Time.SYSTEM, new KafkaMetricsContext(DOMAIN));
        publish("worker", WorkerMetrics.class, all -> all);
    }

    private void publish(String group, Class<?> type, Function<WorkerMetrics, Object> owner) {
        for (RecordComponent component : type.getRecordComponents()) {
            Function<WorkerMetrics, Object> value = all -> read(component, owner.apply(all));
            if (component.getType().isRecord()) {
                publish(component.getName(), component.getType(), value);
            } else {
                MetricName name = metrics.metricName(component.getName(), group, tags);
                metrics.addMetric(name, (Gauge<Object>) (config, time) -> value.apply(now.get()));
            }
        }
    }

    private static Object read(RecordComponent component, Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("figure " + component + " cannot be read", e);
        }
    }

    @Override
    public void close() {
        metrics.close();
    }
}
