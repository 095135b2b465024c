package rerank.cli.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a run of a study leaves out of learning, or adds to it.
 *
 * @param id for the command line and file names
 * @param name for people
 * @param learning keys of the learner's configuration that it sets
 * @param isFrozen whether nothing is learned at all
 */
public record Arm(String id, String name, Map<String, String> learning, boolean isFrozen) {
    /** Everything that is on by default. */
    public static final Arm ALL = new Arm("all", "all terms", Map.of(), false);

    /** All arms, the one that leaves nothing out first. */
    public static final List<Arm> EVERY = List.of(
            ALL,
            new Arm("naive", "clicks as they are", Map.of("clicks.cap", "1", "clicks.truncate", "false"), false),
            new Arm(
                    "final-score",
                    "through final scores",
                    Map.of("clicks.margin", "0", "clicks.temperature", "1"),
                    false),
            new Arm("no-replay", "no replay", Map.of("replay.share", "0"), false),
            new Arm("no-kl", "no divergence term", Map.of("kl.coefficient", "0"), false),
            new Arm("explanations", "explanations sampled too", Map.of("explanations.weight", "0.1"), false),
            new Arm("no-gate", "no gate", Map.of("gate.enabled", "false"), false),
            new Arm("frozen", "frozen", Map.of(), true));

    public Arm {
        learning = Map.copyOf(learning);
    }

    /**
     * An arm by its id.
     *
     * @throws IllegalArgumentException naming those there are
     */
    public static Arm of(String id) {
        return EVERY.stream()
                .filter(arm -> arm.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no arm '" + id + "'; there are "
                        + EVERY.stream().map(Arm::id).collect(Collectors.joining(", "))));
    }

    /** A scenario with this arm and a seed. */
    public Scenario applied(Scenario base, long seed) {
        Map<String, String> keys = new HashMap<>(base.learning());
        keys.putAll(learning);
        keys.put("seed", String.valueOf(seed));
        String called = equals(ALL) ? base.name() : base.name() + ", " + name;
        return new Scenario(
                called, base.checkpoint(), base.crowd(), base.sessions(), base.pace(), seed, keys, isFrozen);
    }
}
