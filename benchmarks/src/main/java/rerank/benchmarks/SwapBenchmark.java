package rerank.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rerank.cli.DataOptions;
import rerank.cli.EmbeddedService;
import rerank.cli.ModelOptions;
import rerank.cli.console.Table;
import rerank.cli.replay.RerankClient;
import rerank.cli.replay.RerankRequest;
import rerank.cli.report.LatencyMillis;
import rerank.cli.report.PeakMemory;
import rerank.cli.report.ReportFile;
import rerank.model.RerankerSettings;
import rerank.model.store.CheckpointStore;
import rerank.model.transformer.TransformerConfig;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.QueryEvent;
import rerank.schemas.versions.Rollout;
import rerank.schemas.versions.VersionAnnouncer;

/**
 * Latency while versions are swapped, beside the latency before and after that in the same run. Budget: a p99 of at most twice
 * the one without swaps.
 *
 * <p>Two copies of one checkpoint under other names take turns. The time of a query is counted from when it was to be
 * published, so that a stall does not hide.
 */
@Command(
        name = "swap",
        description = "Latency under a steady rate with swaps of the model's version, beside the same without.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SwapBenchmark implements Callable<Integer> {
    @Mixin
    private final DataOptions data = new DataOptions();

    @Option(names = "--model", paramLabel = "DIR", description = "A checkpoint. Default: the one shipped.")
    private @Nullable Path model;

    @Option(names = "--rate", paramLabel = "N", description = "Queries a second. Default: ${DEFAULT-VALUE}.")
    private int rate = 4;

    @Option(names = "--candidates", paramLabel = "N", description = "Of each query. Default: ${DEFAULT-VALUE}.")
    private int candidates = 10;

    @Option(names = "--swaps", paramLabel = "N", description = "Swaps, one after the other. Default: ${DEFAULT-VALUE}.")
    private int swaps = 20;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Seconds with swaps, and half as many before and after. Default: ${DEFAULT-VALUE}.")
    private int seconds = 60;

    @Option(names = "--report", paramLabel = "FILE.json", description = "Also write the figures as JSON.")
    private @Nullable Path report;

    /**
     * What is reported.
     *
     * @param queries answered, each once
     * @param swaps done during the second phase
     * @param without latency in the phases without swaps
     * @param with latency in the phase with swaps
     * @param p99Ratio p99 with swaps over p99 without
     * @param rssBytesBefore memory of the process after the first phase
     * @param rssBytesAfter after the last one
     */
    record Figures(
            int queries,
            int swaps,
            LatencyMillis without,
            LatencyMillis with,
            double p99Ratio,
            long rssBytesBefore,
            long rssBytesAfter) {}

    @Override
    public Integer call() throws Exception {
        List<RerankRequest> requests = data.requests(data.read());
        Path checkpoint = model == null ? ModelOptions.shipped() : model;
        Map<String, String> settings =
                Map.of("rerank.default.mode", "label", "rerank.precision", "float32", "rerank.cache.mib", "64");
        Path copies = Files.createTempDirectory("rerank-swap-");
        try (EmbeddedService service = EmbeddedService.start(checkpoint, settings);
                VersionAnnouncer announcer = VersionAnnouncer.open(service.client(), service.topics());
                RerankClient client = new RerankClient(service.client(), service.topics());
                StreamProbe probe =
                        new StreamProbe(service.client(), service.topics().rankedResults())) {
            publish(announcer, service, checkpoint, copies, "swap-a");
            publish(announcer, service, checkpoint, copies, "swap-b");
            Figures figures = measure(service, announcer, probe, load(client, requests));
            print(figures);
            if (report != null) {
                ReportFile.writeJson(report, figures);
            }
        } finally {
            delete(copies);
        }
        return 0;
    }

    private Figures measure(
            EmbeddedService service, VersionAnnouncer announcer, StreamProbe probe, StreamProbe.Load load)
            throws Exception {
        int counted = rate * seconds;
        probe.steadyNanos(load, rate, 0, 5 * rate);
        List<Long> without = new ArrayList<>(probe.steadyNanos(load, rate, rate, counted / 2));
        long before = PeakMemory.currentRssBytes();
        ExecutorService operator = Executors.newSingleThreadExecutor();
        Future<Integer> done = operator.submit(() -> swapAll(service, announcer));
        List<Long> with = probe.steadyNanos(load, rate, 0, counted);
        int swapped = done.get();
        operator.shutdown();
        without.addAll(probe.steadyNanos(load, rate, rate, counted / 2));
        LatencyMillis quiet = LatencyMillis.ofNanos(without);
        LatencyMillis busy = LatencyMillis.ofNanos(with);
        return new Figures(
                without.size() + with.size(),
                swapped,
                quiet,
                busy,
                busy.p99() / quiet.p99(),
                before,
                PeakMemory.currentRssBytes());
    }

    /** Evenly over the time, back to back where the machine is too slow for that. */
    private int swapAll(EmbeddedService service, VersionAnnouncer announcer) throws InterruptedException {
        long start = System.nanoTime();
        for (int i = 0; i < swaps; i++) {
            String next = i % 2 == 0 ? "swap-a" : "swap-b";
            announcer.announce(standing -> Rollout.rollbackTo(standing, next, "benchmark"));
            awaitActive(service, next);
            long due = start + (i + 1) * (seconds * 1_000_000_000L / swaps);
            Thread.sleep(Math.max(0, (due - System.nanoTime()) / 1_000_000));
        }
        return swaps;
    }

    private static void awaitActive(EmbeddedService service, String version) throws InterruptedException {
        while (!service.worker().metrics().versions().active().equals(version)) {
            Thread.sleep(5);
        }
    }

    private StreamProbe.Load load(RerankClient client, List<RerankRequest> requests) {
        return new StreamProbe.Load() {
            private int next;

            @Override
            public void publish(String id) {
                RerankRequest request = requests.get(next++ % requests.size());
                int size = Math.min(candidates, request.candidates().size());
                QueryEvent query = QueryEvent.newBuilder()
                        .setQueryId(id)
                        .setText(request.query().text())
                        .setExpectedCandidates(size)
                        .setDeadlineMs(System.currentTimeMillis() + 600_000)
                        .build();
                client.publish(query, request.candidates().subList(0, size));
            }

            @Override
            public int recordsPerUnit() {
                return 2;
            }
        };
    }

    private static void publish(
            VersionAnnouncer announcer, EmbeddedService service, Path checkpoint, Path copies, String version)
            throws Exception {
        Path copy = copy(checkpoint, copies, version);
        CheckpointStore.Stored stored = service.store().put(version, copy);
        ModelVersion draft = ModelVersion.newBuilder()
                .setVersion(version)
                .setSequence(0)
                .setCheckpointUri(stored.uri())
                .setSha256(stored.sha256())
                .setStatus(ModelStatus.CANDIDATE)
                .setReason("benchmark")
                .build();
        announcer.announce(standing -> Rollout.active(standing, draft));
        awaitActive(service, version);
    }

    /** The same weights under another name. */
    private static Path copy(Path checkpoint, Path copies, String version) throws IOException {
        Path copy = Files.createDirectories(copies.resolve(version));
        try (Stream<Path> files = Files.list(checkpoint)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        RerankerSettings of =
                RerankerSettings.read(checkpoint, TransformerConfig.read(checkpoint.resolve("config.json")));
        new RerankerSettings(
                        version,
                        of.promptTemplate(),
                        of.defaultMode(),
                        of.firstStageWeights(),
                        of.maxPromptTokens(),
                        of.maxExplanationTokens())
                .writeTo(copy);
        return copy;
    }

    private void print(Figures figures) {
        System.out.printf(
                Locale.ROOT,
                "%d queries of %d candidates, %d a second; %d swaps in %d s; none lost, none twice%n%n%s%n"
                        + "p99 with swaps / without: %.2f; memory of the process %d MiB before, %d MiB after%n",
                figures.queries(),
                candidates,
                rate,
                figures.swaps(),
                seconds,
                new Table("", "p50 ms", "p99 ms")
                        .row("without swaps", figures.without().p50(), figures.without().p99())
                        .row("with swaps", figures.with().p50(), figures.with().p99()),
                figures.p99Ratio(),
                figures.rssBytesBefore() >> 20,
                figures.rssBytesAfter() >> 20);
    }

    private static void delete(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
