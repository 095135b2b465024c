package rerank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rerank.cli.console.ProgressBar;
import rerank.cli.console.Table;
import rerank.trainer.annotation.AnnotateConfig;
import rerank.trainer.annotation.Annotation;
import rerank.trainer.annotation.Plan;
import rerank.trainer.annotation.Summary;
import rerank.trainer.annotation.Watcher;

/** {@code rerank annotate}: from a data set and a teacher to examples that {@code rerank train} learns from. */
@Command(
        name = "annotate",
        description = {
            "Have a teacher label and explain pairs of a data set: examples for train.",
            "",
            "The teacher is a language model behind an OpenAI-compatible endpoint (vLLM, Ollama, hosted), or the data"
                    + " set's own scripted teacher. Every answer is kept as soon as it is there: run again after a"
                    + " failure, and only what is missing is asked for. Look at --dry-run first.",
            "",
            "Writes into out.dir: examples.jsonl and dev.jsonl, dropped.jsonl with the reasons, search-queries.jsonl"
                    + " if asked for, summary.json, and answers.jsonl, which holds what was paid for.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:all is annotated",
            " 1:failed; what was answered is kept",
            " 2:the command line is wrong",
            " 3:done, but the endpoint failed on some requests, which are left out: run again to ask for them"
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  data=my-data",
            "  out.dir=annotated",
            "  chat.base.url=http://localhost:8000/v1",
            "  chat.model=Qwen/Qwen2.5-7B-Instruct",
            "",
            "in annotate.properties, then",
            "",
            "  rerank annotate --config annotate.properties --dry-run",
            "  rerank annotate --config annotate.properties",
        })
final class AnnotateCommand implements Callable<Integer> {
    private static final int INCOMPLETE = 3;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "What to annotate and whom to ask; every key is in docs/configuration.md.")
    private Path file = Path.of("");

    @Option(
            names = "--dry-run",
            description = "Count requests, tokens and cost, and stop: nobody is asked and nothing is written.")
    private boolean isDryRun;

    @Override
    public Integer call() {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("no such file: " + file + " (--config)");
        }
        AnnotateConfig config = AnnotateConfig.read(file);
        Annotation annotation = new Annotation(config);
        if (isDryRun) {
            System.out.print(text(annotation.plan()));
            return 0;
        }
        ExposedKey.warn(config.chat());
        Bars bars = new Bars();
        Summary summary;
        try {
            summary = annotation.run(System.getenv(), bars);
        } finally {
            bars.end();
        }
        System.out.print(text(summary, config.out()));
        return summary.isIncomplete() ? INCOMPLETE : 0;
    }

    private static String text(Plan plan) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "queries    %d to learn from, %d to measure by%n",
                plan.trainQueries(),
                plan.devQueries()));
        text.append(String.format(
                Locale.ROOT,
                "pairs      %d (%s)%n",
                plan.pairs().values().stream().mapToLong(Long::longValue).sum(),
                plan.pairs().entrySet().stream()
                        .sorted(java.util.Map.Entry.comparingByKey())
                        .map(entry -> entry.getValue() + " " + entry.getKey().id())
                        .collect(Collectors.joining(", "))));
        text.append(String.format(
                Locale.ROOT,
                "requests   %d, of which %d were paid for before; %d more where the teacher disagrees with a known"
                        + " label, at most%n",
                plan.requests(),
                plan.answered(),
                plan.knownLabels()));
        text.append(String.format(
                Locale.ROOT,
                "tokens     about %d asked (4 characters each), about %d answered (%s)%n",
                plan.promptTokens(),
                plan.completionTokens(),
                plan.isMeasured() ? "as long as the answers so far" : "120 an answer, assumed"));
        text.append(
                Double.isNaN(plan.cost())
                        ? String.format("cost       unknown: no chat.price keys are set%n")
                        : String.format(
                                Locale.ROOT,
                                "cost       about %.4f, at most about %.4f%n",
                                plan.cost(),
                                plan.mostCost()));
        return text.toString();
    }

    private static String text(Summary summary, Path out) {
        Table table = new Table("dropped by", "examined", "dropped", "for example");
        for (Summary.Drop drop : summary.drops()) {
            table.row(drop.step(), drop.examined(), drop.dropped(), String.join(" ", drop.examples()));
        }
        StringBuilder text = new StringBuilder().append('\n').append(table).append('\n');
        if (summary.known().compared() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "known labels    %d compared, the teacher agreed with %d (%.0f %%); it explained the other %d anew%n",
                    summary.known().compared(),
                    summary.known().agreed(),
                    100.0 * summary.known().agreed() / summary.known().compared(),
                    summary.known().regenerated()));
        }
        text.append(String.format("examples        %s%n", labels(summary.trainLabels())));
        text.append(String.format("dev             %s%n", labels(summary.devLabels())));
        if (summary.searchQueries() > 0) {
            text.append(String.format("search queries  for %d questions%n", summary.searchQueries()));
        }
        var spent = summary.spending();
        text.append(String.format(
                Locale.ROOT,
                "teacher         %s: %d answers paid for, %d kept from before, %d requests sent, %d failed, %d rejected%n",
                summary.teacher(),
                spent.answered(),
                spent.fromLog(),
                spent.tries(),
                spent.failed(),
                spent.rejected()));
        text.append(String.format(
                Locale.ROOT,
                "tokens          %d asked, %d answered%s%n",
                spent.promptTokens(),
                spent.completionTokens(),
                summary.price().isKnown()
                        ? String.format(
                                Locale.ROOT,
                                "; cost %.4f, of all runs %.4f",
                                summary.price().of(spent),
                                summary.price().of(summary.spendingOfAll()))
                        : ""));
        text.append(String.format("written to      %s%n", out));
        return text.toString();
    }

    private static String labels(int[] counts) {
        return String.format(
                Locale.ROOT,
                "%d: %d irrelevant, %d partially relevant, %d relevant",
                Arrays.stream(counts).sum(),
                counts[0],
                counts[1],
                counts[2]);
    }

    /** Shows each piece of work as a bar. */
    private static final class Bars implements Watcher {
        private @Nullable ProgressBar bar;

        @Override
        public void begin(String what, long total) {
            bar = new ProgressBar(what, total);
        }

        @Override
        public void step(String note) {
            if (bar != null) {
                bar.step(note);
            }
        }

        @Override
        public void end() {
            if (bar != null) {
                bar.close();
                bar = null;
            }
        }
    }
}
