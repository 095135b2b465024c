package rerank.trainer.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Reads from the top and goes on to the next document with some probability: the dependent click model (Guo, Liu, Wang,
 * "Efficient multiple-click models in web search", 2009). After a click the user is content, and stops, as often as the
 * document attracts.
 *
 * @param attraction of what is read
 * @param patience probability in [0, 1] of reading on without a click
 */
public record Cascade(Attraction attraction, double patience) implements User {
    public Cascade {
        if (!(patience >= 0 && patience <= 1)) {
            throw new IllegalArgumentException("patience must be in [0, 1], was " + patience);
        }
    }

    @Override
    public List<Act> browse(List<Integer> grades, RandomGenerator random) {
        List<Act> clicks = new ArrayList<>();
        for (int position = 1; position <= grades.size(); position++) {
            double own = attraction.of(grades.get(position - 1));
            boolean isClicked = random.nextDouble() < own;
            if (isClicked) {
                clicks.add(Act.click(position));
            }
            if (random.nextDouble() >= (isClicked ? 1 - own : patience)) {
                break;
            }
        }
        return clicks;
    }
}
