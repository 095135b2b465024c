package rerank.topology.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.common.metrics.JmxReporter;
import org.junit.jupiter.api.Test;
import rerank.model.ranking.StepStatistics;
import rerank.topology.FeedbackCounters;
import rerank.topology.RerankCounters;
import rerank.topology.inference.EngineStatistics;

class WorkerGaugesTest {
    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();
    private static final ObjectName ALL = name("rerank:application=app,worker=w-1,*");

    private final AtomicLong received = new AtomicLong(5);

    @Test
    void everyFigureIsAnAttributeUnderItsOwnName() throws Exception {
        try (WorkerGauges gauges = gauges()) {
            assertThat(JMX.queryNames(ALL, null))
                    .extracting(name -> name.getKeyProperty("type"))
                    .containsExactlyInAnyOrder("worker", "work", "feedback", "engine", "steps", "versions");
            assertThat(read("feedback", "received")).isEqualTo(5L);
            assertThat(read("feedback", "windowsOpen")).isEqualTo(7L);
            assertThat(read("work", "queriesComplete")).isEqualTo(2L);
            assertThat(read("versions", "active")).isEqualTo("v-1");
            assertThat(read("worker", "state")).isEqualTo("RUNNING");

            received.set(6);

            assertThat(read("feedback", "received")).isEqualTo(6L);
        }
        assertThat(JMX.queryNames(ALL, null)).isEmpty();
    }

    private WorkerGauges gauges() {
        return new WorkerGauges(List.of(new JmxReporter()), "app", "w-1", this::metrics);
    }

    private WorkerMetrics metrics() {
        var feedback = new FeedbackCounters.Snapshot(received.get(), 2, 3, 4, 5, 6, 7);
        return new WorkerMetrics(
                "RUNNING",
                "v-1",
                new RerankCounters.Snapshot(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, feedback),
                new EngineStatistics(1, 2, 3, 4, StepStatistics.of(0, 0, 0, 0)),
                0,
                VersionMetrics.configured("v-1", 0));
    }

    private static Object read(String type, String attribute) throws Exception {
        return JMX.getAttribute(name("rerank:type=" + type + ",application=app,worker=w-1"), attribute);
    }

    private static ObjectName name(String name) {
        try {
            return new ObjectName(name);
        } catch (javax.management.MalformedObjectNameException e) {
            throw new IllegalArgumentException(name, e);
        }
    }
}
