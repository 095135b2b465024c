package rerank.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rerank.cli.ModelOptions;
import rerank.cli.console.Table;
import rerank.cli.report.PeakMemory;
import rerank.model.transformer.Device;
import rerank.model.transformer.MachineLimits;
import rerank.model.transformer.NativeThreads;
import rerank.model.transformer.Precision;
import rerank.model.transformer.RandomCheckpoint;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.TransformerConfig;

/**
 * The model runtime beside the limits of the machine, measured in the same run: how fast memory is read, and how fast the
 * library multiplies matrices of the model's shapes. What is measured alternates with its limit, round by round, and medians
 * of the ratios are reported: a machine that speeds up or slows down does so for both.
 */
@Command(
        name = "model",
        description = "The model runtime beside the limits of this machine, in one run.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ModelBenchmark implements Callable<Integer> {
    private static final int PROMPT = 512;
    private static final int CONTEXT = 128;
    private static final int[] BATCHES = {1, 8, 32};
    private static final ModelProbe.Request EXPLAIN = new ModelProbe.Request(32, 200, 100, 64);
    private static final ModelProbe.Request LABEL = new ModelProbe.Request(32, 200, 100, 0);

    @Option(
            names = "--checkpoint",
            paramLabel = "DIR",
            description =
                    "Measure this checkpoint's shape. Default: the shape of Qwen2.5-0.5B with random weights, which"
                            + " are written to --scratch first (1 GB).")
    private @Nullable Path checkpoint;

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description = "Where random weights are kept for the next run. Default: ${DEFAULT-VALUE}.")
    private Path scratch = Path.of("runs", "bench-half-billion");

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds that count. Default: ${DEFAULT-VALUE}.")
    private int rounds = 3;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps of decoding in a round. Default: ${DEFAULT-VALUE}.")
    private int steps = 16;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the figures as JSON.")
    private @Nullable Path report;

    private final Map<String, List<Double>> figures = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException {
        OtherLoad others = OtherLoad.start();
        Path directory = checkpoint == null ? randomWeights() : checkpoint;
        try (MachineLimits limits = new MachineLimits();
                Transformer bf16 = Transformer.load(directory, Precision.BFLOAT16, Device.cpu());
                MachineLimits.Products products = limits.products(bf16.config(), Precision.BFLOAT16)) {
            Transformer int8 = Transformer.supports(Precision.INT8)
                    ? Transformer.load(directory, Precision.INT8, Device.cpu())
                    : null;
            try {
                for (int round = 0; round <= rounds; round++) {
                    System.err.println(round == 0 ? "warm-up" : "round " + round + " of " + rounds);
                    measure(limits, products, bf16, int8);
                    if (round == 0) {
                        figures.clear();
                    }
                }
                requests(new ModelProbe(bf16), products);
                shipped();
                print(bf16.config(), others.othersCores());
            } finally {
                if (int8 != null) {
                    int8.close();
                }
            }
        }
        return 0;
    }

    private Path randomWeights() {
        if (!Files.exists(scratch.resolve("model.safetensors"))) {
            System.err.println("writing random weights to " + scratch);
            RandomCheckpoint.write(scratch, RandomCheckpoint.halfBillion(), 1);
        }
        return scratch;
    }

    private void measure(
            MachineLimits limits, MachineLimits.Products products, Transformer bf16, @Nullable Transformer int8) {
        ModelProbe probe = new ModelProbe(bf16);
        for (int prompts : new int[] {1, 8}) {
            double alone = prompts * products.seconds(PROMPT);
            double seconds = probe.prefillSeconds(prompts, PROMPT);
            add("prefill.bf16.x" + prompts + ".tokensPerSecond", prompts * PROMPT / seconds);
            add("prefill.bf16.x" + prompts + ".fraction", alone / seconds);
            if (int8 != null) {
                double quantised = new ModelProbe(int8).prefillSeconds(prompts, PROMPT);
                add("prefill.int8.x" + prompts + ".tokensPerSecond", prompts * PROMPT / quantised);
                add("prefill.int8.x" + prompts + ".timesBf16", seconds / quantised);
            }
        }
        double flopsPerSecond = products.flopsPerSecond(PROMPT);
        add("limit.gemmBf16.gigaflopsPerSecond", flopsPerSecond / 1e9);
        for (int batch : BATCHES) {
            decode(limits, bf16, "bf16", batch, flopsPerSecond);
            productsAlone(limits, products, batch, flopsPerSecond);
            if (int8 != null) {
                decode(limits, int8, "int8", batch, Double.POSITIVE_INFINITY);
            }
        }
    }

    private void decode(MachineLimits limits, Transformer transformer, String name, int batch, double flopsPerSecond) {
        double before = limits.readBytesPerSecond();
        ModelProbe.Decoding decoding = new ModelProbe(transformer).decode(batch, CONTEXT, steps);
        double bandwidth = (before + limits.readBytesPerSecond()) / 2;
        add("limit.read.gigabytesPerSecond", bandwidth / 1e9);
        double parameters = transformer.config().matrixParameters();
        double byMemory = parameters * transformer.precision().weightBytes() / bandwidth;
        double byArithmetic = 2 * parameters * batch / flopsPerSecond;
        add("decode." + name + ".batch" + batch + ".tokensPerSecond", batch / decoding.secondsPerStep());
        add(
                "decode." + name + ".batch" + batch + ".fraction",
                Math.max(byMemory, byArithmetic) / decoding.secondsPerStep());
    }

    /** What the library's products reach of the same limit with nothing between them: decoding cannot be better. */
    private void productsAlone(
            MachineLimits limits, MachineLimits.Products products, int batch, double flopsPerSecond) {
        double flops = products.flops(batch);
        double bytes = flops / batch / 2 * Precision.BFLOAT16.weightBytes();
        double limit = Math.max(bytes / limits.readBytesPerSecond(), flops / flopsPerSecond);
        add("decode.bf16.batch" + batch + ".productsAlone.fraction", limit / products.seconds(batch));
    }

    private void requests(ModelProbe probe, MachineLimits.Products products) {
        System.err.println("rerank requests");
        double limit = products.seconds(1024) / 1024 * LABEL.candidates() * LABEL.documentTokens();
        double label = probe.requestSeconds(LABEL, true, LABEL.candidates());
        add("label.pairsPerSecond", LABEL.candidates() / label);
        add("label.fraction", limit / label);
        add("label.withoutSharing.pairsPerSecond", LABEL.candidates() / probe.requestSeconds(LABEL, false, 32));
        add("explain.pairsPerSecond", EXPLAIN.candidates() / probe.requestSeconds(EXPLAIN, true, 32));
        add("explain.withoutSharing.pairsPerSecond", EXPLAIN.candidates() / probe.requestSeconds(EXPLAIN, false, 32));
        // One at a time takes minutes for all; four pairs tell the rate.
        ModelProbe.Request four =
                new ModelProbe.Request(4, EXPLAIN.documentTokens(), EXPLAIN.sharedTokens(), EXPLAIN.generatedTokens());
        add("explain.withoutBatching.pairsPerSecond", 4 / probe.requestSeconds(four, true, 1));
        add("explain.oneAtATime.pairsPerSecond", 4 / probe.requestSeconds(four, false, 1));
    }

    /** The engine's own share of the time, on the model that is so small that it shows. */
    private void shipped() {
        try (Transformer small = Transformer.load(ModelOptions.shipped(), Precision.FLOAT32, Device.cpu())) {
            ModelProbe probe = new ModelProbe(small);
            probe.decode(32, CONTEXT, 64);
            ModelProbe.Decoding decoding = probe.decode(32, CONTEXT, 256);
            add("shipped.decode.float32.batch32.tokensPerSecond", 32 / decoding.secondsPerStep());
            add("shipped.engineOverhead", decoding.overhead());
            ModelProbe.Request label = new ModelProbe.Request(512, 110, 0, 0);
            probe.requestSeconds(label, false, 64);
            add("shipped.label.pairsPerSecond", 512 / probe.requestSeconds(label, false, 64));
        }
    }

    private void add(String name, double value) {
        figures.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    private double figure(String name) {
        List<Double> values = figures.getOrDefault(name, List.of(Double.NaN));
        return ModelProbe.Median.of(
                values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private void print(TransformerConfig config, double otherCores) throws IOException {
        Table table = new Table("", "measured", "fraction of the limit", "to reach");
        row(table, "prefill bf16, 512 tokens, tokens/s", "prefill.bf16.x1", "fraction", "0.85");
        row(table, "prefill bf16, 8 x 512", "prefill.bf16.x8", "fraction", "0.85");
        row(table, "prefill int8, 512 (times bf16)", "prefill.int8.x1", "timesBf16", "1.6");
        row(table, "prefill int8, 8 x 512 (times bf16)", "prefill.int8.x8", "timesBf16", "1.6");
        String[] goals = {"0.75", "0.6", "0.5"};
        for (int i = 0; i < BATCHES.length; i++) {
            row(table, "decode bf16, batch " + BATCHES[i], "decode.bf16.batch" + BATCHES[i], "fraction", goals[i]);
            row(table, "  its products alone", "decode.bf16.batch" + BATCHES[i] + ".productsAlone", "fraction", "");
        }
        for (int batch : BATCHES) {
            row(
                    table,
                    "decode int8, batch " + batch,
                    "decode.int8.batch" + batch,
                    "fraction",
                    batch == 1 ? "0.65" : "");
        }
        table.row(
                "label, 32 x (100 + 200) tokens, pairs/s",
                figure("label.pairsPerSecond"),
                figure("label.fraction"),
                "0.8");
        for (String way : List.of(
                "label.withoutSharing",
                "explain",
                "explain.withoutSharing",
                "explain.withoutBatching",
                "explain.oneAtATime")) {
            table.row(way.replace('.', ' ') + ", pairs/s", figure(way + ".pairsPerSecond"), Double.NaN, "");
        }
        table.row(
                "shipped, decode batch 32, overhead",
                figure("shipped.decode.float32.batch32.tokensPerSecond"),
                figure("shipped.engineOverhead"),
                "< 0.03");
        table.row("shipped, label, pairs/s", figure("shipped.label.pairsPerSecond"), Double.NaN, "");
        System.out.printf(
                Locale.ROOT,
                "%.0f million weights, %d native threads, medians of %d rounds%n"
                        + "limits: memory read at %.1f GB/s, bf16 products at %.0f GFLOP/s%n%n%s%n"
                        + "other processes used %.2f cores meanwhile; peak memory %d MiB%n",
                config.parameters() / 1e6,
                NativeThreads.count(),
                rounds,
                figure("limit.read.gigabytesPerSecond"),
                figure("limit.gemmBf16.gigaflopsPerSecond"),
                table,
                otherCores,
                PeakMemory.rssBytes() >> 20);
        if (report != null) {
            write(report, config, otherCores);
        }
    }

    private void row(Table table, String title, String name, String ratio, String goal) {
        table.row(title, figure(name + ".tokensPerSecond"), figure(name + "." + ratio), goal);
    }

    private void write(Path file, TransformerConfig config, double otherCores) throws IOException {
        JsonMapper json = new JsonMapper();
        ObjectNode root = json.createObjectNode()
                .put("benchmark", "model")
                .put("parameters", config.parameters())
                .put("nativeThreads", NativeThreads.count())
                .put("rounds", rounds)
                .put("otherCores", otherCores);
        root.putObject("fraction")
                .put("prefillBf16", Math.min(figure("prefill.bf16.x1.fraction"), figure("prefill.bf16.x8.fraction")))
                .put("prefillInt8", Math.min(figure("prefill.int8.x1.timesBf16"), figure("prefill.int8.x8.timesBf16")))
                .put("decodeBf16Batch1", figure("decode.bf16.batch1.fraction"))
                .put("decodeBf16Batch8", figure("decode.bf16.batch8.fraction"))
                .put("decodeBf16Batch32", figure("decode.bf16.batch32.fraction"))
                .put("decodeInt8Batch1", figure("decode.int8.batch1.fraction"))
                .put("label", figure("label.fraction"));
        root.put("engineOverhead", figure("shipped.engineOverhead"));
        ObjectNode all = root.putObject("figures");
        figures.keySet().forEach(name -> all.put(name, figure(name)));
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        json.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
    }
}
