package rerank.trainer.simulation;

import java.util.List;
import java.util.random.RandomGenerator;

/** Somebody who looks at a ranking once. */
@FunctionalInterface
public interface User {
    /**
     * Looks at a ranking and acts.
     *
     * @param grades of the documents shown, from the top: 0, 1, 2 (and more, which counts as 2)
     * @param random every choice comes from it
     * @return in the order in which they are done; empty when nothing is
     */
    List<Act> browse(List<Integer> grades, RandomGenerator random);
}
