package rerank.model.ranking;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Keeps one bad item of a batch from failing the others. */
final class Isolation {
    private Isolation() {}

    /**
     * Applies a function to a batch; where it throws, to each half of the batch, and so on down to the items it throws
     * for alone. A good batch costs one call, one bad item among n about 2 log2 n more.
     *
     * @param failed the result of an item that the function throws for by itself
     * @return a result for each item, in order
     */
    static <A, R> List<R> apply(
            List<A> items, Function<List<A>, List<R>> function, Function<RuntimeException, R> failed) {
        if (items.isEmpty()) {
            return List.of();
        }
        try {
            return function.apply(items);
        } catch (RuntimeException e) {
            if (items.size() == 1) {
                return List.of(failed.apply(e));
            }
            int half = items.size() / 2;
            List<R> results = new ArrayList<>(apply(items.subList(0, half), function, failed));
            results.addAll(apply(items.subList(half, items.size()), function, failed));
            return results;
        }
    }
}
