package rerank.trainer.filter;

import java.util.List;
import java.util.Map;
import rerank.trainer.example.Example;

/** Decides which examples are not learned from. */
public interface ExampleFilter {
    /** What is wrong with what it drops, in few words. */
    String name();

    /**
     * Examines examples together.
     *
     * @return those to drop, each with the reason, in the order of the examples
     */
    Map<Example, String> drop(List<Example> examples);
}
