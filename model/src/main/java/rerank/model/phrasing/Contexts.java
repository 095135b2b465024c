package rerank.model.phrasing;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import rerank.model.phrasing.Phrasing.Step;

/**
 * What follows what in explanations that are symbols: after the last few symbols, and after more of them where these were met
 * often.
 */
final class Contexts {
    /** Symbols of the longest context. */
    static final int LONGEST = 8;

    /** Symbols of the longest context that counts though it was met seldom. */
    private static final int SHORT = 3;

    /** What was met in fewer queries may be an accident. */
    private static final int FEWEST = 2;

    private final Map<IntBuffer, Map<Integer, Tally>> counts = new HashMap<>();
    private final IntUnaryOperator remembered;

    /**
     * Counts.
     *
     * @param said explanations, each with its beginning and its end
     * @param queries of each; those of one query one after another
     * @param remembered what a context has of a symbol
     */
    Contexts(List<int[]> said, int[] queries, IntUnaryOperator remembered) {
        this.remembered = remembered;
        List<int[]> before = said.stream()
                .map(one -> Arrays.stream(one).map(remembered).toArray())
                .toList();
        for (int length = 1; length <= LONGEST; length++) {
            Map<IntBuffer, Map<Integer, Tally>> found = new HashMap<>();
            for (int i = 0; i < said.size(); i++) {
                for (int at = length; at < said.get(i).length; at++) {
                    if (length <= SHORT || counts.containsKey(before(before.get(i), at, length - 1))) {
                        found.computeIfAbsent(before(before.get(i), at, length), any -> new HashMap<>())
                                .computeIfAbsent(said.get(i)[at], any -> new Tally())
                                .add(queries[i]);
                    }
                }
            }
            boolean isShort = length <= SHORT;
            found.forEach((context, next) -> {
                if (isShort || Tally.areOften(next.values())) {
                    counts.put(context, next);
                }
            });
        }
    }

    private static IntBuffer before(int[] said, int at, int length) {
        return IntBuffer.wrap(Arrays.copyOfRange(said, at - length, at));
    }

    /**
     * What may follow what, as states of which no two are alike, the first one at the beginning. A state stands for the longest
     * context that was counted, and is followed by what was met more than once after the longest one whose followers are known.
     *
     * @param maySay which symbols may follow at all
     */
    List<List<Step>> states(IntPredicate maySay) {
        List<IntBuffer> contexts = new ArrayList<>();
        Map<IntBuffer, Integer> numbers = new HashMap<>();
        number(IntBuffer.wrap(new int[] {Phrasing.BEGIN}), contexts, numbers);
        List<List<Step>> states = new ArrayList<>();
        while (states.size() < contexts.size()) {
            IntBuffer context = contexts.get(states.size());
            List<Step> steps = new ArrayList<>();
            next(context).filter(maySay).forEach(symbol -> {
                boolean isEnd = symbol == Phrasing.END;
                steps.add(new Step(symbol, isEnd ? -1 : number(longest(context, symbol), contexts, numbers)));
            });
            states.add(steps);
        }
        return minimal(states);
    }

    private static int number(IntBuffer context, List<IntBuffer> contexts, Map<IntBuffer, Integer> numbers) {
        return numbers.computeIfAbsent(context, any -> {
            contexts.add(context);
            return contexts.size() - 1;
        });
    }

    /** As much of a context and a symbol after it as was counted. */
    private IntBuffer longest(IntBuffer context, int symbol) {
        int[] said = Arrays.copyOf(context.array(), context.limit() + 1);
        said[context.limit()] = remembered.applyAsInt(symbol);
        int length = Math.min(said.length, LONGEST);
        while (length > SHORT && !counts.containsKey(before(said, said.length, length))) {
            length--;
        }
        return before(said, said.length, length);
    }

    /** What may follow a context: what was met in more than one query after the longest end of it whose followers are known. */
    private IntStream next(IntBuffer context) {
        int[] said = context.array();
        int length = said.length;
        while (length > 0 && !Tally.areKnown(tallies(said, length))) {
            length--;
        }
        length = length == 0 ? Math.min(SHORT, said.length) : length;
        return counts.getOrDefault(before(said, said.length, length), Map.of()).entrySet().stream()
                .filter(symbol -> symbol.getValue().count() >= FEWEST)
                .mapToInt(Map.Entry::getKey);
    }

    private Collection<Tally> tallies(int[] said, int length) {
        return counts.getOrDefault(before(said, said.length, length), Map.of()).values();
    }

    /** The fewest states that say the same (Moore, 1956). */
    private static List<List<Step>> minimal(List<List<Step>> states) {
        int[] kinds = new int[states.size()];
        int count = 0;
        List<List<Step>> found = List.of();
        while (count < found.size() || found.isEmpty()) {
            count = found.size();
            Map<List<Step>, Integer> numbers = new LinkedHashMap<>();
            int[] before = kinds.clone();
            for (int i = 0; i < kinds.length; i++) {
                List<Step> steps = states.get(i).stream()
                        .map(step -> new Step(step.symbol(), step.target() < 0 ? -1 : before[step.target()]))
                        .sorted(Comparator.comparingInt(Step::symbol))
                        .toList();
                Integer known = numbers.putIfAbsent(steps, numbers.size());
                kinds[i] = known == null ? numbers.size() - 1 : known;
            }
            found = List.copyOf(numbers.keySet());
        }
        return found;
    }
}
