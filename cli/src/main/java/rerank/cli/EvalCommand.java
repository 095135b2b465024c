package rerank.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import rerank.cli.evaluation.EvalPage;
import rerank.cli.evaluation.EvalReport;
import rerank.cli.evaluation.EvaluatedData;
import rerank.cli.evaluation.Evaluation;
import rerank.cli.evaluation.ModeRuns;
import rerank.cli.evaluation.Origin;
import rerank.cli.replay.InProcess;
import rerank.cli.replay.RerankRequest;
import rerank.cli.report.Machine;
import rerank.cli.report.ReportFile;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Run;
import rerank.trainer.evaluation.LinearControl;

/** {@code rerank eval}: a data set in process, without Kafka, all modes and the control side by side. */
@Command(
        name = "eval",
        description = {
            "Rerank a data set without Kafka: all modes beside the first stage and a linear control.",
            "The headline figures are those of --mode, which then runs alone, or of the mode that the checkpoint's card"
                    + " names; the others that the checkpoint can do stand beside it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EvalCommand implements Callable<Integer> {
    private static final String TRAIN_SPLIT = "train";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final DataOptions data = new DataOptions();

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Option(
            names = "--explain-limit",
            paramLabel = "N",
            description =
                    "Beside another mode, explain, which decodes every pair, reranks N of the queries only; all are"
                            + " compared over those too. 0 for all. Default: ${DEFAULT-VALUE}.")
    private int explainLimit = 50;

    @Option(
            names = "--no-control",
            description = "Leave out the linear control, which is trained on the split train (a minute or so).")
    private boolean withoutControl;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Option(
            names = "--html",
            paramLabel = "FILE.html",
            description = "Also write a page with plots and the worst queries, which opens offline.")
    private @Nullable Path html;

    @Override
    public Integer call() throws Exception {
        OffsetDateTime started = OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS);
        // A wrong directory is told before the data are read, which takes a while.
        try (PairJudge reranker = model.load()) {
            EvaluatedData checked = data.readChecked();
            Dataset dataset = checked.dataset();
            List<RerankRequest> requests = data.requests(dataset);
            PairJudge.Identity identity = reranker.identity();
            ModeRuns runs = ModeRuns.run(
                    model.mode().orElse(identity.defaultMode()),
                    model.mode().isPresent() ? List.of() : modesOfItsKind(identity),
                    explainLimit,
                    requests,
                    (request, mode) ->
                            reranker.rerank(request.query(), request.candidates(), mode, model.explainTop()));
            Evaluation evaluation = new Evaluation(
                    new Evaluation.Subject(
                            data.describe(dataset),
                            requests,
                            data.depth(),
                            dataset.qrels(data.split()),
                            checked.checker(),
                            model.explainTop(),
                            identity.modelVersion(),
                            control(dataset)),
                    runs);
            Origin origin = new Origin(
                    commandLine(),
                    model.directory().toString(),
                    identity.promptVersion(),
                    Machine.here(),
                    started.toString());
            write(evaluation.report(origin), evaluation, runs, identity);
        }
        return 0;
    }

    private void write(EvalReport report, Evaluation evaluation, ModeRuns runs, PairJudge.Identity identity)
            throws IOException {
        InProcess.Outcome chosen = runs.chosenOutcome();
        System.out.printf(
                "%n%s: %d queries, %d candidates, %s; headline mode %s, its card names %s%n%n%s",
                report.figures().data(),
                report.figures().queries(),
                chosen.pairs(),
                identity.modelVersion(),
                runs.chosen().id(),
                identity.defaultMode().id(),
                evaluation);
        report.leftOut().forEach((mode, reason) -> System.out.printf("left out: mode %s (%s)%n", mode, reason));
        output.write(chosen.run(), identity.modelVersion() + "-" + runs.chosen().id());
        output.write(report);
        if (html != null) {
            ReportFile.writeText(html, new EvalPage(report).html());
            System.out.printf("%nwritten: %s%n", html);
        }
    }

    /** Modes to try: those of encoders or those of language models, offered or not. */
    private static List<Mode> modesOfItsKind(PairJudge.Identity identity) {
        boolean isEncoder = identity.modes().contains(Mode.CROSS_ENCODER);
        return Arrays.stream(Mode.values())
                .filter(mode -> (mode == Mode.CROSS_ENCODER) == isEncoder)
                .toList();
    }

    private @Nullable Run control(Dataset dataset) {
        if (withoutControl || !dataset.qrels().containsKey(TRAIN_SPLIT)) {
            return null;
        }
        System.err.println("linear control: training");
        return LinearControl.standard(dataset, data.split(), data.depth());
    }

    /** The command as typed, to be typed again. */
    private String commandLine() {
        List<String> arguments = spec == null
                ? List.of()
                : spec.root().commandLine().getParseResult().originalArgs();
        return "./rerank "
                + arguments.stream()
                        .map(argument -> argument.matches("[\\w./=:,+@%-]+")
                                ? argument
                                : "'" + argument.replace("'", "'\\''") + "'")
                        .collect(Collectors.joining(" "));
    }
}
