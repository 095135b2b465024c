package rerank.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rerank.cli.EmbeddedService;
import rerank.cli.console.Table;
import rerank.cli.report.LatencyMillis;
import rerank.schemas.CandidateDocument;
import rerank.schemas.CandidateEvent;
import rerank.schemas.QueryEvent;
import rerank.schemas.RegistrySerde;
import rerank.topology.worker.WorkerKeys;

/**
 * What the topology carries when judging costs nothing, beside a raw transactional loop on the same broker: added latency
 * at a steady rate, and records per second when everything comes at once.
 *
 * <p>A unit of the topology is a query event and ten candidate events of one candidate each, answered by one ranking; a
 * unit of the loop is one record of the size of a candidate event, written on by itself.
 */
@Command(
        name = "topology",
        description = "The topology with a judge that does nothing beside a raw transactional loop on the same broker.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TopologyBenchmark implements Callable<Integer> {
    private static final int CANDIDATES = 10;
    private static final int DOCUMENT_CHARACTERS = 1000;
    private static final String LOOP_IN = "bench.loop.in";
    private static final String LOOP_OUT = "bench.loop.out";

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Input records a second at the steady rate. Default: ${DEFAULT-VALUE}.")
    private int rate = 220;

    @Option(names = "--seconds", paramLabel = "N", description = "Seconds that count. Default: ${DEFAULT-VALUE}.")
    private int seconds = 15;

    @Option(names = "--burst", paramLabel = "N", description = "Input records of the burst. Default: ${DEFAULT-VALUE}.")
    private int burst = 22_000;

    @Option(
            names = "--placement",
            paramLabel = "P",
            description = "Where pairs are judged: owner or fan-out. Default: ${DEFAULT-VALUE}.")
    private String placement = "owner";

    @Option(names = "--no-feedback", description = "Let the worker neither wait for feedback nor publish experience.")
    private boolean withoutFeedback;

    /** What one way of doing the work came to. */
    private record Measured(LatencyMillis latency, double recordsPerSecond) {}

    @Override
    public Integer call() throws Exception {
        Map<String, String> settings = Map.of(
                WorkerKeys.PLACEMENT,
                placement,
                WorkerKeys.FEEDBACK_ENABLED,
                Boolean.toString(!withoutFeedback),
                WorkerKeys.FEEDBACK_WINDOW,
                "5000"); // so that windows also close while it is measured
        try (EmbeddedService service = EmbeddedService.start(new NoOpJudge(), settings)) {
            Measured loop = loop(service);
            Measured topology = topology(service);
            System.out.printf(
                    "%d records/s in for %d s, then %d records at once%n%n%s",
                    rate,
                    seconds,
                    burst,
                    new Table("", "p50 ms", "p99 ms", "records/s in")
                            .row(
                                    "raw transactional loop",
                                    loop.latency().p50(),
                                    loop.latency().p99(),
                                    loop.recordsPerSecond())
                            .row(
                                    "topology, no-op judge, " + placement + (withoutFeedback ? "" : ", feedback"),
                                    topology.latency().p50(),
                                    topology.latency().p99(),
                                    topology.recordsPerSecond()));
        }
        return 0;
    }

    private Measured loop(EmbeddedService service) throws Exception {
        try (Admin admin = Admin.create(service.client())) {
            admin.createTopics(List.of(topic(LOOP_IN), topic(LOOP_OUT))).all().get();
        }
        byte[] value = new byte[DOCUMENT_CHARACTERS];
        try (RawLoop loop = new RawLoop(service.client(), LOOP_IN, LOOP_OUT);
                var producer = producer(service);
                StreamProbe probe = new StreamProbe(service.client(), LOOP_OUT)) {
            StreamProbe.Load load = new StreamProbe.Load() {
                @Override
                public void publish(String id) {
                    send(producer, LOOP_IN, id, value);
                }

                @Override
                public int recordsPerUnit() {
                    return 1;
                }
            };
            return measure(probe, load);
        }
    }

    private static NewTopic topic(String name) {
        return new NewTopic(name, Optional.of(4), Optional.empty());
    }

    private Measured topology(EmbeddedService service) throws InterruptedException {
        RegistrySerde<QueryEvent> queries = new RegistrySerde<>(QueryEvent.class);
        RegistrySerde<CandidateEvent> candidates = new RegistrySerde<>(CandidateEvent.class);
        queries.configure(service.client(), false);
        candidates.configure(service.client(), false);
        String queryTopic = service.topics().queries();
        String candidateTopic = service.topics().candidates();
        String text = "x".repeat(DOCUMENT_CHARACTERS);
        try (queries;
                candidates;
                var producer = producer(service);
                StreamProbe probe =
                        new StreamProbe(service.client(), service.topics().rankedResults())) {
            StreamProbe.Load load = new StreamProbe.Load() {
                @Override
                public void publish(String id) {
                    QueryEvent query = QueryEvent.newBuilder()
                            .setQueryId(id)
                            .setText("a query")
                            .setExpectedCandidates(CANDIDATES)
                            .setDeadlineMs(System.currentTimeMillis() + 600_000)
                            .build();
                    send(producer, queryTopic, id, queries.serializer().serialize(queryTopic, query));
                    for (int i = 0; i < CANDIDATES; i++) {
                        CandidateEvent event = new CandidateEvent(
                                id, List.of(new CandidateDocument("d" + i, "", text, (double) -i)), false);
                        send(
                                producer,
                                candidateTopic,
                                id,
                                candidates.serializer().serialize(candidateTopic, event));
                    }
                }

                @Override
                public int recordsPerUnit() {
                    return 1 + CANDIDATES;
                }
            };
            return measure(probe, load);
        }
    }

    private Measured measure(StreamProbe probe, StreamProbe.Load load) throws InterruptedException {
        int unitsPerSecond = Math.max(1, rate / load.recordsPerUnit());
        probe.burst(load, Math.max(1, burst / 10 / load.recordsPerUnit()));
        LatencyMillis latency = probe.steady(load, unitsPerSecond, 5 * unitsPerSecond, seconds * unitsPerSecond);
        return new Measured(latency, probe.burst(load, Math.max(1, burst / load.recordsPerUnit())));
    }

    private static KafkaProducer<String, byte[]> producer(EmbeddedService service) {
        Map<String, Object> client = new HashMap<>(service.client());
        client.put("linger.ms", 0);
        return new KafkaProducer<>(client, new StringSerializer(), new ByteArraySerializer());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // an answer that stays out is what the probe reports
    private static void send(KafkaProducer<String, byte[]> producer, String topic, String id, byte[] value) {
        producer.send(new ProducerRecord<>(topic, id, value));
    }
}
