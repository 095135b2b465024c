package rerank.trainer.simulation;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Users by name. */
public enum Behaviour {
    /** Attention falls with the position, clicks are mostly right. */
    NOISY(Attraction.NOISY),

    /** Attention falls with the position, clicks are right. */
    PERFECT(Attraction.PERFECT),

    /** From the top until content. */
    CASCADE(Attraction.NOISY),

    /** Attention falls with the position, and what stands high is clicked for its place too. */
    TRUST(Attraction.NOISY),

    /** Attention falls with the position, and the bad is clicked: sabotage. */
    ADVERSARIAL(Attraction.ADVERSARIAL),

    /** Attention falls with the position, and clicks say nothing. */
    BLIND(Attraction.BLIND);

    private static final double PATIENCE = 0.9;
    private static final double TRUST_SHARE = 0.3;

    private final Attraction usual;

    Behaviour(Attraction usual) {
        this.usual = usual;
    }

    /**
     * A behaviour by its name in any case.
     *
     * @throws IllegalArgumentException naming those there are
     */
    public static Behaviour named(String name) {
        return Arrays.stream(values())
                .filter(behaviour -> behaviour.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no users named '" + name + "'; there are "
                        + Arrays.stream(values())
                                .map(behaviour -> behaviour.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }

    /**
     * The users.
     *
     * @param attraction null for the usual one of this behaviour
     * @param eta how fast attention falls: position k is read with probability 1 / k^eta; not used by CASCADE
     */
    public User users(@Nullable Attraction attraction, double eta) {
        Attraction own = attraction == null ? usual : attraction;
        return switch (this) {
            case CASCADE -> new Cascade(own, PATIENCE);
            case TRUST -> new PositionBased(own, eta, TRUST_SHARE);
            case NOISY, PERFECT, ADVERSARIAL, BLIND -> new PositionBased(own, eta, 0);
        };
    }
}
