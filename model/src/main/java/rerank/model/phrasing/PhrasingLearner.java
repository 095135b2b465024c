package rerank.model.phrasing;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import rerank.model.phrasing.Phrasing.Before;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.tokenizer.Tokenizer.Piece;

/**
 * Learns a {@link Phrasing} from explanations of pairs. Words that nearly always stand in the pair too are quoted, the
 * others are the phrasing's own; a quotation is the longest run of the pair's words that begins and ends with quoted ones, and
 * one of a title may hold any. It is taken from the field that nearly all quotations in its place are found in; where these are
 * of few kinds (colours, amounts in some unit), it is one of them, and where they are beginnings of the field, it goes as
 * far as they do. What was seen less than three times, or
 * hardly ever in its place, is forgotten.
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

    private final Tokenizer tokenizer;
    private final int mostTokens;
    private final Map<IntBuffer, Integer> numbers = new HashMap<>();
    private final List<Piece> pieces = new ArrayList<>();
    private final Map<String, List<Text>> texts = new HashMap<>();
    private final List<Example> examples = new ArrayList<>();

    /** Texts as numbers of pieces. */
    private record Example(int[] said, Map<Field, List<Text>> fields) {}

    private record Text(int[] pieces, Passage passage) {}

    /**
     * A word, or words of the pair.
     *
     * @param word its number; -1 for a quotation
     * @param matches where the words stand in the pair; none for a word
     */
    private record Part(int word, List<Match> matches) {
        boolean isQuotation() {
            return word < 0;
        }
    }

    private record Match(Field field, Passage passage, int begin, int length) {
        boolean isHead() {
            return passage.isHead(begin);
        }

        boolean isNumber() {
            return Passage.isNumber(passage.pieces().get(begin));
        }

        String shape() {
            return passage.shape(begin, length);
        }

        int words() {
            return passage.words(begin, length);
        }

        String follower() {
            return passage.follower(begin, length);
        }

        boolean endsBeforeWord() {
            return follower().codePoints().anyMatch(Character::isLetterOrDigit);
        }

        boolean endsBeforeSign() {
            return !follower().isEmpty() && !endsBeforeWord();
        }
    }

    /** What comes before a quotation, and whether it is a number. */
    private record Place(Before before, boolean isNumber) {}

    /**
     * A learner without an example.
     *
     * @param mostTokens of a prompt
     */
    public PhrasingLearner(Tokenizer tokenizer, int mostTokens) {
        this.tokenizer = tokenizer;
        this.mostTokens = mostTokens;
    }

    /** Takes an explanation into account. */
    public void add(Query query, Candidate candidate, String explanation) {
        Map<Field, List<Text>> fields = new EnumMap<>(Field.class);
        fields.put(Field.TEXT, texts(candidate.text()));
        fields.put(Field.QUERY, texts(query.text()));
        fields.put(Field.TITLE, texts(candidate.title()));
        examples.add(new Example(numbers(tokenizer.pieces(" " + explanation.strip())), fields));
    }

    private List<Text> texts(String text) {
        return texts.computeIfAbsent(
                text,
                any -> Passage.of(text, mostTokens, tokenizer).stream()
                        .map(passage -> new Text(numbers(passage.pieces()), passage))
                        .toList());
    }

    private int[] numbers(List<Piece> text) {
        return text.stream().mapToInt(this::number).toArray();
    }

    private int number(Piece piece) {
        return numbers.computeIfAbsent(IntBuffer.wrap(piece.ids()), ids -> {
            pieces.add(piece);
            return pieces.size() - 1;
        });
    }

    /** The phrasing of all explanations so far; empty where they have none in common. */
    public Optional<Phrasing> learn() {
        boolean[] quoted = quoted();
        List<List<Part>> explanations =
                examples.stream().map(example -> parts(example, quoted)).toList();
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
     * that, so all first ones are looked at together, then all second ones, and so on.
     */
    private static List<int[]> symbols(List<List<Part>> explanations, Symbols symbols) {
        List<int[]> said = new ArrayList<>();
        for (List<Part> parts : explanations) {
            said.add(parts.stream()
                    .mapToInt(part -> part.isQuotation() ? UNKNOWN : symbols.word(part.word()))
                    .toArray());
        }
        Map<Place, List<List<Match>>> behindWords = behindWords(explanations, said);
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
                int symbol = symbols.quotation(quotation(place, found, looked));
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
     * of the same symbols tell.
     *
     * @param looked what was made of places already
     */
    private static Quotation quotation(Place place, Map<Place, List<List<Match>>> found, Map<Place, Quotation> looked) {
        List<Place> wider = new ArrayList<>(List.of(place));
        if (Symbols.isQuotation(place.before().first())) {
            wider.add(behindQuotation(place));
        }
        wider.add(behindTwo(place.before(), place.isNumber()));
        wider.add(behindWord(place.before(), place.isNumber()));
        wider.removeIf(one -> !found.containsKey(one));
        for (Place one : wider) {
            Quotation quotation =
                    looked.computeIfAbsent(one, any -> common(one.isNumber(), found.getOrDefault(one, List.of())));
            if (!quotation.shapes().isEmpty()) {
                return quotation;
            }
        }
        return common(place.isNumber(), found.getOrDefault(place, List.of()));
    }

    private static Quotation common(boolean isNumber, List<List<Match>> found) {
        Map<Field, Integer> fields = new EnumMap<>(Field.class);
        for (List<Match> matches : found) {
            matches.stream().map(Match::field).distinct().forEach(field -> fields.merge(field, 1, Integer::sum));
        }
        Map.Entry<Field, Integer> most = fields.entrySet().stream()
                .max(Map.Entry.<Field, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow();
        double nearlyAll = NEARLY_ALL * found.size();
        Set<Field> sources = most.getValue() >= nearlyAll ? Set.of(most.getKey()) : fields.keySet();
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

    /** Which pieces nearly always stand in the pair when an explanation has them. */
    private boolean[] quoted() {
        int[] said = new int[pieces.size()];
        int[] copied = new int[pieces.size()];
        for (Example example : examples) {
            BitSet stands = new BitSet(pieces.size());
            example.fields().values().stream()
                    .flatMap(List::stream)
                    .flatMapToInt(text -> IntStream.of(text.pieces()))
                    .forEach(stands::set);
            for (int piece : example.said()) {
                said[piece]++;
                copied[piece] += stands.get(piece) ? 1 : 0;
            }
        }
        boolean[] quoted = new boolean[pieces.size()];
        for (int i = 0; i < quoted.length; i++) {
            boolean isWord = Passage.hasWord(pieces.get(i)) || Passage.isMoney(pieces.get(i));
            quoted[i] = Passage.hasDigit(pieces.get(i)) || (isWord && said[i] > 0 && copied[i] >= NEARLY_ALL * said[i]);
        }
        return quoted;
    }

    private static List<Part> parts(Example example, boolean[] quoted) {
        List<Part> parts = new ArrayList<>();
        int at = 0;
        while (at < example.said().length) {
            List<Match> longest = new ArrayList<>();
            for (Map.Entry<Field, List<Text>> field : example.fields().entrySet()) {
                for (Text text : field.getValue()) {
                    addLongest(example.said(), at, field.getKey(), text, quoted, longest);
                }
            }
            parts.add(new Part(longest.isEmpty() ? example.said()[at] : -1, longest));
            at += longest.isEmpty() ? 1 : longest.get(0).length();
        }
        return parts;
    }

    /** Adds what a text has of the longest quotation from here on, or puts it in the place of shorter ones. */
    private static void addLongest(int[] said, int at, Field field, Text text, boolean[] quoted, List<Match> longest) {
        boolean isTitle = field == Field.TITLE;
        if (!isTitle && !quoted[said[at]]) {
            return;
        }
        for (int begin = 0; begin < text.pieces().length; begin++) {
            if (text.pieces()[begin] != said[at] || !text.passage().mayBegin(begin)) {
                continue;
            }
            boolean hasQuoted = false;
            for (int length = 1;
                    at + length <= said.length
                            && begin + length <= text.pieces().length
                            && text.pieces()[begin + length - 1] == said[at + length - 1];
                    length++) {
                boolean isQuoted = quoted[said[at + length - 1]];
                hasQuoted |= isQuoted;
                boolean isWhole = length == text.pieces().length;
                int soFar = longest.isEmpty() ? 0 : longest.get(0).length();
                if ((isTitle ? hasQuoted || isWhole : isQuoted)
                        && length >= soFar
                        && text.passage().mayEnd(begin + length - 1)) {
                    if (length > soFar) {
                        longest.clear();
                    }
                    longest.add(new Match(field, text.passage(), begin, length));
                }
            }
        }
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
            return symbol >= 0 && symbol < QUOTATIONS && Passage.hasDigit(pieces.get(order.get(symbol)));
        }

        Phrasing phrasing(Map<Before, Set<Integer>> kept) {
            List<String> texts =
                    order.stream().map(piece -> pieces.get(piece).text()).toList();
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
