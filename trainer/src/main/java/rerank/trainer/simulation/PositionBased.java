package rerank.trainer.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Reads position k with probability 1 / k^eta, whatever was read before, and clicks by what is there: the position-based
 * click model. With trust, a document that is shown high is clicked for its place alone: P(click | read, k) = a + (1 - a)
 * t / k, where a is its attraction and t the trust, so that P(click) is affine in a (Vardasbi, Oosterhuis, de Rijke,
 * "When Inverse Propensity Scoring does not Work", 2020).
 *
 * @param attraction of what is read
 * @param eta how fast attention falls; 0 reads everything
 * @param trust of the first position, in [0, 1]; 0 for none
 */
public record PositionBased(Attraction attraction, double eta, double trust) implements User {
    public PositionBased {
        if (!(eta >= 0) || !(trust >= 0 && trust <= 1)) {
            throw new IllegalArgumentException(
                    "eta must be at least 0 and trust in [0, 1], were " + eta + " and " + trust);
        }
    }

    @Override
    public List<Act> browse(List<Integer> grades, RandomGenerator random) {
        List<Act> clicks = new ArrayList<>();
        for (int position = 1; position <= grades.size(); position++) {
            double own = attraction.of(grades.get(position - 1));
            double share = examination(position) * (own + (1 - own) * trust / position);
            if (random.nextDouble() < share) {
                clicks.add(Act.click(position));
            }
        }
        return clicks;
    }

    /** The probability that a position is read. */
    public double examination(int position) {
        return Math.pow(position, -eta);
    }
}
