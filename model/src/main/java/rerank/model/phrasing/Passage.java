package rerank.model.phrasing;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.tokenizer.Tokenizer.Piece;

/**
 * A text of a pair as an explanation may quote it: in whole words, signs between them included, numbers never in part. Its
 * first word has a space before it, as it would have behind others.
 */
final class Passage {
    /** Characters of a text that are looked at for each token that a prompt may have. */
    private static final int CHARACTERS_PER_TOKEN = 6;

    /** Pieces of the longest quotation that is one of few things. */
    static final int LONGEST_SHAPE = 8;

    /** Pieces of the longest beginning that is quoted as a whole. */
    private static final int LONGEST_HEAD = 32;

    private static final Pattern NUMBER = Pattern.compile("[0-9]+(?:[.,][0-9]+)*");

    private final List<Piece> pieces;
    private final boolean isText;
    private final int[] tokens;

    /** For each piece its first token. */
    private final int[] starts;

    /** For each piece, whether a space comes before it. */
    private final boolean[] startsApart;

    /** For each piece, whether a quotation may end after it. */
    private final boolean[] pieceEnds;

    /** For each token, whether a quotation may end with it. */
    private final boolean[] ends;

    /** Pieces that a quotation may begin with: numbers and amounts of money, and the others. */
    private final int[] numbers;

    private final int[] words;

    /** Of {@link #shapes()}; empty until they are asked for. */
    private final Map<String, List<Span>> shapes = new HashMap<>();

    /** What a quotation may be: from a token on to another one; {@code last} is -1 where it may end wherever a word does. */
    record Span(Passage passage, int first, int last) {}

    private Passage(List<Piece> pieces, boolean isText) {
        this.pieces = List.copyOf(pieces);
        this.isText = isText;
        this.tokens = pieces.stream()
                .flatMapToInt(piece -> Arrays.stream(piece.ids()))
                .toArray();
        this.starts = new int[pieces.size()];
        this.startsApart = new boolean[pieces.size()];
        this.pieceEnds = new boolean[pieces.size()];
        this.ends = new boolean[tokens.length];
        int at = 0;
        for (int i = 0; i < pieces.size(); i++) {
            starts[i] = at;
            at += pieces.get(i).ids().length;
            startsApart[i] = startsApart(pieces.get(i));
            pieceEnds[i] = mayEnd(pieces, i);
            ends[at - 1] = pieceEnds[i];
        }
        this.numbers = begins(true);
        this.words = begins(false);
    }

    /**
     * A text as it stands, and the words behind signs in it as another one: "an x-ray" is "an x-ray" and "ray".
     *
     * @param mostTokens of a prompt; what lies far behind so many cannot be quoted
     */
    static List<Passage> of(String text, int mostTokens, Tokenizer tokenizer) {
        String shown = text.strip();
        shown = shown.substring(0, Math.min(shown.length(), CHARACTERS_PER_TOKEN * mostTokens));
        if (shown.isEmpty()) {
            return List.of();
        }
        List<Passage> passages = new ArrayList<>();
        List<Piece> pieces = tokenizer.pieces(" " + shown);
        passages.add(new Passage(pieces, true));
        String behindSigns = IntStream.range(1, pieces.size())
                .filter(i -> !startsApart(pieces.get(i)) && isLetters(pieces.get(i)) && !hasWord(pieces.get(i - 1)))
                .mapToObj(i -> " " + pieces.get(i).text())
                .collect(Collectors.joining());
        if (!behindSigns.isEmpty()) {
            passages.add(new Passage(tokenizer.pieces(behindSigns), false));
        }
        return passages;
    }

    private int[] begins(boolean withNumber) {
        return IntStream.range(0, pieces.size())
                .filter(i -> startsApart[i] && isNumber(pieces.get(i)) == withNumber)
                .toArray();
    }

    List<Piece> pieces() {
        return pieces;
    }

    int[] tokens() {
        return tokens;
    }

    /** The tokens of some pieces. */
    IntBuffer tokens(int begin, int length) {
        Span span = span(begin, length);
        return tokens(span.first(), span.last(), tokens);
    }

    /** Some tokens, both the first and the last among them. */
    static IntBuffer tokens(int first, int last, int[] tokens) {
        return IntBuffer.wrap(tokens, first, last - first + 1).slice();
    }

    /** How often some tokens stand in it. */
    int count(IntBuffer words) {
        return (int) IntStream.rangeClosed(0, tokens.length - words.limit())
                .filter(i -> tokens(i, i + words.limit() - 1, tokens).equals(words))
                .count();
    }

    /** Whether a piece is the first of the field. */
    boolean isHead(int piece) {
        return isText && piece == 0;
    }

    /** All that it offers for a quotation. */
    List<Span> spans(Quotation quotation) {
        if (!quotation.shapes().isEmpty()) {
            Map<String, List<Span>> known = shapes();
            return quotation.shapes().stream()
                    .flatMap(shape -> known.getOrDefault(shape, List.of()).stream())
                    .filter(span -> !quotation.isHead() || (isText && span.first() == 0))
                    .toList();
        }
        List<Span> spans = new ArrayList<>();
        for (int begin : quotation.isNumber() ? numbers : words) {
            if (quotation.isHead() && !isHead(begin)) {
                continue;
            }
            if (quotation.mayEndAnywhere()) {
                spans.add(new Span(this, starts[begin], -1));
                continue;
            }
            for (int length = 1; length <= LONGEST_HEAD && begin + length <= pieces.size(); length++) {
                if (mayEnd(begin + length - 1) && isWhole(quotation, begin, length)) {
                    spans.add(span(begin, length));
                }
            }
        }
        return spans;
    }

    private Span span(int begin, int length) {
        int last = begin + length - 1;
        return new Span(this, starts[begin], starts[last] + pieces.get(last).ids().length - 1);
    }

    /** Short stretches by what they are; found once. */
    private Map<String, List<Span>> shapes() {
        if (!shapes.isEmpty()) {
            return shapes;
        }
        for (int begin = 0; begin < pieces.size(); begin++) {
            int most = mayBegin(begin) ? Math.min(LONGEST_SHAPE, pieces.size() - begin) : 0;
            for (int length = 1; length <= most; length++) {
                if (mayEnd(begin + length - 1)) {
                    shapes.computeIfAbsent(shape(begin, length), any -> new ArrayList<>())
                            .add(span(begin, length));
                }
            }
        }
        return shapes;
    }

    private boolean isWhole(Quotation quotation, int begin, int length) {
        int words = words(begin, length);
        return begin + length == pieces.size()
                || words == quotation.mostWords()
                || (words < quotation.mostWords() && quotation.ends().contains(follower(begin, length)));
    }

    /** What stands in some pieces, with # for a number. */
    String shape(int begin, int length) {
        StringBuilder text = new StringBuilder();
        boolean hasNumber = false;
        for (Piece piece : pieces.subList(begin, begin + length)) {
            text.append(piece.text());
            hasNumber |= hasDigit(piece);
        }
        String stripped = text.toString().strip();
        return hasNumber ? NUMBER.matcher(stripped).replaceAll("#") : stripped;
    }

    /** How many words with a space before them begin in some pieces. */
    int words(int begin, int length) {
        return (int) IntStream.range(begin, begin + length)
                .filter(i -> startsApart[i])
                .count();
    }

    /** What comes after some pieces; empty at the end. */
    String follower(int begin, int length) {
        return begin + length == pieces.size() ? "" : pieces.get(begin + length).text();
    }

    boolean endsAt(int token) {
        return ends[token];
    }

    /** Whether a quotation may begin with a piece. */
    boolean mayBegin(int piece) {
        return startsApart[piece];
    }

    /** Whether a quotation may end after a piece: not within a number, nor before what is glued to a word. */
    boolean mayEnd(int piece) {
        return pieceEnds[piece];
    }

    private static boolean mayEnd(List<Piece> pieces, int piece) {
        if (piece == pieces.size() - 1) {
            return true;
        }
        if (!hasWord(pieces.get(piece))) {
            return false;
        }
        int next = piece + 1;
        while (next < pieces.size() && !startsApart(pieces.get(next)) && !hasWord(pieces.get(next))) {
            next++;
        }
        if (next == pieces.size() || startsApart(pieces.get(next))) {
            return true;
        }
        return !isLetters(pieces.get(piece)) && isLetters(pieces.get(next));
    }

    /** Whether a piece begins a number or an amount of money. */
    static boolean isNumber(Piece piece) {
        return hasDigit(piece) || isMoney(piece);
    }

    static boolean hasDigit(Piece piece) {
        return piece.text().codePoints().anyMatch(Character::isDigit);
    }

    static boolean hasWord(Piece piece) {
        return piece.text().codePoints().anyMatch(Character::isLetterOrDigit);
    }

    static boolean isMoney(Piece piece) {
        return piece.text().codePoints().anyMatch(sign -> Character.getType(sign) == Character.CURRENCY_SYMBOL);
    }

    private static boolean isLetters(Piece piece) {
        return hasWord(piece) && !hasDigit(piece);
    }

    private static boolean startsApart(Piece piece) {
        return piece.text().startsWith(" ");
    }
}
