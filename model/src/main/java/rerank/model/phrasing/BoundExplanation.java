package rerank.model.phrasing;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import rerank.model.generation.Constraint;
import rerank.model.phrasing.Passage.Span;

/**
 * An explanation on its way through a {@link Phrasing}: everywhere it may stand, given what was written. Words and quotations can
 * begin alike, so it may stand in several places.
 */
final class BoundExplanation implements Constraint {
    private final Phrasing phrasing;
    private final List<int[]> words;
    private final int[] stopTokens;
    private final Map<Field, List<Passage>> passages;
    private final BitSet alive;

    /** What the pair offers for each quotation of the phrasing. */
    private final List<List<Span>> spans = new ArrayList<>();

    private Set<Place> places = new LinkedHashSet<>();
    private boolean mayEnd;

    /**
     * Where an explanation may stand: before a token of a word or of a passage that it quotes.
     *
     * @param target the state that comes after the word or quotation
     * @param passage what is quoted; null in a word
     * @param tokens of the word or the passage
     * @param at the next one
     * @param last the last one; -1 where the quotation may end wherever a word does
     */
    private record Place(int target, @Nullable Passage passage, int[] tokens, int at, int last) {
        Place next() {
            return new Place(target, passage, tokens, at + 1, last);
        }

        boolean mayEnd() {
            return at == last || (last < 0 && passage != null && passage.endsAt(at));
        }

        boolean mayGoOn() {
            return last < 0 ? at + 1 < tokens.length : at < last;
        }
    }

    BoundExplanation(Phrasing phrasing, List<int[]> words, int[] stopTokens, Map<Field, List<Passage>> passages) {
        this.phrasing = phrasing;
        this.words = words;
        this.stopTokens = stopTokens;
        this.passages = passages;
        Set<Integer> offered = new HashSet<>();
        for (int i = 0; i < phrasing.quotations().size(); i++) {
            List<Span> found = spans(phrasing.quotations().get(i));
            spans.add(found);
            if (!found.isEmpty()) {
                offered.add(words.size() + i);
            }
        }
        this.alive = phrasing.alive(offered);
        if (isPossible()) {
            stand(phrasing.begin(), new HashSet<>());
        }
    }

    boolean isPossible() {
        return alive.get(phrasing.begin());
    }

    @Override
    public int[] allowed() {
        IntStream next = places.stream().mapToInt(place -> place.tokens()[place.at()]);
        return (mayEnd || places.isEmpty() ? IntStream.concat(next, IntStream.of(stopTokens)) : next)
                .distinct()
                .toArray();
    }

    @Override
    public void wrote(int token) {
        Set<Place> before = places;
        places = new LinkedHashSet<>();
        mayEnd = false;
        Set<Integer> reached = new HashSet<>();
        for (Place place : before) {
            if (place.tokens()[place.at()] == token) {
                if (place.mayEnd()) {
                    stand(place.target(), reached);
                }
                if (place.mayGoOn()) {
                    places.add(place.next());
                }
            }
        }
    }

    /** Adds what may follow a state. */
    private void stand(int state, Set<Integer> reached) {
        if (!reached.add(state)) {
            return;
        }
        for (Phrasing.Step step : phrasing.steps(state)) {
            if (step.target() < 0) {
                mayEnd = true;
            } else if (alive.get(step.target())) {
                if (step.symbol() < words.size()) {
                    int[] word = words.get(step.symbol());
                    places.add(new Place(step.target(), null, word, 0, word.length - 1));
                } else {
                    for (Span span : spans.get(step.symbol() - words.size())) {
                        places.add(new Place(
                                step.target(), span.passage(), span.passage().tokens(), span.first(), span.last()));
                    }
                }
            }
        }
    }

    private List<Span> spans(Quotation quotation) {
        return quotation.fields().stream()
                .flatMap(field -> passages.getOrDefault(field, List.of()).stream())
                .flatMap(passage -> passage.spans(quotation).stream())
                .toList();
    }
}
