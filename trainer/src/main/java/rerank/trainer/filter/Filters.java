package rerank.trainer.filter;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import rerank.trainer.example.Example;

/** Runs filters one after the other; each sees what those before it have kept. */
public record Filters(List<ExampleFilter> filters) {
    public Filters {
        filters = List.copyOf(filters);
    }

    /**
     * What a filter did.
     *
     * @param filter its name
     * @param examined examples it saw
     * @param dropped examples it dropped, each with the reason
     */
    public record Step(String filter, int examined, List<Dropped> dropped) {
        public Step {
            dropped = List.copyOf(dropped);
        }
    }

    /** An example that is not learned from, and why. */
    public record Dropped(Example example, String reason) {}

    /**
     * What all filters came to.
     *
     * @param kept in their order
     * @param steps one for each filter
     */
    public record Result(List<Example> kept, List<Step> steps) {
        public Result {
            kept = List.copyOf(kept);
            steps = List.copyOf(steps);
        }
    }

    /** Runs all filters. */
    public Result apply(List<Example> examples) {
        List<Example> kept = examples;
        List<Step> steps = new ArrayList<>();
        for (ExampleFilter filter : filters) {
            // By identity: equal examples may be judged differently, as duplicates are.
            Map<Example, String> reasons = new IdentityHashMap<>(filter.drop(kept));
            List<Dropped> dropped = new ArrayList<>();
            List<Example> left = new ArrayList<>();
            for (Example example : kept) {
                String reason = reasons.get(example);
                if (reason == null) {
                    left.add(example);
                } else {
                    dropped.add(new Dropped(example, reason));
                }
            }
            steps.add(new Step(filter.name(), kept.size(), dropped));
            kept = left;
        }
        return new Result(kept, steps);
    }
}
