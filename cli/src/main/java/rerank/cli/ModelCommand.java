package rerank.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rerank.cli.console.Table;
import rerank.cli.report.PeakMemory;
import rerank.model.adapter.AdapterMerge;
import rerank.model.check.CheckedCase;
import rerank.model.check.ModelCheck;
import rerank.model.check.ModelReport;
import rerank.model.check.ModelSummary;
import rerank.model.transformer.Precision;

/** {@code rerank model check} and {@code model merge}. */
@Command(
        name = "model",
        description =
                "check DIR: what a checkpoint is, whether it computes right; merge: a base and an adapter in one.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(check | merge)")
final class ModelCommand implements Callable<Integer> {
    @Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "say 'model check DIR' or 'model merge'");
    }

    /** Writes a plain checkpoint. */
    @Command(
            name = "merge",
            description = "Merge an adapter (LoRA, in PEFT's layout) into its base and write a plain checkpoint.",
            mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int merge(
            @Option(names = "--base", required = true, paramLabel = "DIR", description = "The base checkpoint.")
                    Path base,
            @Option(
                            names = "--adapter",
                            required = true,
                            paramLabel = "DIR",
                            description = "The adapter: adapter_config.json and adapter_model.safetensors.")
                    Path adapter,
            @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where the result goes.")
                    Path out) {
        AdapterMerge.merge(base, adapter, out);
        System.out.println("merged checkpoint: " + out);
        return 0;
    }

    /** Exits with 1 when a comparison is beyond its tolerance. */
    @Command(
            name = "check",
            description =
                    "Load a Hugging Face directory and say what it is; where it holds a golden.json, compare every"
                            + " case of it.",
            mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int check(
            @Parameters(paramLabel = "DIR", description = "The checkpoint.") Path directory,
            @Option(
                            names = "--precision",
                            defaultValue = "float32",
                            paramLabel = "P",
                            description = "Arithmetic: float32, bfloat16 or int8. Default: ${DEFAULT-VALUE}.")
                    Precision precision) {
        ModelReport report = ModelCheck.run(directory, precision);
        System.out.print(describe(directory, report.summary()));
        if (report.cases().isEmpty()) {
            System.out.println("It loads; there is no golden.json in it to compare with.");
            return 0;
        }
        System.out.printf("%n%s%n", table(report.cases()));
        long failed = report.cases().stream().filter(one -> !one.passed()).count();
        System.out.printf(
                "%d of %d comparisons are within tolerance.%n",
                report.cases().size() - failed, report.cases().size());
        return report.passed() ? 0 : 1;
    }

    private static String describe(Path directory, ModelSummary summary) {
        ModelSummary.Shape shape = summary.shape();
        String tokenTypes = shape.tokenTypes() > 0 ? ", " + shape.tokenTypes() + " token types" : "";
        String labels = shape.labels() > 0
                ? ", a head of " + shape.labels() + (shape.labels() == 1 ? " label" : " labels")
                : "";
        String cache = shape.labels() > 0
                ? ""
                : ", " + bytes(summary.cacheBytesPer1000Tokens()) + " for each 1000 tokens being decoded";
        return String.format(
                Locale.ROOT,
                "%s: %s, %s parameters%n"
                        + "  shape      %d layers of width %d, %d heads (%d for keys and values), vocabulary %d, up to %d"
                        + " tokens%s%s%n"
                        + "  stored as  %s, %s%n"
                        + "  memory     %s for the weights in %s%s; this process peaked at %s%n",
                directory,
                shape.family(),
                count(summary.parameters()),
                shape.layers(),
                shape.width(),
                shape.heads(),
                shape.keyValueHeads(),
                shape.vocabularySize(),
                shape.maxPositions(),
                tokenTypes,
                labels,
                summary.storedAs().stream()
                        .map(type -> type.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(" and ")),
                bytes(summary.fileBytes()),
                bytes(summary.weightBytes()),
                summary.precision().name().toLowerCase(Locale.ROOT),
                cache,
                bytes(PeakMemory.rssBytes()));
    }

    private static String table(List<CheckedCase> cases) {
        Table table = new Table("compared with the reference", "deviation", "tolerance", "");
        for (CheckedCase one : cases) {
            table.row(
                    one.name(),
                    String.format(Locale.ROOT, "%.2e", one.deviation()),
                    String.format(Locale.ROOT, "%.2e", one.tolerance()),
                    one.passed() ? "ok" : "FAILED");
        }
        return table.toString();
    }

    private static String count(long number) {
        return number >= 1_000_000_000
                ? String.format(Locale.ROOT, "%.2f billion", number / 1e9)
                : number >= 1_000_000
                        ? String.format(Locale.ROOT, "%.2f million", number / 1e6)
                        : String.format(Locale.ROOT, "%,d", number);
    }

    private static String bytes(long bytes) {
        return bytes >= 1L << 30
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30))
                : bytes >= 1L << 20
                        ? String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1L << 20))
                        : String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0);
    }
}
