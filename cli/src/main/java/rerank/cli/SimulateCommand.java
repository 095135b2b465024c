package rerank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rerank.cli.report.ReportFile;
import rerank.cli.simulation.Arm;
import rerank.cli.simulation.Course;
import rerank.cli.simulation.Scenario;
import rerank.cli.simulation.Scenario.Crowd;
import rerank.cli.simulation.ServedQuality;
import rerank.cli.simulation.SimulatedData;
import rerank.cli.simulation.Simulation;
import rerank.cli.simulation.SimulationReport;
import rerank.cli.simulation.StandardExperiment;
import rerank.cli.simulation.Study;
import rerank.trainer.simulation.Attraction;
import rerank.trainer.simulation.Behaviour;
import rerank.trainer.simulation.Readers;
import rerank.trainer.simulation.User;

/** {@code rerank simulate}: learning while serving, tried out with users whose tastes are known. */
@Command(
        name = "simulate",
        description = {
            "Learn from simulated users through the real topics, and see what serves get better.",
            "Without --users, the standard experiment: noisy users, the same model trained on true grades, and users who"
                    + " sabotage; at most 20 minutes on 2 cores."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SimulateCommand implements Callable<Integer> {
    @Mixin
    private final SimulationOptions options = new SimulationOptions();

    @Option(
            names = "--users",
            paramLabel = "KIND",
            description = "One run with these users: noisy, perfect, cascade, trust, adversarial or blind.")
    private @Nullable String users;

    @Option(
            names = "--clicks",
            paramLabel = "P0,P1,P2",
            description = "With --users: how probably a document of grade 0, 1 and 2 is clicked once it is read.")
    private @Nullable String clicks;

    @Option(
            names = "--eta",
            paramLabel = "X",
            description = "With --users: position k is read with probability 1 / k^X. Default: ${DEFAULT-VALUE}.")
    private double eta = 1;

    @Option(names = "--dwell", description = "With --users: they also stay on what they clicked, and save some of it.")
    private boolean isWithDwell;

    @Option(
            names = "--arm",
            paramLabel = "NAME",
            description = "With --users, what is left out of learning or added: all (nothing left out), naive,"
                    + " final-score, no-replay, no-kl, explanations, no-gate or frozen. Default: ${DEFAULT-VALUE}.")
    private String arm = Arm.ALL.id();

    @Option(names = "--short", description = "All of it in small, in a few minutes: whether the parts work together.")
    private boolean isShort;

    @Option(names = "--report", paramLabel = "FILE.json", description = "Also write the figures as JSON.")
    private @Nullable Path report;

    @Option(names = "--plot", paramLabel = "FILE.svg", description = "Also draw the curves.")
    private @Nullable Path plot;

    @Override
    public Integer call() throws Exception {
        // Mistakes are said before the data are opened, which takes a while.
        Behaviour behaviour = users == null ? null : Behaviour.named(users);
        Attraction attraction = clicks == null ? null : Attraction.parse(clicks);
        Arm learned = Arm.of(arm);
        SimulationOptions.useOneNativeThreadEach();
        SimulatedData data = options.data(isShort);
        try (WorkDirectory work = WorkDirectory.make()) {
            if (behaviour == null) {
                StandardExperiment.Result result = options.standard(data, isShort)
                        .run(EmbeddedService::start, new CourseTable(System.out), work.path(), System.err);
                print(result.report(), result.svg());
            } else {
                User user = behaviour.users(attraction, eta);
                run(data, behaviour, isWithDwell ? new Readers(user) : user, learned, work.path());
            }
        }
        return 0;
    }

    private void run(SimulatedData data, Behaviour behaviour, User user, Arm learned, Path directory)
            throws IOException {
        Scenario base = options.scenario(behaviour.name().toLowerCase(Locale.ROOT), Crowd.of(user), isShort);
        long begun = System.nanoTime();
        Course course = new Simulation(
                        data, new ServedQuality(data), EmbeddedService::start, new CourseTable(System.out))
                .run(learned.applied(base, options.seed()), directory);
        print(
                SimulationReport.of(
                        data, course, behaviour == Behaviour.ADVERSARIAL, (System.nanoTime() - begun) / 1e9),
                course.picture());
    }

    private void print(SimulationReport figures, String svg) throws IOException {
        System.out.printf("%n%s", figures.table());
        if (report != null) {
            ReportFile.writeJson(report, figures);
        }
        if (plot != null) {
            ReportFile.writeText(plot, svg);
        }
    }

    /** What each term is worth. */
    @Command(
            name = "study",
            description = {
                "Leave out one term of learning after the other, over several seeds; draws the courses.",
                "Each run is a file in --out, and what is there is not run again."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int study(
            @Mixin SimulationOptions size,
            @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where runs are kept.")
                    Path out,
            @Option(
                            names = "--arms",
                            split = ",",
                            paramLabel = "NAME",
                            description = "Which; see --arm of simulate. Default: all of them.")
                    @Nullable String[] arms,
            @Option(
                            names = "--seeds",
                            split = ",",
                            defaultValue = "1,2,3",
                            paramLabel = "N",
                            description = "Default: ${DEFAULT-VALUE}.")
                    List<Long> seeds,
            @Option(names = "--users", defaultValue = "noisy", description = "Default: ${DEFAULT-VALUE}.") String kind,
            @Option(names = "--short", description = "Small runs.") boolean small,
            @Option(names = "--plot", paramLabel = "FILE.svg", description = "Draw the mean courses.") @Nullable Path picture)
            throws IOException {
        SimulationOptions.useOneNativeThreadEach();
        SimulatedData data = size.data(small);
        Study study = new Study(
                data, size.scenario(kind, Crowd.of(Behaviour.named(kind).users(null, 1)), small), seeds, size.passes());
        List<Arm> wanted =
                arms == null ? Arm.EVERY : Arrays.stream(arms).map(Arm::of).toList();
        Files.createDirectories(out);
        Study.Result result;
        try (WorkDirectory work = WorkDirectory.make()) {
            result = study.run(
                    EmbeddedService::start, new CourseTable(System.out), out, work.path(), wanted, System.err);
        }
        System.out.printf("%n%s", Study.table(result));
        if (picture != null) {
            String title = data.dataset().name() + ", " + kind + " users, seeds "
                    + seeds.stream().map(String::valueOf).collect(Collectors.joining(", "));
            ReportFile.writeText(picture, Study.picture(result, title));
        }
        return 0;
    }
}
