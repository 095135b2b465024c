package rerank.model.phrasing;

import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import rerank.model.generation.Constraint;
import rerank.model.phrasing.Passage.Span;

/**
 * An explanation on its way through a {@link Phrasing}: everywhere it may stand, given what was written. Words and quotations can
 * begin alike, so it may stand in several places. Where teachers quote nothing more often than it stands in the pair, it does not
 * either, unless it has begun something that cannot go on otherwise.
 */
final class BoundExplanation implements Constraint {
    /** Quotations after the next one that must be possible too. */
    private static final int LOOK_AHEAD = 1;

    private final Phrasing phrasing;
    private final List<int[]> words;
    private final int[] stopTokens;
    private final Map<Field, List<Passage>> passages;
    private final BitSet alive;

    /** What the pair offers for each quotation of the phrasing. */
    private final List<List<Span>> spans = new ArrayList<>();

    /** How often things may be quoted; null where the teachers quote as they like. */
    private final Quoted.@Nullable Limit limit;

    private Set<Place> places = new LinkedHashSet<>();
    private boolean mayEnd;

    /**
     * Where an explanation may stand: before a token of a word or of a passage that it quotes.
     *
     * @param target the state that comes after the word or quotation
     * @param quoted before that
     * @param passage what is quoted; null in a word
     * @param tokens of the word or the passage
     * @param first of them that is written
     * @param at the next one
     * @param last the last one; -1 where the quotation may end wherever a word does
     */
    private record Place(
            int target, Quoted quoted, @Nullable Passage passage, int[] tokens, int first, int at, int last) {
        Place next() {
            return new Place(target, quoted, passage, tokens, first, at + 1, last);
        }

        boolean mayEnd() {
            return at == last || (last < 0 && passage != null && passage.endsAt(at));
        }

        boolean mayGoOn() {
            return last < 0 ? at + 1 < tokens.length : at < last;
        }

        IntBuffer written() {
            return Passage.tokens(first, at, tokens);
        }
    }

    /** What comes next, and what was quoted before. */
    private record Standing(int state, Quoted quoted) {}

    BoundExplanation(Phrasing phrasing, List<int[]> words, int[] stopTokens, Map<Field, List<Passage>> passages) {
        this.phrasing = phrasing;
        this.words = words;
        this.stopTokens = stopTokens;
        this.passages = passages;
        this.limit = phrasing.isQuotedOnce() ? new Quoted.Limit(passages.values()) : null;
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
            var beginning = new Standing(0, Quoted.NOTHING);
            stand(beginning, limit, new HashSet<>());
            if (isStuck()) {
                stand(beginning, null, new HashSet<>());
            }
        }
    }

    boolean isPossible() {
        return alive.get(0);
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
        step(before, token, limit);
        if (isStuck()) {
            step(before, token, null);
        }
    }

    private boolean isStuck() {
        return places.isEmpty() && !mayEnd;
    }

    /**
     * Goes on with a token.
     *
     * @param within how often things may be quoted from here on; null for as often as it takes to go on
     */
    private void step(Set<Place> before, int token, Quoted.@Nullable Limit within) {
        places = new LinkedHashSet<>();
        mayEnd = false;
        Set<Standing> reached = new HashSet<>();
        for (Place place : before) {
            if (place.tokens()[place.at()] == token) {
                if (place.mayEnd()) {
                    after(place, within).ifPresent(standing -> stand(standing, within, reached));
                }
                if (place.mayGoOn()) {
                    places.add(place.next());
                }
            }
        }
    }

    private Optional<Standing> after(Place place, Quoted.@Nullable Limit within) {
        if (place.passage() == null || limit == null) {
            return Optional.of(new Standing(place.target(), place.quoted()));
        }
        IntBuffer written = place.written();
        return within == null || within.allows(place.quoted(), written)
                ? Optional.of(new Standing(place.target(), place.quoted().and(written)))
                : Optional.empty();
    }

    /** Adds what may follow a state. */
    private void stand(Standing standing, Quoted.@Nullable Limit within, Set<Standing> reached) {
        if (!reached.add(standing)) {
            return;
        }
        Map<Standing, Boolean> known = new HashMap<>();
        Quoted quoted = standing.quoted();
        for (Phrasing.Step step : phrasing.states().get(standing.state())) {
            int target = step.target();
            if (target < 0) {
                mayEnd = true;
            } else if (alive.get(target) && step.symbol() < words.size()) {
                if (within == null || leadsOn(new Standing(target, quoted), within, LOOK_AHEAD, known)) {
                    int[] word = words.get(step.symbol());
                    places.add(new Place(target, quoted, null, word, 0, 0, word.length - 1));
                }
            } else if (alive.get(target)) {
                for (Span span : spans.get(step.symbol() - words.size())) {
                    if (within == null || leadsOn(span, quoted, target, within, LOOK_AHEAD, known)) {
                        int[] tokens = span.passage().tokens();
                        places.add(new Place(
                                target, quoted, span.passage(), tokens, span.first(), span.first(), span.last()));
                    }
                }
            }
        }
    }

    /** Whether an end or some more quotations can be reached without quoting anything too often. */
    private boolean leadsOn(Standing standing, Quoted.Limit limit, int more, Map<Standing, Boolean> known) {
        Boolean before = known.get(standing);
        if (before == null) {
            before = looksAhead(standing, limit, more, known);
            known.put(standing, before);
        }
        return before;
    }

    private boolean looksAhead(Standing standing, Quoted.Limit limit, int more, Map<Standing, Boolean> known) {
        BitSet reached = new BitSet();
        Deque<Integer> open = new ArrayDeque<>(List.of(standing.state()));
        while (!open.isEmpty()) {
            for (Phrasing.Step step : phrasing.states().get(open.remove())) {
                int target = step.target();
                if (target < 0) {
                    return true;
                }
                if (!alive.get(target)) {
                    continue;
                }
                if (step.symbol() >= words.size()) {
                    if (spans.get(step.symbol() - words.size()).stream()
                            .anyMatch(span -> leadsOn(span, standing.quoted(), target, limit, more, known))) {
                        return true;
                    }
                } else if (!reached.get(target)) {
                    reached.set(target);
                    open.add(target);
                }
            }
        }
        return false;
    }

    private boolean leadsOn(
            Span span, Quoted quoted, int target, Quoted.Limit limit, int more, Map<Standing, Boolean> known) {
        if (span.last() < 0) {
            return true;
        }
        IntBuffer written =
                Passage.tokens(span.first(), span.last(), span.passage().tokens());
        return limit.allows(quoted, written)
                && (more == 0 || leadsOn(new Standing(target, quoted.and(written)), limit, more - 1, known));
    }

    private List<Span> spans(Quotation quotation) {
        return quotation.fields().stream()
                .flatMap(field -> passages.getOrDefault(field, List.of()).stream())
                .flatMap(passage -> passage.spans(quotation).stream())
                .toList();
    }
}
