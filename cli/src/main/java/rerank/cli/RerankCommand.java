package rerank.cli;

import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code rerank}: what the script at the root of the project starts. */
@Command(
        name = "rerank",
        description =
                "A reasoning reranker that lives inside Kafka: queries and candidates in, explained rankings out.",
        synopsisHeading = "Usage: ",
        customSynopsis = "rerank COMMAND [options]    (rerank COMMAND --help for the options of one)",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        optionListHeading = "%nOptions of every command:%n",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  rerank demo                                             see it work, in under two minutes",
            "  rerank replay --data DIR --split test                   your data set through Kafka, with figures",
            "  rerank eval --data DIR --split test --limit 100         the same without Kafka, all modes side by side",
            "  rerank worker --config worker.properties                serve your topics",
            "  rerank model check models/rerank-small                  what a checkpoint is, and whether it computes right",
            "  rerank bench stream                                     what Kafka costs here",
        })
public final class RerankCommand {
    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Print the stack trace of a failure and what the libraries log.")
    private boolean debug;

    private RerankCommand() {}

    /** Runs one command line and exits: 0 done, 1 failed, 2 the command line is wrong. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Runs one command line and returns its exit code. */
    static int run(String... args) {
        chooseLogLevels(Arrays.asList(args));
        return commandLine().execute(args);
    }

    /** Levels are read once, when the first logger is made: before any command is loaded. */
    private static void chooseLogLevels(List<String> args) {
        if (args.contains("worker")) {
            System.setProperty("rerank.log.level", "info");
            System.setProperty("rerank.log.libraries", "warn");
        }
        if (args.contains("--debug")) {
            System.setProperty("rerank.log.level", "debug");
            System.setProperty("rerank.log.libraries", "info");
        }
    }

    static CommandLine commandLine() {
        RerankCommand rerank = new RerankCommand();
        CommandLine commandLine = new CommandLine(rerank);
        CommandGroups.addTo(commandLine);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setUsageHelpWidth(110);
        commandLine.setParameterExceptionHandler((mistake, arguments) -> {
            CommandLine failed = mistake.getCommandLine();
            failed.getErr().println(nameOf(failed) + ": " + mistake.getMessage());
            CommandLine.UnmatchedArgumentException.printSuggestions(mistake, failed.getErr());
            failed.getErr().println("See '" + nameOf(failed) + " --help'.");
            return 2;
        });
        commandLine.setExecutionExceptionHandler((failure, failed, parsed) -> {
            if (rerank.debug) {
                failure.printStackTrace(failed.getErr());
            }
            failed.getErr().println(nameOf(failed) + ": " + Failure.inOneLine(failure));
            return 1;
        });
        return commandLine;
    }

    private static String nameOf(CommandLine commandLine) {
        return commandLine.getCommandSpec().qualifiedName();
    }
}
