package rerank.model.phrasing;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.tokenizer.Tokenizer.Piece;

/**
 * Explanations, cut into the phrasing's own words and quotations of the pair. Words are quoted that nearly always stand in the pair
 * when an explanation has them, anywhere or behind some word, but not where they stand in most pairs anyway; a quotation is the
 * longest run of the pair's words that begins and ends with quoted ones, and goes on into a number only if it begins with one; one
 * of a title may hold any.
 */
final class ExplanationParts {
    private static final double NEARLY_ALL = 0.97;

    /** What stands in so many of the pairs whose explanations do not have it is no quotation where they do: "a", "for". */
    private static final double COMMON = 0.5;

    /** What is said seldom behind some piece may stand in the pair by chance. */
    private static final int FEWEST = 20;

    private final Tokenizer tokenizer;
    private final int mostTokens;
    private final Map<IntBuffer, Integer> numbers = new HashMap<>();
    private final List<Piece> pieces = new ArrayList<>();
    private final Map<String, List<Text>> texts = new HashMap<>();
    private final List<Example> examples = new ArrayList<>();

    /** Texts as numbers of pieces. */
    private record Example(String query, int[] said, Map<Field, List<Text>> fields) {}

    private record Text(int[] pieces, Passage passage) {}

    /**
     * A word, or words of the pair.
     *
     * @param word its number; -1 for a quotation
     * @param matches where the words stand in the pair; none for a word
     */
    record Part(int word, List<Match> matches) {
        boolean isQuotation() {
            return word < 0;
        }
    }

    /** Where words of an explanation stand in the pair. */
    record Match(Field field, Passage passage, int begin, int length) {
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

    /**
     * No explanation yet.
     *
     * @param mostTokens of a prompt
     */
    ExplanationParts(Tokenizer tokenizer, int mostTokens) {
        this.tokenizer = tokenizer;
        this.mostTokens = mostTokens;
    }

    /** Takes an explanation into account. */
    void add(Query query, Candidate candidate, String explanation) {
        Map<Field, List<Text>> fields = new EnumMap<>(Field.class);
        fields.put(Field.TEXT, texts(candidate.text()));
        fields.put(Field.QUERY, texts(query.text()));
        fields.put(Field.TITLE, texts(candidate.title()));
        examples.add(new Example(query.id(), numbers(tokenizer.pieces(" " + explanation.strip())), fields));
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

    /** The text of a word by its number. */
    Piece piece(int number) {
        return pieces.get(number);
    }

    /** The parts of each explanation so far, in their order. */
    List<List<Part>> all() {
        Set<Long> quoted = quoted();
        return examples.stream().map(example -> parts(example, quoted)).toList();
    }

    /** For each explanation the number of its query. */
    int[] queries() {
        Map<String, Integer> known = new HashMap<>();
        return examples.stream()
                .mapToInt(example -> {
                    Integer number = known.putIfAbsent(example.query(), known.size());
                    return number == null ? known.size() - 1 : number;
                })
                .toArray();
    }

    /** Whether nearly no explanation quotes anything more often than it stands in the pair. */
    boolean areQuotedOnce(List<List<Part>> explanations) {
        int once = 0;
        for (int i = 0; i < examples.size(); i++) {
            var limit = new Quoted.Limit(examples.get(i).fields().values().stream()
                    .map(field -> field.stream().map(Text::passage).toList())
                    .toList());
            once += isQuotedOnce(explanations.get(i), limit) ? 1 : 0;
        }
        return once >= NEARLY_ALL * examples.size();
    }

    private static boolean isQuotedOnce(List<Part> parts, Quoted.Limit limit) {
        Quoted quoted = Quoted.NOTHING;
        for (Part part : parts) {
            if (part.isQuotation()) {
                Match match = part.matches().get(0);
                IntBuffer words = match.passage().tokens(match.begin(), match.length());
                if (!limit.allows(quoted, words)) {
                    return false;
                }
                quoted = quoted.and(words);
            }
        }
        return true;
    }

    /** Pieces that nearly always stand in the pair when an explanation has them, and those that do behind some piece. */
    private Set<Long> quoted() {
        Map<Long, Integer> said = new HashMap<>();
        Map<Long, Integer> copied = new HashMap<>();
        int[] saying = new int[pieces.size()];
        int[] standing = new int[pieces.size()];
        for (Example example : examples) {
            BitSet stands = new BitSet(pieces.size());
            example.fields().values().stream()
                    .flatMap(List::stream)
                    .flatMapToInt(text -> IntStream.of(text.pieces()))
                    .forEach(stands::set);
            BitSet isSaid = new BitSet(pieces.size());
            IntStream.of(example.said()).forEach(isSaid::set);
            isSaid.stream().forEach(piece -> saying[piece]++);
            stands.stream().filter(piece -> !isSaid.get(piece)).forEach(piece -> standing[piece]++);
            for (int i = 0; i < example.said().length; i++) {
                int copies = stands.get(example.said()[i]) ? 1 : 0;
                for (long piece : List.of(anywhere(example.said()[i]), behind(example.said(), i))) {
                    said.merge(piece, 1, Integer::sum);
                    copied.merge(piece, copies, Integer::sum);
                }
            }
        }
        Set<Long> quoted = new HashSet<>();
        said.forEach((key, count) -> {
            int number = (int) (long) key;
            Piece piece = pieces.get(number);
            boolean isCopied =
                    copied.getOrDefault(key, 0) >= NEARLY_ALL * count && (key == anywhere(number) || count >= FEWEST);
            boolean isCommon = standing[number] >= COMMON * (examples.size() - saying[number]);
            if (Passage.isNumber(piece) || (Passage.hasWord(piece) && isCopied && !isCommon)) {
                quoted.add(key);
            }
        });
        return quoted;
    }

    private static long anywhere(int piece) {
        return piece;
    }

    private static long behind(int[] said, int at) {
        int before = at == 0 ? 0 : said[at - 1] + 1;
        return (before + 1L) << Integer.SIZE | said[at];
    }

    private static List<Part> parts(Example example, Set<Long> known) {
        int[] said = example.said();
        boolean[] quoted = new boolean[said.length];
        for (int i = 0; i < said.length; i++) {
            quoted[i] = known.contains(anywhere(said[i])) || known.contains(behind(said, i));
        }
        List<Part> parts = new ArrayList<>();
        int at = 0;
        while (at < said.length) {
            List<Match> longest = new ArrayList<>();
            for (Map.Entry<Field, List<Text>> field : example.fields().entrySet()) {
                for (Text text : field.getValue()) {
                    addLongest(said, at, field.getKey(), text, quoted, longest);
                }
            }
            parts.add(new Part(longest.isEmpty() ? said[at] : -1, longest));
            at += longest.isEmpty() ? 1 : longest.get(0).length();
        }
        return parts;
    }

    /** Adds what a text has of the longest quotation from here on, or puts it in the place of shorter ones. */
    private static void addLongest(int[] said, int at, Field field, Text text, boolean[] quoted, List<Match> longest) {
        boolean isTitle = field == Field.TITLE;
        if (!isTitle && !quoted[at]) {
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
                if (!isTitle && length > 1 && isBehindWords(text.passage(), begin, length)) {
                    break;
                }
                boolean isQuoted = quoted[at + length - 1];
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

    /** Whether the last of some pieces begins a number, and the first does not. */
    private static boolean isBehindWords(Passage passage, int begin, int length) {
        int last = begin + length - 1;
        return passage.mayBegin(last)
                && Passage.isNumber(passage.pieces().get(last))
                && !Passage.isNumber(passage.pieces().get(begin));
    }
}
