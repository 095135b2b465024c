package rerank.topology.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rerank.schemas.WorkerState;
import rerank.schemas.WorkerStatus;

@Timeout(20)
class StatusReporterTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final VersionMetrics LOADED = new VersionMetrics(7, "v-7", 10, "v-8", 20, 0.1, 3, 0, "", 0);

    private final MockProducer<String, WorkerStatus> producer = new MockProducer<>(
            true, new RoundRobinPartitioner(), new StringSerializer(), (topic, status) -> new byte[0]);
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1);
    private volatile VersionMetrics metrics = LOADED;
    private final StatusReporter reporter = new StatusReporter(
            "model-status",
            producer,
            thread,
            new StatusReporter.Speaker("rerank/w-1", "host-1", true),
            () -> metrics,
            Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC));

    @AfterEach
    void endThread() {
        thread.shutdownNow();
    }

    @Test
    void saysWhatServesWhereAndSinceWhen() throws Exception {
        reporter.start();

        assertThat(written(1))
                .containsExactly(WorkerStatus.newBuilder()
                        .setWorker("rerank/w-1")
                        .setHost("host-1")
                        .setState(WorkerState.LOADED)
                        .setSequence(7)
                        .setActive("v-7")
                        .setActiveSinceMs(10)
                        .setCanary("v-8")
                        .setCanarySinceMs(20)
                        .setReportedAtMs(NOW)
                        .build());
        assertThat(producer.history().get(0).key()).isEqualTo("rerank/w-1");
    }

    @Test
    void saysItAgainWithinAMinute() throws Exception {
        reporter.start();
        written(1);

        while (thread.getQueue().isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }

        assertThat(((Delayed) thread.getQueue().element()).getDelay(TimeUnit.SECONDS))
                .isBetween(30L, 60L);
    }

    @Test
    void saysWhyAVersionDoesNotServe() throws Exception {
        metrics = LOADED.withFailure("model version v-9 does not serve here: no memory");

        reporter.changed();

        assertThat(written(1).get(0))
                .matches(status -> status.getState() == WorkerState.FAILED
                        && status.getFailure().equals("model version v-9 does not serve here: no memory"));
    }

    @Test
    void theLastWordIsThatItStops() throws Exception {
        reporter.changed();
        written(1);

        reporter.stop(null);

        assertThat(producer.history())
                .extracting(record -> record.value().getState() + record.value().getFailure())
                .containsExactly("LOADED", "STOPPED");
        assertThat(producer.closed()).isTrue();
    }

    @Test
    void saysWhatItDiedOf() {
        reporter.stop(new IllegalStateException("disk full"));

        assertThat(producer.history())
                .extracting(record ->
                        record.value().getState() + " " + record.value().getFailure())
                .containsExactly("STOPPED the worker died: disk full");
    }

    @Test
    void goesOnWhenAWordCouldNotBeWritten() throws Exception {
        producer.sendException = new KafkaException("no broker");
        reporter.changed();
        thread.submit(() -> producer.sendException = null).get();

        reporter.changed();

        assertThat(written(1)).hasSize(1);
    }

    private List<WorkerStatus> written(int least) throws InterruptedException {
        while (producer.history().size() < least) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return producer.history().stream().map(record -> record.value()).toList();
    }
}
