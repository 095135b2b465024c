package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.cli.replay.RerankClient;
import rerank.cli.replay.RerankRequest;
import rerank.cli.report.PeakMemory;
import rerank.model.RerankerSettings;
import rerank.model.store.CheckpointStore;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.ConfigJson;
import rerank.schemas.CanaryShare;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;
import rerank.schemas.versions.Rollout;
import rerank.schemas.versions.VersionAnnouncer;
import rerank.topology.worker.VersionMetrics;

/** Versions come and go under steady traffic through a real broker and the real model. */
class SwapIT {
    private static final Path SHIPPED = Path.of("..", "models", "rerank-small");
    private static final int SWAPS = 20;
    private static final int CANDIDATES = 5;
    private static final Duration BETWEEN_QUERIES = Duration.ofMillis(150);
    private static final double SHARE = 0.4;

    /** Swaps until the JVM has compiled and buffered what it needs; memory is compared from here on. */
    private static final int WARM = 6;

    /** Well below what the weights of the remaining swaps, twice 6 MiB of float32 each, would come to if they stayed. */
    private static final long LEAST_LEAK_BYTES = (SWAPS - WARM) * 9L << 20;

    @TempDir
    Path directory;

    private final Map<String, Integer> answers = new ConcurrentHashMap<>();

    /** Those published while the canary was out and before it was promoted. */
    private final Set<String> canaryQueries = ConcurrentHashMap.newKeySet();

    private final List<RankedResults> results = new ArrayList<>();
    private final Set<String> servedEver = new HashSet<>(List.of(versionOf(SHIPPED), "a", "b", "c"));

    private volatile boolean canaryIsOut;

    private volatile boolean isOver;

    @Test
    @Timeout(600)
    void nothingIsLostOrAnsweredTwiceWhileVersionsComeAndGo() throws Exception {
        Map<String, String> settings =
                Map.of("rerank.default.mode", "label", "rerank.precision", "float32", "rerank.cache.mib", "16");
        try (EmbeddedService service = EmbeddedService.start(SHIPPED, settings);
                VersionAnnouncer announcer = VersionAnnouncer.open(service.client(), service.topics());
                RerankClient client = new RerankClient(service.client(), service.topics())) {
            var threads = Executors.newSingleThreadExecutor();
            Future<?> operator = threads.submit(() -> {
                try {
                    operate(service, announcer);
                } finally {
                    isOver = true;
                }
                return null;
            });

            traffic(client);

            operator.get();
            threads.shutdown();
            assertThat(answers.values()).as("answers to each query").allMatch(count -> count == 1);
            assertThat(results).allMatch(ranking -> ranking.getStatus() == RankingStatus.COMPLETE);
            assertThat(results.stream()
                            .flatMap(ranking -> ranking.getItems().stream())
                            .map(RankedItem::getModelVersion))
                    .isNotEmpty()
                    .allMatch(servedEver::contains);
            assertThat(results.stream().map(RankedResults::getModelVersion)).allMatch(servedEver::contains);
            assertThat(canaryQueries).as("queries while the canary was out").hasSizeGreaterThan(20);
            for (RankedResults ranking : results) {
                if (canaryQueries.contains(ranking.getQueryId())) {
                    String expected = CanaryShare.holds(ranking.getQueryId(), SHARE) ? "c" : "a";
                    assertThat(ranking.getItems())
                            .allMatch(item -> item.getModelVersion().equals(expected));
                }
            }
        }
    }

    private void operate(EmbeddedService service, VersionAnnouncer announcer) throws Exception {
        CheckpointStore store = service.store();
        publish(announcer, store, "a");
        await(service, "a", metrics -> metrics.active().equals("a"));
        publish(announcer, store, "b");
        await(service, "b", metrics -> metrics.active().equals("b"));
        long before = 0;

        for (int i = 0; i < SWAPS; i++) {
            if (i == WARM) {
                before = nativeBytes(service);
            }
            String next = i % 2 == 0 ? "a" : "b";
            announcer.announce(standing -> Rollout.rollbackTo(standing, next, "a test"));
            await(service, "swap " + i, metrics -> metrics.active().equals(next));
            if (i == SWAPS / 2) {
                announceDamaged(service, announcer, store);
            }
        }

        assertThat(nativeBytes(service) - before)
                .as("bytes more after %d swaps than after %d", SWAPS, WARM)
                .isLessThan(LEAST_LEAK_BYTES);
        announcer.announce(standing -> Rollout.rollbackTo(standing, "a", "a test"));
        await(service, "a", metrics -> metrics.active().equals("a"));
        CheckpointStore.Stored c = store.put("c", copy("c"));
        announcer.announce(standing -> Rollout.canary(standing, draft("c", c), SHARE));
        await(service, "canary", metrics -> metrics.canary().equals("c"));
        canaryIsOut = true;
        Thread.sleep(4000);
        canaryIsOut = false;
        await(service, "answers", metrics -> canaryQueries.stream().allMatch(id -> answers.getOrDefault(id, 0) > 0));
        announcer.announce(standing -> Rollout.promote(standing, "c", Map.of(), "a test"));
        await(
                service,
                "promotion",
                metrics -> metrics.active().equals("c") && metrics.canary().isEmpty());
        announcer.announce(standing -> Rollout.rollback(standing, Map.of(), "a test"));
        await(service, "back", metrics -> metrics.active().equals("a"));
        await(service, "memory", metrics -> metrics.retiring() == 0);
        assertThat(service.worker().metrics().versions().swaps()).isGreaterThanOrEqualTo(SWAPS + 6);
        assertThat(liveEngines()).isEqualTo(1);
    }

    private void announceDamaged(EmbeddedService service, VersionAnnouncer announcer, CheckpointStore store)
            throws Exception {
        CheckpointStore.Stored bad = store.put("bad", copy("bad"));
        Path weights = store.fetch(bad.uri(), bad.sha256()).resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length / 2));
        String before = service.worker().metrics().versions().active();

        announcer.announce(standing -> Rollout.active(standing, draft("bad", bad)));
        await(service, "damage", metrics -> metrics.lastFailure().contains("not what was published"));

        VersionMetrics metrics = service.worker().metrics().versions();
        assertThat(metrics.active()).isEqualTo(before);
        assertThat(metrics.failures()).isEqualTo(1);
        announcer.announce(standing -> Rollout.rollback(standing, Map.of(), "damaged"));
    }

    /** Publishes until the operator is done and all answers are there. */
    private void traffic(RerankClient client) throws Exception {
        List<RerankRequest> requests = RerankRequest.of(StorefrontData.makeTest(50), "test", 50, CANDIDATES);
        long next = System.nanoTime();
        int published = 0;
        while (!isOver || answers.containsValue(0)) {
            if (!isOver && System.nanoTime() >= next) {
                next += BETWEEN_QUERIES.toNanos();
                String id = "swap-" + published;
                if (canaryIsOut) {
                    canaryQueries.add(id);
                }
                answers.put(id, 0);
                publish(client, id, requests.get(published % requests.size()));
                published++;
            }
            receive(client, Duration.ofMillis(5));
        }
        // Whatever came twice would come now.
        receive(client, Duration.ofSeconds(2));
    }

    private void receive(RerankClient client, Duration wait) {
        for (RankedResults ranking : client.receive(wait)) {
            answers.merge(ranking.getQueryId(), 1, Integer::sum);
            results.add(ranking);
        }
    }

    private static void publish(RerankClient client, String id, RerankRequest request) {
        QueryEvent query = QueryEvent.newBuilder()
                .setQueryId(id)
                .setText(request.query().text())
                .setExpectedCandidates(request.candidates().size())
                .setDeadlineMs(System.currentTimeMillis() + 60_000)
                .build();
        client.publish(query, request.candidates());
    }

    private void publish(VersionAnnouncer announcer, CheckpointStore store, String version) throws IOException {
        CheckpointStore.Stored stored = store.put(version, copy(version));
        announcer.announce(standing -> Rollout.active(standing, draft(version, stored)));
    }

    private static ModelVersion draft(String version, CheckpointStore.Stored stored) {
        return ModelVersion.newBuilder()
                .setVersion(version)
                .setSequence(0)
                .setCheckpointUri(stored.uri())
                .setSha256(stored.sha256())
                .setStatus(ModelStatus.CANDIDATE)
                .build();
    }

    private static String versionOf(Path checkpoint) {
        return RerankerSettings.read(checkpoint, TransformerConfig.read(checkpoint.resolve(ConfigJson.FILE)))
                .modelVersion();
    }

    /** The shipped checkpoint under another name. */
    private Path copy(String version) throws IOException {
        Path copy = Files.createDirectories(directory.resolve(version));
        try (Stream<Path> files = Files.list(SHIPPED)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        ObjectMapper json = new ObjectMapper();
        Path settings = copy.resolve("reranker.json");
        ObjectNode root = (ObjectNode) json.readTree(settings.toFile());
        json.writeValue(settings.toFile(), root.put("modelVersion", version));
        return copy;
    }

    /** Memory outside of the Java heap when nothing retires. */
    private static long nativeBytes(EmbeddedService service) throws Exception {
        await(service, "memory", metrics -> metrics.retiring() == 0);
        System.gc();
        return PeakMemory.currentRssBytes() - Runtime.getRuntime().totalMemory();
    }

    private static long liveEngines() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("rerank-inference"))
                .count();
    }

    private static void await(EmbeddedService service, String what, Predicate<VersionMetrics> fact) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!fact.test(service.worker().metrics().versions())) {
            assertThat(System.nanoTime())
                    .as(what + ": " + service.worker().metrics().versions())
                    .isLessThan(end);
            Thread.sleep(10);
        }
    }
}
