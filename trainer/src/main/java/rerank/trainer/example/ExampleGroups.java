package rerank.trainer.example;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import rerank.model.ranking.Query;
import rerank.trainer.teacher.GroupSource;
import rerank.trainer.teacher.LabeledCandidate;
import rerank.trainer.teacher.TrainingGroup;

/**
 * Groups of a query's own examples, and of nothing else: a document that no teacher looked at is not made a negative.
 *
 * <p>A group has one of the query's best-labeled examples and one of its worst, then others at random, each once before any
 * comes again. Unlike a scripted teacher's groups, it need not hold a relevant one.
 */
public final class ExampleGroups implements GroupSource {
    private final List<List<Example>> queries;
    private final int groupSize;
    private final long seed;

    /**
     * Groups the examples by query.
     *
     * @param groupSize candidates of a group, at least 2
     */
    public ExampleGroups(List<Example> examples, int groupSize, long seed) {
        if (groupSize < 2 || examples.isEmpty()) {
            throw new IllegalArgumentException(
                    "groups of " + groupSize + " out of " + examples.size() + " examples; 2 of 1 at least");
        }
        Map<String, List<Example>> byQuery = new LinkedHashMap<>();
        examples.forEach(example -> byQuery.computeIfAbsent(example.query().id(), id -> new ArrayList<>())
                .add(example));
        this.queries = List.copyOf(byQuery.values());
        this.groupSize = groupSize;
        this.seed = seed;
    }

    @Override
    public int size() {
        return queries.size();
    }

    @Override
    public TrainingGroup group(long index) {
        Random random = new Random(mix(seed, index));
        List<Example> own = new ArrayList<>(queryOf(index));
        Collections.shuffle(own, random);
        own.sort(Comparator.comparingInt(Example::label).reversed());
        List<Example> order = new ArrayList<>(List.of(own.get(0)));
        if (own.size() > 1) {
            order.add(own.get(own.size() - 1));
            List<Example> others = new ArrayList<>(own.subList(1, own.size() - 1));
            Collections.shuffle(others, random);
            order.addAll(others);
        }
        List<LabeledCandidate> group = new ArrayList<>();
        for (int i = 0; i < groupSize; i++) {
            Example example = order.get(i % order.size());
            group.add(new LabeledCandidate(example.candidate(), example.label(), example.explanation()));
        }
        Collections.shuffle(group, random);
        Query query = own.get(0).query();
        return new TrainingGroup(new Query(query.id(), query.text()), group);
    }

    private List<Example> queryOf(long index) {
        List<List<Example>> order = new ArrayList<>(queries);
        Collections.shuffle(order, new Random(mix(~seed, index / size())));
        return order.get((int) (index % size()));
    }

    private static long mix(long seed, long index) {
        long mixed = (seed * 0x9E3779B97F4A7C15L + index) * 0xBF58476D1CE4E5B9L;
        return mixed ^ (mixed >>> 29);
    }
}
