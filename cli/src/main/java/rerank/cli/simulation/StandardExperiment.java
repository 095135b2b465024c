package rerank.cli.simulation;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import rerank.cli.report.Machine;

/**
 * What {@code simulate} does without arguments: (a) honest, noisy users who look at the top first; (b) the same model
 * trained on the true grades of the queries that they asked; (c) users who click what is bad.
 *
 * @param data whose customers the model does not know
 * @param honest the scenario of (a) and (b)
 * @param hostile the scenario of (c)
 * @param passes of (b) over the queries
 */
public record StandardExperiment(SimulatedData data, Scenario honest, Scenario hostile, double passes) {
    /** What (b) reached is 0 sessions wide: a level. */
    private static final String TRUE_GRADES = "true grades";

    /** The figures and their picture. */
    public record Result(SimulationReport report, String svg) {}

    /**
     * Runs all three.
     *
     * @param directory for what the runs leave
     * @param progress of (b)
     */
    public Result run(Service.Starter services, Simulation.Watcher watcher, Path directory, PrintStream progress)
            throws IOException {
        long begun = System.nanoTime();
        ServedQuality quality = new ServedQuality(data);
        Simulation simulation = new Simulation(data, quality, services, watcher);
        Course noisy = simulation.run(honest, directory.resolve(honest.name()));
        Path control = TrueGrades.train(data, honest, passes, directory.resolve("true-grades"), progress);
        double trueGrades = quality.measure(control);
        Course adversarial = simulation.run(hostile, directory.resolve(hostile.name()));
        SimulationReport report = new SimulationReport(
                "simulate",
                data.dataset().name(),
                SimulationReport.Noisy.of(noisy, trueGrades, noisy.sessions()),
                SimulationReport.Adversarial.of(adversarial, adversarial.sessions()),
                noisy.versions().plus(adversarial.versions()),
                List.of(noisy, adversarial),
                Machine.here(),
                (System.nanoTime() - begun) / 1e9);
        return new Result(report, picture(noisy, adversarial, trueGrades));
    }

    private String picture(Course noisy, Course adversarial, double trueGrades) {
        return Curves.svg(
                "Learning from clicks on " + data.dataset().name(),
                "sessions",
                "nDCG@10 on unseen queries",
                List.of(
                        noisy.served("noisy users"),
                        noisy.seen("seen by noisy users"),
                        adversarial.served("adversarial users"),
                        Curves.Line.level(TRUE_GRADES, trueGrades, noisy.sessions())));
    }
}
