package rerank.model.phrasing;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.tokenizer.Tokenizer.Piece;

/**
 * Explanations, cut into the phrasing's own words and quotations of the pair. Words that nearly always stand in the pair when an
 * explanation has them are quoted; a quotation is the longest run of the pair's words that begins and ends with quoted ones, and
 * one of a title may hold any.
 */
final class ExplanationParts {
    private static final double NEARLY_ALL = 0.97;

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

    /** The text of a word by its number. */
    Piece piece(int number) {
        return pieces.get(number);
    }

    /** The parts of each explanation so far, in their order. */
    List<List<Part>> all() {
        boolean[] quoted = quoted();
        return examples.stream().map(example -> parts(example, quoted)).toList();
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
}
