package rerank.trainer.chat;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a failed request is tried again: after a wait that doubles from try to try, shortened at random by up to half so
 * that those who failed together do not come back together.
 *
 * @param maxTries bound on tries, the first one included; at least 1
 * @param firstWait before the second try, above 0
 */
public record Retries(int maxTries, Duration firstWait) {
    /** No wait of our own is longer. */
    static final Duration LONGEST = Duration.ofMinutes(1);

    /** What an endpoint may ask us to wait; one that asks for more ends the run. */
    static final Duration LONGEST_ASKED = Duration.ofMinutes(10);

    public Retries {
        if (maxTries < 1 || firstWait.isNegative() || firstWait.isZero()) {
            throw new IllegalArgumentException(
                    "retries need at least 1 try and a wait above 0, got " + maxTries + " and " + firstWait);
        }
    }

    /** The wait after a number of failed tries, from 1. */
    Duration after(int failedTries, RandomGenerator random) {
        double doubled = firstWait.toMillis() * Math.pow(2, failedTries - 1.0);
        double whole = Math.min(doubled, Math.max(LONGEST.toMillis(), firstWait.toMillis()));
        return Duration.ofMillis(Math.round(whole * (0.5 + 0.5 * random.nextDouble())));
    }
}
