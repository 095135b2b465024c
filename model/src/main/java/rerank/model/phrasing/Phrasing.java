package rerank.model.phrasing;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rerank.model.generation.Constraint;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;

/**
 * How a checkpoint's teachers phrase explanations: which words and quotations follow which, as the steps between states, and from
 * which of the pair's texts each quotation is taken. "Costs $45, under $60" is "costs", an amount of the text, ", under", an amount of the
 * query. It is learned from explanations ({@link PhrasingLearner}) and kept beside the weights in {@value #FILE}.
 *
 * <p>A completion that is bound to it ({@link #bind}) has the words of the teachers and of the pair alone, and quotes from the
 * right text; which of the words that are possible it says is the model's choice. Immutable and safe for use by several threads.
 */
public final class Phrasing {
    /** The file's name in a checkpoint directory. */
    public static final String FILE = "phrasing.json";

    static final int BEGIN = -1;
    static final int END = -2;

    private final List<String> words;
    private final List<Quotation> quotations;
    private final boolean isQuotedOnce;

    /** For each state what may follow it. */
    private final List<List<Step>> states;

    /** For each state those that it may follow, with what leads to it. */
    private final List<List<Step>> backwards = new ArrayList<>();

    /** States that may be the last. */
    private final List<Integer> ends = new ArrayList<>();

    /**
     * A way to another state. Symbols are words by their number, then quotations, and {@link #END}.
     *
     * @param target the state after the symbol; -1 after the end
     */
    record Step(int symbol, int target) {}

    /**
     * A phrasing.
     *
     * @param words with the space before them
     * @param isQuotedOnce whether nothing is quoted more often than it stands in the pair
     * @param states what may follow each, the one at the beginning first
     * @throws IllegalArgumentException if a step is of no symbol or leads to no state
     */
    Phrasing(List<String> words, List<Quotation> quotations, boolean isQuotedOnce, List<List<Step>> states) {
        this.words = List.copyOf(words);
        this.quotations = List.copyOf(quotations);
        this.isQuotedOnce = isQuotedOnce;
        this.states = states.stream().map(List::copyOf).toList();
        int symbols = words.size() + quotations.size();
        states.forEach(state -> backwards.add(new ArrayList<>()));
        for (int i = 0; i < states.size(); i++) {
            for (Step step : states.get(i)) {
                if (step.symbol() == END) {
                    ends.add(i);
                } else if (step.symbol() < 0 || step.symbol() >= symbols) {
                    throw new IllegalArgumentException("there is no symbol " + step.symbol() + " among " + symbols);
                } else if (step.target() < 0 || step.target() >= states.size()) {
                    throw new IllegalArgumentException(
                            "there is no state " + step.target() + " among " + states.size());
                } else {
                    backwards.get(step.target()).add(new Step(step.symbol(), i));
                }
            }
        }
    }

    /**
     * Reads a checkpoint's phrasing; empty where it has none.
     *
     * @throws rerank.model.weights.CheckpointException saying what is wrong with the file
     */
    public static Optional<Phrasing> read(Path checkpoint) {
        return PhrasingFile.read(checkpoint.resolve(FILE));
    }

    /** Writes {@value #FILE} into a checkpoint directory. */
    public void writeTo(Path checkpoint) {
        PhrasingFile.write(this, checkpoint.resolve(FILE));
    }

    List<String> words() {
        return words;
    }

    List<Quotation> quotations() {
        return quotations;
    }

    boolean isQuotedOnce() {
        return isQuotedOnce;
    }

    List<List<Step>> states() {
        return states;
    }

    /**
     * This phrasing in the tokens of a tokenizer.
     *
     * @param stopTokens ids that end an explanation
     * @param mostTokens of a prompt, so that long documents are not read to their end
     */
    public Bound bind(Tokenizer tokenizer, Set<Integer> stopTokens, int mostTokens) {
        return new Bound(tokenizer, stopTokens, mostTokens);
    }

    /** A phrasing in the tokens of a tokenizer. Safe for use by several threads. */
    public final class Bound {
        private final Tokenizer tokenizer;
        private final int[] stopTokens;
        private final int mostTokens;
        private final List<int[]> wordTokens;

        private Bound(Tokenizer tokenizer, Set<Integer> stopTokens, int mostTokens) {
            this.tokenizer = tokenizer;
            this.stopTokens =
                    stopTokens.stream().mapToInt(Integer::intValue).sorted().toArray();
            this.mostTokens = mostTokens;
            this.wordTokens =
                    words.stream().map(word -> tokenizer.encode(word).ids()).toList();
        }

        /**
         * What may be written of a pair, from its first word, which has a space before it, to a stop token.
         *
         * @return null where the phrasing has no explanation for such a pair, so that nothing can be asked of one
         */
        public @Nullable Constraint of(Query query, Candidate candidate) {
            Map<Field, List<Passage>> passages = new EnumMap<>(Field.class);
            passages.put(Field.QUERY, Passage.of(query.text(), mostTokens, tokenizer));
            passages.put(Field.TITLE, Passage.of(candidate.title(), mostTokens, tokenizer));
            passages.put(Field.TEXT, Passage.of(candidate.text(), mostTokens, tokenizer));
            var explanation = new BoundExplanation(Phrasing.this, wordTokens, stopTokens, passages);
            return explanation.isPossible() ? explanation : null;
        }
    }

    /** The states from which an end can be reached where a pair offers some of the quotations alone. */
    BitSet alive(Set<Integer> offered) {
        BitSet found = new BitSet(states.size());
        Deque<Integer> open = new ArrayDeque<>(ends);
        ends.forEach(found::set);
        while (!open.isEmpty()) {
            for (Step step : backwards.get(open.remove())) {
                boolean isPossible = step.symbol() < words.size() || offered.contains(step.symbol());
                if (isPossible && !found.get(step.target())) {
                    found.set(step.target());
                    open.add(step.target());
                }
            }
        }
        return found;
    }
}
