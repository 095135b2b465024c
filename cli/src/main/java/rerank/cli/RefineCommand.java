package rerank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import rerank.model.transformer.NativeThreads;
import rerank.trainer.loop.CycleReport;
import rerank.trainer.loop.LearnConfig;
import rerank.trainer.loop.Learner;
import rerank.trainer.loop.Outcome;
import rerank.trainer.loop.RepeatPolicy;

/** {@code rerank refine}: from what users did to versions that serve, beside a running service. */
@Command(
        name = "refine",
        description = {
            "Learn from feedback: train a candidate, hold it against the gate, publish it, judge its canary.",
            "",
            "A cycle reads what users did since the last version, and does one of these things: nothing, for want of"
                    + " evidence or because a version is pinned; a candidate, published as canary or refused; or the"
                    + " canary, promoted or rolled back. What it announces and the experience it used commit together:"
                    + " a cycle that is killed is repeated, never half applied. Run one learner at a time.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:the cycle ran, whatever came of it",
            " 1:failed; nothing was applied by halves",
            " 2:the command line" + " is wrong"
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  bootstrap.servers=localhost:9092",
            "  schema.registry.url=http://localhost:8081",
            "  checkpoint.store=/var/lib/rerank/checkpoints",
            "  base.checkpoint=models/rerank-small",
            "  golden.data=my-labelled-data",
            "  replay.data=storefront",
            "",
            "in learn.properties, then",
            "",
            "  rerank refine --config learn.properties --every 10m",
        })
final class RefineCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "What to learn from and what to hold it against; every key is in docs/configuration.md.")
    private Path file = Path.of("");

    @Option(
            names = "--every",
            paramLabel = "TIME",
            converter = Interval.class,
            description =
                    "Go on, a cycle so often: 90s, 10m, 2h. A cycle that fails because the brokers, the registry or"
                            + " the store are away is told and repeated, also the start; a mistake ends the process. Without it"
                            + " one cycle is run.")
    private @Nullable Duration every;

    private final RepeatPolicy repeats = new RepeatPolicy();

    @Override
    public Integer call() throws InterruptedException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("no such file: " + file + " (--config)");
        }
        LearnConfig config = LearnConfig.read(file);
        NativeThreads.set(config.nativeThreads());
        try (LearnerProgress progress = new LearnerProgress();
                Learner learner = repeated(progress, () -> Learner.open(config, Stores.of(config), progress))) {
            while (true) {
                CycleReport report = repeated(progress, learner::cycle);
                progress.end();
                System.out.print(CycleTable.of(report));
                System.out.flush();
                if (every == null) {
                    return 0;
                }
                // After a decision on a canary the next candidate need not wait.
                if (report.outcome() != Outcome.PROMOTED && report.outcome() != Outcome.ROLLED_BACK) {
                    Thread.sleep(every.toMillis());
                }
            }
        }
    }

    /** Does it, again and again where that may help. */
    private <T> T repeated(LearnerProgress progress, Supplier<T> what) throws InterruptedException {
        while (true) {
            try {
                T done = what.get();
                repeats.worked();
                return done;
            } catch (RuntimeException e) {
                progress.end();
                Optional<Duration> pause = every == null ? Optional.empty() : repeats.pauseBeforeRepeat(e);
                if (pause.isEmpty()) {
                    throw e;
                }
                System.err.printf(
                        Locale.ROOT,
                        "refine: %s; it is tried again in %d s, from what is committed then%n",
                        Failure.inOneLine(e),
                        pause.get().toSeconds());
                Thread.sleep(pause.get().toMillis());
            }
        }
    }

    /** Reads {@code 90s}, {@code 10m} and {@code 2h}. */
    static final class Interval implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,6})(s|m|h)");

        @Override
        public Duration convert(String text) {
            Matcher form = FORM.matcher(text.strip());
            if (!form.matches() || form.group(1).matches("0+")) {
                throw new TypeConversionException("'" + text + "' is no time; write 90s, 10m or 2h");
            }
            long number = Long.parseLong(form.group(1));
            return switch (form.group(2)) {
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                default -> Duration.ofHours(number);
            };
        }
    }
}
