package rerank.model.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import rerank.model.weights.CheckpointException;

/**
 * A checkpoint's {@code tokenizer.json}, run by the Hugging Face tokenizers library. Safe for use by several threads.
 *
 * <p>Unpaired surrogates are read as U+FFFD, of the same length in UTF-16, so that offsets stay those of the text given.
 */
public final class Tokenizer implements AutoCloseable {
    /** UTF-16 units of a text looked at for each token wanted, before more of it is looked at. */
    private static final int UNITS_PER_TOKEN = 6;

    /** Of a text without a sign or a space, no more than this is looked at. */
    private static final int MOST_UNITS_PER_TOKEN = 64;

    private final TokenizerFile file;
    private final TokenizerConfig config;
    private final HuggingFaceTokenizer withSpecials;

    /** What tokens spell by themselves, as far as anybody has asked. */
    private final Map<Integer, String> spelt = new ConcurrentHashMap<>();

    /** The same tokenizer without its added tokens; made when a text first spells one. Guarded by this. */
    private @Nullable HuggingFaceTokenizer plain;

    /** What goes around two texts; found when it is first asked for. Guarded by this. */
    private @Nullable PairTemplate pairTemplate;

    private Tokenizer(TokenizerFile file, TokenizerConfig config, HuggingFaceTokenizer withSpecials) {
        this.file = file;
        this.config = config;
        this.withSpecials = withSpecials;
    }

    /**
     * Token ids with where each came from.
     *
     * <p>Tokens that share one character (the bytes of an emoji) all carry that character's span, and a span may leave
     * out a combining mark that the normalizer composed or dropped.
     *
     * @param ids token ids
     * @param starts for each token the index of its first UTF-16 unit in the text
     * @param ends for each token the index after its last UTF-16 unit
     */
    public record Encoded(int[] ids, int[] starts, int[] ends) {
        /** The first tokens, at most as many as asked for. */
        public Encoded first(int count) {
            return ids.length <= count
                    ? this
                    : new Encoded(Arrays.copyOf(ids, count), Arrays.copyOf(starts, count), Arrays.copyOf(ends, count));
        }

        /** Tokens before the last sign or white space; those after it may be of a word that goes on behind the text. */
        private int countOfWholeWords(String text) {
            int boundary = text.length();
            while (boundary > 0 && Character.isLetterOrDigit(text.codePointBefore(boundary))) {
                boundary -= Character.charCount(text.codePointBefore(boundary));
            }
            int count = ids.length;
            while (count > 0 && ends[count - 1] >= boundary) {
                count--;
            }
            return count;
        }
    }

    /**
     * Reads {@code tokenizer.json} (and {@code tokenizer_config.json} if present) of a checkpoint directory.
     *
     * @throws CheckpointException if there is no such file or it cannot be read
     */
    public static Tokenizer load(Path checkpoint) {
        TokenizerFile file = TokenizerFile.read(checkpoint.resolve("tokenizer.json"));
        return new Tokenizer(file, TokenizerConfig.read(checkpoint), open(file, file.json()));
    }

    /** Encodes plain text: no special tokens are added, and text that spells one is not turned into it. */
    public Encoded encode(String text) {
        String wellFormed = WellFormed.of(text);
        HuggingFaceTokenizer tokenizer = file.mayMatchAddedToken(wellFormed) ? plain() : withSpecials;
        Encoding encoding = tokenizer.encode(wellFormed, false, false);
        CharSpan[] spans = encoding.getCharTokenSpans();
        int[] starts = new int[spans.length];
        int[] ends = new int[spans.length];
        int[] utf16 = WellFormed.utf16Indices(wellFormed);
        for (int i = 0; i < spans.length; i++) {
            starts[i] = utf16[spans[i].getStart()];
            ends[i] = utf16[spans[i].getEnd()];
        }
        return new Encoded(ints(encoding.getIds()), starts, ends);
    }

    /**
     * A stretch of a text that the pre-tokenizer keeps together, such as a word, with the space before it: what its tokens are does
     * not depend on what stands around it.
     *
     * @param ids its tokens
     * @param text what they spell
     */
    public record Piece(int[] ids, String text) {}

    /** A plain text in pieces. */
    public List<Piece> pieces(String text) {
        String wellFormed = WellFormed.of(text);
        HuggingFaceTokenizer tokenizer = file.mayMatchAddedToken(wellFormed) ? plain() : withSpecials;
        Encoding encoding = tokenizer.encode(wellFormed, false, false);
        int[] ids = ints(encoding.getIds());
        long[] words = encoding.getWordIds();
        List<Piece> found = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= ids.length; to++) {
            boolean isEnd = to == ids.length || words[to] != words[to - 1];
            int[] own = Arrays.copyOfRange(ids, from, to);
            String spelling = isEnd ? spelt(own) : "";
            if (isEnd && (to == ids.length || !spelling.equals(" "))) {
                found.add(new Piece(own, spelling));
                from = to;
            }
        }
        return found;
    }

    private String spelt(int[] ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(spelt.computeIfAbsent(id, any -> decode(new int[] {id}, false)));
        }
        // Characters may be spelt by several tokens.
        return text.indexOf("\uFFFD") < 0 ? text.toString() : decode(ids, false);
    }

    /** Encodes text of our own making (templates), where special tokens are written by name. */
    public int[] encodeWithSpecials(String text) {
        return ints(withSpecials.encode(WellFormed.of(text), false, false).getIds());
    }

    /**
     * The first tokens of a plain text, at most as many as asked for, without encoding all of a long one: of a text
     * without a sign or a space only the beginning is looked at.
     */
    public Encoded encodeFirst(String text, int count) {
        long window = (long) UNITS_PER_TOKEN * (count + 1);
        while (true) {
            boolean isWhole = window >= text.length();
            String head = isWhole ? text : text.substring(0, (int) window);
            Encoded encoded = encode(head);
            if (isWhole || encoded.countOfWholeWords(head) >= count || window > (long) MOST_UNITS_PER_TOKEN * count) {
                return encoded.first(count);
            }
            window *= 2;
        }
    }

    /**
     * Encodes two plain texts as one sequence, with the special tokens and token types of the checkpoint's own
     * post-processor around them.
     *
     * <p>Where they do not fit, only the second is cut, at its end. (The reference's {@code longest_first} would cut
     * whichever is longer, and so may cut a query.)
     *
     * @param maxTokens bound on the sequence
     * @throws IllegalArgumentException if the first text alone does not fit, or the post-processor knows no pairs
     */
    public PairTokens encodePair(String first, String second, int maxTokens) {
        PairTemplate template = pairTemplate();
        int[] firstIds = encode(first).ids();
        int room = maxTokens - template.ids().length - firstIds.length;
        if (room < 0) {
            throw new IllegalArgumentException("the first text has " + firstIds.length + " tokens, with "
                    + template.ids().length + " special ones more than the " + maxTokens + " allowed");
        }
        return template.fill(firstIds, encodeFirst(second, room).ids());
    }

    /** Decodes token ids to text. */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        long[] longs = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            longs[i] = ids[i];
        }
        return withSpecials.decode(longs, skipSpecialTokens);
    }

    /** The id of a token given by its exact name, special or not. */
    public OptionalInt idOf(String token) {
        Integer id = file.ids().get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** Number of ids, added tokens included. */
    public int vocabularySize() {
        return file.vocabularySize();
    }

    /** The checkpoint's chat template (Jinja), or empty if it declares none. */
    public Optional<String> chatTemplate() {
        return config.chatTemplate();
    }

    /** The token that begins a text in this family, if {@code tokenizer_config.json} names one. */
    public Optional<String> beginToken() {
        return config.beginToken();
    }

    /** The token that ends a text or a turn, if {@code tokenizer_config.json} names one. */
    public Optional<String> endToken() {
        return config.endToken();
    }

    @Override
    public synchronized void close() {
        withSpecials.close();
        if (plain != null) {
            plain.close();
        }
    }

    private synchronized PairTemplate pairTemplate() {
        if (pairTemplate == null) {
            pairTemplate = PairTemplate.of(withSpecials);
        }
        return pairTemplate;
    }

    private synchronized HuggingFaceTokenizer plain() {
        if (plain == null) {
            plain = open(file, file.jsonWithoutAddedTokens());
        }
        return plain;
    }

    private static HuggingFaceTokenizer open(TokenizerFile file, byte[] json) {
        Map<String, String> options =
                Map.of("addSpecialTokens", "false", "truncation", "DO_NOT_TRUNCATE", "padding", "DO_NOT_PAD");
        try {
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
        } catch (IOException | RuntimeException e) {
            throw new CheckpointException(file.path() + ": the tokenizers library cannot read it: " + e, e);
        }
    }

    private static int[] ints(long[] longs) {
        int[] ints = new int[longs.length];
        for (int i = 0; i < longs.length; i++) {
            ints[i] = Math.toIntExact(longs[i]);
        }
        return ints;
    }
}
