package rerank.benchmarks;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rerank bench}: what the model runtime and training reach here, what Kafka costs and what swaps do. */
@Command(
        name = "rerank bench",
        description = "Measure on this machine what the model runtime and training reach and what Kafka costs.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ModelBenchmark.class,
            PrecisionBenchmark.class,
            StreamBenchmark.class,
            SwapBenchmark.class,
            TopologyBenchmark.class,
            TrainBenchmark.class
        })
public final class BenchCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    private BenchCommand() {}

    /** Runs one benchmark and exits: 0 done, 1 failed, 2 the command line is wrong. */
    public static void main(String[] args) {
        CommandLine bench = new CommandLine(new BenchCommand());
        bench.setUsageHelpWidth(110);
        bench.setExecutionExceptionHandler((failure, failed, parsed) -> {
            failed.getErr().println(failed.getCommandSpec().qualifiedName() + ": " + failure.getMessage());
            return 1;
        });
        System.exit(bench.execute(args));
    }

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say 'bench model', 'bench precision', 'bench stream', 'bench swap', 'bench topology' or 'bench train'");
    }
}
