package rerank.trainer.filter;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import rerank.trainer.example.Example;

/**
 * Holds the share of each label down, within each query and then in all: of a label that has more, examples chosen at random
 * are dropped until it has that share of what is left. One at least is kept of every label.
 *
 * @param maxShareOfQuery share of a query's examples, above 1/3; 1 for no bound
 * @param maxShare share of all examples, above 1/3; 1 for no bound
 * @param seed of what is dropped
 */
public record LabelBalance(double maxShareOfQuery, double maxShare, long seed) implements ExampleFilter {
    public LabelBalance {
        for (double share : List.of(maxShareOfQuery, maxShare)) {
            if (!(share > 1 / 3.0 && share <= 1)) {
                throw new IllegalArgumentException(
                        "the share of one of three labels is bounded by more than 1/3 and at most 1, was " + share);
            }
        }
    }

    @Override
    public String name() {
        return "label balance";
    }

    @Override
    public Map<Example, String> drop(List<Example> examples) {
        Map<Example, String> dropped = new IdentityHashMap<>();
        Map<String, List<Example>> queries = new LinkedHashMap<>();
        examples.forEach(example -> queries.computeIfAbsent(example.query().id(), id -> new ArrayList<>())
                .add(example));
        queries.forEach((id, own) -> balance(own, maxShareOfQuery, "of its query's", seed + id.hashCode(), dropped));
        List<Example> left = examples.stream()
                .filter(example -> !dropped.containsKey(example))
                .toList();
        balance(left, maxShare, "of all", seed, dropped);
        Map<Example, String> inOrder = new LinkedHashMap<>();
        examples.stream().filter(dropped::containsKey).forEach(example -> inOrder.put(example, dropped.get(example)));
        return inOrder;
    }

    private static void balance(
            List<Example> examples, double bound, String whose, long seed, Map<Example, String> dropped) {
        Map<Integer, List<Example>> byLabel = new TreeMap<>();
        List<Example> shuffled = new ArrayList<>(examples);
        Collections.shuffle(shuffled, new Random(seed));
        shuffled.forEach(example -> byLabel.computeIfAbsent(example.label(), label -> new ArrayList<>())
                .add(example));
        int[] kept = keptCounts(byLabel, bound);
        for (int label : Set.copyOf(byLabel.keySet())) {
            List<Example> all = byLabel.getOrDefault(label, List.of());
            for (Example example : all.subList(kept[label], all.size())) {
                dropped.put(example, "more than " + bound + " " + whose + " examples have label " + label);
            }
        }
    }

    /** How many of each label stay; what is taken from one raises the shares of the others, hence again until none is over. */
    private static int[] keptCounts(Map<Integer, List<Example>> byLabel, double bound) {
        int[] kept = new int[3];
        byLabel.forEach((label, examples) -> kept[label] = examples.size());
        if (byLabel.size() < 2 || bound == 1) {
            return kept;
        }
        // Of two labels one has half at least.
        double reachable = Math.max(bound, 1.0 / byLabel.size());
        boolean isBalanced = false;
        while (!isBalanced) {
            isBalanced = true;
            int total = kept[0] + kept[1] + kept[2];
            for (int label = 0; label < 3; label++) {
                int others = total - kept[label];
                int most = Math.max(1, (int) Math.floor(reachable / (1 - reachable) * others + 1e-9));
                if (kept[label] > most) {
                    kept[label] = most;
                    total = others + most;
                    isBalanced = false;
                }
            }
        }
        return kept;
    }
}
