package rerank.cli;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import rerank.cli.simulation.Scenario;
import rerank.cli.simulation.Scenario.Crowd;
import rerank.cli.simulation.Scenario.Pace;
import rerank.cli.simulation.SimulatedData;
import rerank.cli.simulation.StandardExperiment;
import rerank.model.transformer.NativeThreads;
import rerank.trainer.simulation.Behaviour;
import rerank.trainer.storefront.Storefront;

/** How large a simulation is, and on which data: options that {@code simulate} and its study share. */
final class SimulationOptions {
    private static final double SHARE_OF_SESSIONS_THAT_IS_ENOUGH = 0.7;
    private static final double PASSES = 1;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data set with splits train (users ask these), dev (the gate's golden set) and test (measured"
                    + " on). Default: ${DEFAULT-VALUE}.")
    private Path data = Path.of(Storefront.SHIFTED_NAME);

    @Option(
            names = "--replay",
            paramLabel = "DIR",
            description = "What the first checkpoint was taught with, for replay. Default: ${DEFAULT-VALUE}.")
    private Path replay = Path.of(Storefront.NAME);

    @Option(
            names = "--checkpoint",
            paramLabel = "DIR",
            description = "What serves first. Default: models/rerank-small of this project.")
    private @Nullable Path checkpoint;

    @Option(names = "--sessions", paramLabel = "N", description = "Sessions of the (honest) users.")
    private @Nullable Integer sessions;

    @Option(names = "--cycle-sessions", paramLabel = "N", description = "Sessions before each cycle of learning.")
    private @Nullable Integer cycleSessions;

    @Option(names = "--depth", paramLabel = "N", description = "Candidates of each query.")
    private @Nullable Integer depth;

    @Option(
            names = "--unseen",
            paramLabel = "N",
            description = "Queries of the test split that quality is measured on.")
    private @Nullable Integer unseen;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of every choice. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--learn",
            paramLabel = "KEY=VALUE",
            description = "A key of the learner's configuration (docs/configuration.md); may be repeated.")
    private Map<String, String> learn = new LinkedHashMap<>();

    /**
     * What is taken where nothing is said.
     *
     * @param hostile sessions of hostile users
     * @param golden queries of the gate
     */
    private record Size(int sessions, int hostile, int cycle, int canary, int depth, int unseen, int golden) {
        static final Size STANDARD = new Size(1600, 1000, 500, 100, 15, 100, 120);
        static final Size SHORT = new Size(240, 120, 120, 40, 10, 30, 30);

        static Size of(boolean isShort) {
            return isShort ? SHORT : STANDARD;
        }
    }

    /** Training and measuring share the cores best with one native thread each; a process that runs already keeps its own. */
    static void useOneNativeThreadEach() {
        try {
            NativeThreads.set(1);
        } catch (IllegalStateException e) {
            LoggerFactory.getLogger(SimulationOptions.class).debug(e.getMessage());
        }
    }

    /** Opens the data. */
    SimulatedData data(boolean isShort) {
        Size size = Size.of(isShort);
        return SimulatedData.open(data, or(depth, size.depth()), or(unseen, size.unseen()));
    }

    /** One run with these users. */
    Scenario scenario(String name, Crowd crowd, boolean isShort) {
        return scenario(name, crowd, or(sessions, Size.of(isShort).sessions()), Size.of(isShort));
    }

    /** The standard experiment. */
    StandardExperiment standard(SimulatedData opened, boolean isShort) {
        Size size = Size.of(isShort);
        return new StandardExperiment(
                opened,
                scenario("noisy", Crowd.of(Behaviour.NOISY.users(null, 1)), isShort),
                scenario("adversarial", Crowd.of(Behaviour.ADVERSARIAL.users(null, 1)), size.hostile(), size),
                PASSES);
    }

    /** Passes of the control over the queries. */
    double passes() {
        return PASSES;
    }

    long seed() {
        return seed;
    }

    private Scenario scenario(String name, Crowd crowd, int number, Size size) {
        int cycle = or(cycleSessions, size.cycle());
        return new Scenario(
                name,
                checkpoint == null ? ModelOptions.shipped() : checkpoint,
                crowd,
                number,
                new Pace(cycle, Math.min(cycle, size.canary())),
                seed,
                learning(cycle, size),
                false);
    }

    private Map<String, String> learning(int cycle, Size size) {
        Map<String, String> keys = quickLearner(replay.toString(), cycle, size.canary(), size.golden());
        keys.putAll(learn);
        return keys;
    }

    /**
     * A learner for small cycles: each learns from its own evidence, the canary serves half of the queries, and the margins of
     * what few clicks say are wide, see docs/simulation.md.
     *
     * @param canary sessions after a cycle in which the canary is judged
     * @param golden queries of the gate
     */
    static Map<String, String> quickLearner(String replay, int cycle, int canary, int golden) {
        Map<String, String> keys = new HashMap<>();
        keys.put("replay.data", replay);
        keys.put("replay.share", "0.1");
        keys.put("evidence.min.queries", String.valueOf((int) (SHARE_OF_SESSIONS_THAT_IS_ENOUGH * cycle)));
        keys.put("evidence.max.queries", String.valueOf(cycle + cycle / 5));
        keys.put("learning.rate", "1e-3");
        keys.put("epochs", "2");
        keys.put("max.steps", "1000");
        keys.put("threads", "2");
        keys.put("golden.queries", String.valueOf(golden));
        keys.put("gate.calibration.margin", "0.1");
        keys.put("gate.off.policy.margin", "0.15");
        keys.put("canary.share", "0.5");
        keys.put("canary.min.queries", String.valueOf(Math.max(2, canary / 4)));
        keys.put("canary.max.queries", String.valueOf(Math.max(2, canary / 3)));
        keys.put("canary.margin", "0.15");
        return keys;
    }

    private static int or(@Nullable Integer given, int standard) {
        return given == null ? standard : given;
    }
}
