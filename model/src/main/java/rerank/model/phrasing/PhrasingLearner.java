package rerank.model.phrasing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import rerank.model.phrasing.ExplanationParts.Match;
import rerank.model.phrasing.ExplanationParts.Part;
import rerank.model.phrasing.Phrasing.Before;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;

/**
 * Learns a {@link Phrasing} from explanations of pairs, cut into words and quotations ({@link ExplanationParts}). A quotation is
 * taken from the fewest fields that nearly all quotations in its place are found in; where these are of few kinds (colours, amounts in
 * some unit), it is one of them, and where they are beginnings of the field, it goes as far as they do. What was seen less than
 * three times, or hardly ever in its place, is forgotten.
 */
public final class PhrasingLearner {
    private static final double NEARLY_ALL = 0.97;
    private static final double MOST = 0.9;
    private static final int FEWEST = 3;
    private static final double LEAST_SHARE = 0.003;

    /** More kinds of things are not known by having met some. */
    private static final int FEW = 100;

    /** Where each thing is met so often in the mean, all there are have been met. */
    private static final int MEETINGS = 10;

    private static final int UNKNOWN = Integer.MIN_VALUE;
    private static final int ANY = Integer.MIN_VALUE + 1;

    private final ExplanationParts examples;

    /** What comes before a quotation, and whether it is a number. */
    private record Place(Before before, boolean isNumber) {}

    /**
     * A learner without an example.
     *
     * @param mostTokens of a prompt
     */
    public PhrasingLearner(Tokenizer tokenizer, int mostTokens) {
        this.examples = new ExplanationParts(tokenizer, mostTokens);
    }

    /** Takes an explanation into account. */
    public void add(Query query, Candidate candidate, String explanation) {
        examples.add(query, candidate, explanation);
    }

    /** The phrasing of all explanations so far; empty where they have none in common. */
    public Optional<Phrasing> learn() {
        List<List<Part>> explanations = examples.all();
        var symbols = new Symbols();
        List<int[]> said = symbols(explanations, symbols);
        Map<Before, Map<Integer, Integer>> counts = new LinkedHashMap<>();
        for (int[] symbolsOfOne : said) {
            Before before = Before.ANYTHING;
            for (int symbol : symbolsOfOne) {
                counts.computeIfAbsent(before, any -> new LinkedHashMap<>()).merge(symbol, 1, Integer::sum);
                before = before.then(symbol);
            }
        }
        Map<Before, Set<Integer>> kept = new LinkedHashMap<>();
        counts.forEach((before, next) -> {
            int all = next.values().stream().mapToInt(Integer::intValue).sum();
            next.forEach((symbol, count) -> {
                if (count >= FEWEST && count >= LEAST_SHARE * all && !symbols.isNumber(symbol)) {
                    kept.computeIfAbsent(before, any -> new HashSet<>()).add(symbol);
                }
            });
        });
        return kept.containsKey(Before.ANYTHING) ? Optional.of(symbols.phrasing(kept)) : Optional.empty();
    }

    /**
     * Explanations as symbols, each with its end. What a quotation is depends on what comes before it, earlier quotations among
     * that, so all first ones are looked at together, then all second ones, and so on. What is known of a place since an earlier
     * round holds in later ones, which may meet it too seldom to know.
     */
    private static List<int[]> symbols(List<List<Part>> explanations, Symbols symbols) {
        List<int[]> said = new ArrayList<>();
        for (List<Part> parts : explanations) {
            said.add(parts.stream()
                    .mapToInt(part -> part.isQuotation() ? UNKNOWN : symbols.word(part.word()))
                    .toArray());
        }
        Map<Place, List<List<Match>>> behindWords = behindWords(explanations, said);
        Map<Place, Quotation> known = new HashMap<>();
        boolean isDone = false;
        while (!isDone) {
            Map<Place, List<int[]>> open = new LinkedHashMap<>();
            Map<Place, List<List<Match>>> found = new HashMap<>(behindWords);
            for (int i = 0; i < said.size(); i++) {
                int at = firstUnknown(said.get(i));
                if (at >= 0) {
                    List<Match> matches = explanations.get(i).get(at).matches();
                    var place =
                            new Place(before(said.get(i), at), matches.get(0).isNumber());
                    open.computeIfAbsent(place, any -> new ArrayList<>()).add(new int[] {i, at});
                    found.computeIfAbsent(place, any -> new ArrayList<>()).add(matches);
                    found.computeIfAbsent(behindQuotation(place), any -> new ArrayList<>())
                            .add(matches);
                }
            }
            Map<Place, Quotation> looked = new HashMap<>();
            open.forEach((place, where) -> {
                int symbol = symbols.quotation(quotation(place, found, known, looked));
                where.forEach(at -> said.get(at[0])[at[1]] = symbol);
            });
            isDone = open.isEmpty();
        }
        said.replaceAll(symbolsOfOne -> {
            int[] ended = Arrays.copyOf(symbolsOfOne, symbolsOfOne.length + 1);
            ended[symbolsOfOne.length] = Phrasing.END;
            return ended;
        });
        return said;
    }

    /** All quotations by the one word and the two words before them. */
    private static Map<Place, List<List<Match>>> behindWords(List<List<Part>> explanations, List<int[]> said) {
        Map<Place, List<List<Match>>> found = new HashMap<>();
        for (int i = 0; i < said.size(); i++) {
            for (int at = 1; at < said.get(i).length; at++) {
                Part part = explanations.get(i).get(at);
                if (part.isQuotation()) {
                    Before before = before(said.get(i), at);
                    boolean isNumber = part.matches().get(0).isNumber();
                    found.computeIfAbsent(behindWord(before, isNumber), any -> new ArrayList<>())
                            .add(part.matches());
                    found.computeIfAbsent(behindTwo(before, isNumber), any -> new ArrayList<>())
                            .add(part.matches());
                }
            }
        }
        return found;
    }

    private static Place behindWord(Before before, boolean isNumber) {
        return new Place(new Before(ANY, ANY, before.third()), isNumber);
    }

    private static Place behindTwo(Before before, boolean isNumber) {
        return new Place(new Before(ANY, before.second(), before.third()), isNumber);
    }

    /** All places behind the same quotation and a sign: "under" and "over" some weight. */
    private static Place behindQuotation(Place place) {
        return new Place(new Before(place.before().first(), place.before().second(), ANY), place.isNumber());
    }

    private static int firstUnknown(int[] said) {
        return IntStream.range(0, said.length)
                .filter(i -> said[i] == UNKNOWN)
                .findFirst()
                .orElse(-1);
    }

    private static Before before(int[] said, int at) {
        Before before = Before.ANYTHING;
        for (int i = Math.max(0, at - 3); i < at; i++) {
            before = before.then(said[i]);
        }
        return before;
    }

    /**
     * What quotations in one place have in common. Where too few were met to know all kinds there are, places that are behind some
     * of the same symbols tell: that of them which has the fewest.
     *
     * @param known what is known of places themselves, in this round and earlier ones
     * @param looked what was made of wider places in this round
     */
    private static Quotation quotation(
            Place place,
            Map<Place, List<List<Match>>> found,
            Map<Place, Quotation> known,
            Map<Place, Quotation> looked) {
        Quotation before = known.get(place);
        if (before != null) {
            return before;
        }
        Quotation own = common(place.isNumber(), found.getOrDefault(place, List.of()));
        if (!own.shapes().isEmpty()) {
            known.put(place, own);
            return own;
        }
        List<Place> wider = new ArrayList<>();
        if (Symbols.isQuotation(place.before().first())) {
            wider.add(behindQuotation(place));
        }
        wider.add(behindTwo(place.before(), place.isNumber()));
        wider.add(behindWord(place.before(), place.isNumber()));
        return wider.stream()
                .filter(found::containsKey)
                .map(one ->
                        looked.computeIfAbsent(one, any -> common(one.isNumber(), found.getOrDefault(one, List.of()))))
                .filter(quotation -> !quotation.shapes().isEmpty())
                .min(Comparator.comparingInt(quotation -> quotation.shapes().size()))
                .orElse(own);
    }

    private static Quotation common(boolean isNumber, List<List<Match>> found) {
        double nearlyAll = NEARLY_ALL * found.size();
        Set<Field> sources = sources(found);
        List<Match> chosen = new ArrayList<>();
        for (List<Match> matches : found) {
            matches.stream()
                    .filter(match -> sources.contains(match.field()))
                    .max(Comparator.comparing(Match::isHead))
                    .ifPresent(chosen::add);
        }
        Map<String, Integer> shapes = new HashMap<>();
        chosen.forEach(match -> shapes.merge(match.shape(), 1, Integer::sum));
        boolean areFew = shapes.size() <= FEW
                && shapes.size() * MEETINGS <= chosen.size()
                && chosen.stream().allMatch(match -> match.length() <= Passage.LONGEST_SHAPE);
        boolean isHead = chosen.stream().filter(Match::isHead).count() >= nearlyAll;
        int mostWords = isHead && !areFew ? mostWords(chosen) : 0;
        Set<String> ends = new HashSet<>();
        if (mostWords > 0) {
            chosen.stream().filter(Match::endsBeforeSign).map(Match::follower).forEach(ends::add);
        }
        return new Quotation(sources, isNumber, areFew ? shapes.keySet() : Set.of(), isHead, mostWords, ends);
    }

    /** The fewest fields that nearly all quotations are found in, one or the other. */
    private static Set<Field> sources(List<List<Match>> found) {
        Set<Field> sources = EnumSet.noneOf(Field.class);
        List<Set<Field>> left = found.stream()
                .map(matches -> matches.stream().map(Match::field).collect(Collectors.toSet()))
                .toList();
        while (left.size() > (1 - NEARLY_ALL) * found.size()) {
            Map<Field, Integer> fields = new EnumMap<>(Field.class);
            left.forEach(one -> one.forEach(field -> fields.merge(field, 1, Integer::sum)));
            Field most = fields.entrySet().stream()
                    .max(Map.Entry.<Field, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                    .orElseThrow()
                    .getKey();
            sources.add(most);
            left = left.stream().filter(one -> !one.contains(most)).toList();
        }
        return sources;
    }

    /**
     * How many words of a field's beginning are quoted where it goes on with another one, if nearly all quotations have so many or
     * go on to the end or a sign; else 0.
     */
    private static int mostWords(List<Match> heads) {
        Map<Integer, Integer> counts = new HashMap<>();
        heads.stream().filter(Match::endsBeforeWord).forEach(match -> counts.merge(match.words(), 1, Integer::sum));
        int most = counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(0);
        long whole = heads.stream()
                .filter(match -> match.words() == most || !match.endsBeforeWord())
                .count();
        return whole >= MOST * heads.size() ? most : 0;
    }

    /** Numbers for words and quotations; those of quotations are shifted behind the words in the end. */
    private final class Symbols {
        private static final int QUOTATIONS = 1 << 24;

        private final Map<Integer, Integer> words = new HashMap<>();
        private final List<Integer> order = new ArrayList<>();
        private final Map<Quotation, Integer> quotations = new LinkedHashMap<>();

        static boolean isQuotation(int symbol) {
            return symbol >= QUOTATIONS;
        }

        int word(int piece) {
            return words.computeIfAbsent(piece, any -> {
                order.add(piece);
                return words.size();
            });
        }

        int quotation(Quotation quotation) {
            return quotations.computeIfAbsent(quotation, any -> QUOTATIONS + quotations.size());
        }

        /** Whether it is a word that is a number: one that was found nowhere, and must not be said without being quoted. */
        boolean isNumber(int symbol) {
            return symbol >= 0 && symbol < QUOTATIONS && Passage.hasDigit(examples.piece(order.get(symbol)));
        }

        Phrasing phrasing(Map<Before, Set<Integer>> kept) {
            List<String> texts =
                    order.stream().map(piece -> examples.piece(piece).text()).toList();
            List<Phrasing.State> states = new ArrayList<>();
            kept.forEach((before, next) -> states.add(new Phrasing.State(
                    new Before(behindWords(before.first()), behindWords(before.second()), behindWords(before.third())),
                    next.stream().map(this::behindWords).collect(Collectors.toSet()))));
            return new Phrasing(texts, List.copyOf(quotations.keySet()), states);
        }

        private int behindWords(int symbol) {
            return symbol < QUOTATIONS ? symbol : symbol - QUOTATIONS + words.size();
        }
    }
}
