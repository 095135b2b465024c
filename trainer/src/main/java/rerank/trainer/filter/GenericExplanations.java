package rerank.trainer.filter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import rerank.trainer.example.Example;

/**
 * Drops explanations that would do for any pair: such whose tokens a model foresees hardly better with query and document
 * given than without (instruction-following difficulty, arXiv 2308.12032: the ratio of the two losses). We differ in that the
 * condition is the pair, and in that nothing is dropped for being easy.
 */
public final class GenericExplanations implements ExampleFilter {
    private final SequenceLoss losses;
    private final double maxRatio;
    private final Runnable examined;

    /**
     * A filter by a model's losses.
     *
     * @param maxRatio of the loss given the pair to the loss without it, above which an explanation is dropped
     * @param examined called after each example, for this takes its time
     */
    public GenericExplanations(SequenceLoss losses, double maxRatio, Runnable examined) {
        this.losses = losses;
        this.maxRatio = maxRatio;
        this.examined = examined;
    }

    @Override
    public String name() {
        return "generic explanation";
    }

    @Override
    public Map<Example, String> drop(List<Example> examples) {
        Map<Example, String> dropped = new LinkedHashMap<>();
        for (Example example : examples) {
            double ratio = losses.given(example) / losses.alone(example);
            examined.run();
            // A loss that is not a number says nothing of the explanation.
            if (ratio > maxRatio) {
                dropped.put(
                        example,
                        String.format(
                                Locale.ROOT,
                                "the pair given changes its loss by a factor of %.3f, over %.3f",
                                ratio,
                                maxRatio));
            }
        }
        return dropped;
    }
}
