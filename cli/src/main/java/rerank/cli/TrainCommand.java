package rerank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rerank.cli.console.Table;
import rerank.trainer.distillation.RunComparison;
import rerank.trainer.distillation.TrainConfig;
import rerank.trainer.distillation.Training;
import rerank.trainer.refinement.Refinement;
import rerank.trainer.refinement.Samples;

/** {@code rerank train}: from data to a checkpoint directory. */
@Command(
        name = "train",
        description = "Train a checkpoint on teachers' data, texts, responses or its own samples; compare runs.",
        subcommands = TrainStudyCommand.class,
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The run's properties; every key is in docs/configuration.md. A run whose directory holds a"
                    + " saved state goes on from there.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        if (file == null) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "say which run: train --config FILE");
        }
        TrainConfig config = read(file);
        if (config.task() == TrainConfig.Task.REFINE) {
            ExposedKey.warn(config.refinement().judge());
            print(new Refinement(config, System.err, isTerminal()).run());
        } else {
            print(new Training(config, System.err, isTerminal()).run());
        }
        return 0;
    }

    /** Steps, figures and settings of runs. */
    @Command(
            name = "compare",
            description = "Set the directories of runs side by side: figures, and the keys that differ.",
            mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int compare(
            @Parameters(paramLabel = "RUN", arity = "1..*", description = "Directories of runs (out.dir).")
                    Path[] runs) {
        System.out.print(table(RunComparison.of(Arrays.asList(runs))));
        return 0;
    }

    /** What refinement is measured by, of any checkpoint. */
    @Command(
            name = "measure",
            description =
                    "Measure checkpoints on the dev pairs and queries of a task=refine configuration: wrong labels,"
                            + " bad format, evidence, nDCG@10 without the first stage.",
            mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int measure(
            @Option(
                            names = "--config",
                            required = true,
                            paramLabel = "FILE",
                            description = "A configuration with task=refine.")
                    Path config,
            @Parameters(paramLabel = "DIR", arity = "1..*", description = "Checkpoint directories.")
                    Path[] checkpoints) {
        Refinement refinement = new Refinement(read(config), System.err, isTerminal());
        List<String> names = new ArrayList<>();
        List<Refinement.Figures> figures = new ArrayList<>();
        for (Path checkpoint : checkpoints) {
            names.add(checkpoint.toString());
            figures.add(refinement.measure(checkpoint));
        }
        System.out.print(figures(names, figures));
        return 0;
    }

    private static TrainConfig read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("no such file: " + file + " (--config)");
        }
        return TrainConfig.read(file);
    }

    private static boolean isTerminal() {
        return Boolean.getBoolean("rerank.terminal");
    }

    private static void print(Training.Outcome outcome) {
        System.out.printf(
                Locale.ROOT,
                "%d steps in %.1f minutes; best checkpoint: %s%s%n",
                outcome.steps(),
                outcome.minutes(),
                outcome.checkpoint(),
                Double.isFinite(outcome.best())
                        ? outcome.best() < 0
                                ? String.format(Locale.ROOT, ", mean loss of held-out data %.4f", -outcome.best())
                                : String.format(Locale.ROOT, ", mean nDCG@10 on dev %.4f", outcome.best())
                        : "");
    }

    private static void print(Refinement.Outcome outcome) {
        System.out.printf(
                Locale.ROOT,
                "%d steps in %.1f minutes; best checkpoint: %s%n%n%s",
                outcome.steps(),
                outcome.minutes(),
                outcome.checkpoint(),
                figures(List.of("before", "after"), List.of(outcome.before(), outcome.after())));
        if (!outcome.account().isEmpty()) {
            System.out.println(outcome.account());
        }
    }

    private static Table figures(List<String> names, List<Refinement.Figures> figures) {
        Set<String> rankings = new LinkedHashSet<>();
        figures.forEach(each -> rankings.addAll(each.ndcg10().keySet()));
        List<String> headings = new ArrayList<>(
                List.of("greedy answers on dev", "answers", "wrong label", "bad format", "evidence", "reward"));
        rankings.forEach(ranking -> headings.add("nDCG@10 " + ranking));
        Table table = new Table(headings.toArray(String[]::new));
        for (int i = 0; i < names.size(); i++) {
            Samples answers = figures.get(i).answers();
            Map<String, Double> ndcg10 = figures.get(i).ndcg10();
            List<Object> row = new ArrayList<>(List.of(
                    names.get(i),
                    answers.answers(),
                    answers.wrongLabel(),
                    answers.badFormat(),
                    answers.evidence(),
                    answers.reward()));
            rankings.forEach(ranking -> row.add(ndcg10.getOrDefault(ranking, Double.NaN)));
            table.row(row.toArray());
        }
        return table;
    }

    private static String table(RunComparison comparison) {
        Set<String> dev = new LinkedHashSet<>();
        comparison.runs().forEach(run -> dev.addAll(run.best().keySet()));
        Map<String, List<String>> differences = comparison.differences();
        List<String> headings =
                new ArrayList<>(List.of("run", "steps", "minutes", "tokens", "tokens/s", "next token", "label"));
        dev.forEach(name -> headings.addAll(List.of("best " + name, "at step")));
        headings.addAll(differences.keySet());
        Table table = new Table(headings.toArray(String[]::new));
        for (int i = 0; i < comparison.runs().size(); i++) {
            RunComparison.Run run = comparison.runs().get(i);
            List<Object> row = new ArrayList<>(List.of(
                    run.directory(),
                    run.steps(),
                    run.minutes(),
                    run.tokens(),
                    run.tokensPerSecond(),
                    run.losses().getOrDefault("nextToken", Double.NaN),
                    run.losses().getOrDefault("label", Double.NaN)));
            for (String name : dev) {
                RunComparison.Best best = run.best().get(name);
                row.add(best == null ? Double.NaN : best.value());
                row.add(best == null ? "-" : best.step());
            }
            for (List<String> values : differences.values()) {
                row.add(values.get(i).isEmpty() ? "-" : values.get(i));
            }
            table.row(row.toArray());
        }
        return table.toString();
    }
}
