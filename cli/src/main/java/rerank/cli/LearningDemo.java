package rerank.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import rerank.cli.simulation.Course;
import rerank.cli.simulation.Scenario;
import rerank.cli.simulation.Scenario.Crowd;
import rerank.cli.simulation.Scenario.Pace;
import rerank.cli.simulation.ServedQuality;
import rerank.cli.simulation.SimulatedData;
import rerank.cli.simulation.Simulation;
import rerank.trainer.simulation.Behaviour;
import rerank.trainer.storefront.Storefront;

/**
 * {@code demo --learn}: customers whose words and tastes the model does not know click, versions go out and get better; then
 * saboteurs click, and what is learned from them is held back by the gate.
 */
final class LearningDemo {
    private static final int CYCLE = 200;
    private static final int CANARY = 60;
    private static final int HONEST = 2 * (CYCLE + CANARY);
    private static final int DEPTH = 15;
    private static final int UNSEEN = 60;
    private static final int GOLDEN = 80;

    private final Path checkpoint;

    LearningDemo(Path checkpoint) {
        this.checkpoint = checkpoint;
    }

    void run() throws IOException {
        SimulationOptions.useOneNativeThreadEach();
        SimulatedData data = SimulatedData.open(Path.of(Storefront.SHIFTED_NAME), DEPTH, UNSEEN);
        say(
                "A shop whose customers changed: their words, their favourite makers. %d of them come and click what suits"
                        + " them; after every %d the learner refines the weights that serve.",
                HONEST, CYCLE);
        say("Then %d saboteurs click what is bad. Watch the gate.%n", CYCLE);
        Scenario scenario = new Scenario(
                "demo",
                checkpoint,
                Crowd.changing(Behaviour.NOISY.users(null, 1), HONEST, Behaviour.ADVERSARIAL.users(null, 1)),
                HONEST + CYCLE,
                new Pace(CYCLE, CANARY),
                1,
                learning(),
                false);
        try (WorkDirectory work = WorkDirectory.make()) {
            Course course = new Simulation(
                            data, new ServedQuality(data), EmbeddedService::start, new CourseTable(System.out))
                    .run(scenario, work.path());
            say(
                    "%nnDCG@10 on queries that nobody asked: %.4f at the start, %.4f now; %d versions went out, %d refused.",
                    course.startNdcg10(),
                    course.endNdcg10(),
                    course.versions().published(),
                    course.versions().refused());
        }
    }

    /** Evidence is the newest sessions alone, so that what saboteurs do is all that the last candidate knows. */
    private static Map<String, String> learning() {
        Map<String, String> keys = SimulationOptions.quickLearner(Storefront.NAME, CYCLE, CANARY, GOLDEN);
        keys.put("evidence.min.queries", String.valueOf(CYCLE));
        keys.put("evidence.max.queries", String.valueOf(CYCLE));
        keys.put("epochs", "3");
        return keys;
    }

    private static void say(String format, Object... args) {
        System.out.printf(Locale.ROOT, format + "%n", args);
    }
}
