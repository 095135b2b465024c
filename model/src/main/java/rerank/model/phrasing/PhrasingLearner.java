package rerank.model.phrasing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rerank.model.phrasing.ExplanationParts.Part;
import rerank.model.phrasing.Phrasing.Step;
import rerank.model.phrasing.QuotationLearner.Found;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;

/**
 * Learns a {@link Phrasing} from explanations of pairs, cut into words and quotations ({@link ExplanationParts}): what is quoted
 * where ({@link QuotationLearner}), and what follows what ({@link Contexts}).
 */
public final class PhrasingLearner {
    private final ExplanationParts examples;

    /**
     * A learner without an example.
     *
     * @param mostTokens of a prompt
     */
    public PhrasingLearner(Tokenizer tokenizer, int mostTokens) {
        this.examples = new ExplanationParts(tokenizer, mostTokens);
    }

    /** Takes an explanation into account. Those of one query are added one after another. */
    public void add(Query query, Candidate candidate, String explanation) {
        examples.add(query, candidate, explanation);
    }

    /** The phrasing of all explanations so far; empty where they have none in common. */
    public Optional<Phrasing> learn() {
        List<List<Part>> explanations = examples.all();
        var quotations = new QuotationLearner(explanations, examples.queries());
        var symbols = new Symbols();
        List<int[]> said = new ArrayList<>();
        for (List<Part> parts : explanations) {
            said.add(symbols.of(parts, quotations.quotations(parts)));
        }
        List<List<Step>> states = new Contexts(said, examples.queries(), symbols::remembered).states(symbols::maySay);
        return states.get(0).isEmpty()
                ? Optional.empty()
                : Optional.of(symbols.phrasing(examples.areQuotedOnce(explanations), states));
    }

    /**
     * Numbers for words and for quotations, those that others in their place begin with apart from the others; numbers of
     * quotations are shifted behind the words in the end.
     */
    private final class Symbols {
        private static final int QUOTATIONS = 1 << 24;

        private final Map<Integer, Integer> words = new HashMap<>();
        private final List<Integer> order = new ArrayList<>();
        private final Map<Found, Integer> quotations = new LinkedHashMap<>();
        private final List<Integer> kinds = new ArrayList<>();

        /** An explanation with its beginning and its end. */
        int[] of(List<Part> parts, List<Optional<Found>> quoted) {
            int[] said = new int[parts.size() + 2];
            said[0] = Phrasing.BEGIN;
            for (int i = 0; i < parts.size(); i++) {
                int word = parts.get(i).word();
                said[i + 1] = quoted.get(i).map(this::quotation).orElseGet(() -> word(word));
            }
            said[parts.size() + 1] = Phrasing.END;
            return said;
        }

        private int word(int piece) {
            return words.computeIfAbsent(piece, any -> {
                order.add(piece);
                return words.size();
            });
        }

        private int quotation(Found quotation) {
            return quotations.computeIfAbsent(quotation, any -> {
                kinds.add((quotation.quotation().isNumber() ? 1 : 0) + (quotation.isBeginning() ? 2 : 0));
                return QUOTATIONS + quotations.size();
            });
        }

        /** Words, and of a quotation its kind: what else it is, the words around it tell. */
        int remembered(int symbol) {
            return symbol < QUOTATIONS ? symbol : QUOTATIONS + kinds.get(symbol - QUOTATIONS);
        }

        /** A number that was found nowhere must not be said without being quoted. */
        boolean maySay(int symbol) {
            return symbol < 0 || symbol >= QUOTATIONS || !Passage.hasDigit(examples.piece(order.get(symbol)));
        }

        Phrasing phrasing(boolean isQuotedOnce, List<List<Step>> states) {
            List<String> texts =
                    order.stream().map(piece -> examples.piece(piece).text()).toList();
            return new Phrasing(
                    texts,
                    quotations.keySet().stream().map(Found::quotation).toList(),
                    isQuotedOnce,
                    states.stream()
                            .map(state -> state.stream().map(this::behindWords).toList())
                            .toList());
        }

        private Step behindWords(Step step) {
            int symbol = step.symbol();
            return symbol < QUOTATIONS ? step : new Step(symbol - QUOTATIONS + words.size(), step.target());
        }
    }
}
