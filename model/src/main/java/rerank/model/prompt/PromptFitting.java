package rerank.model.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rerank.model.prompt.TemplateBody.Part;
import rerank.model.prompt.TemplateBody.Source;
import rerank.model.tokenizer.Tokenizer;

/** The parts of one prompt, and how much of the document fits between the others. */
final class PromptFitting {
    /** UTF-16 units of a document looked at for each token wanted, before more of it is looked at. */
    private static final int UNITS_PER_TOKEN = 6;

    /** Of a text without a sign or a space, no more than this is looked at. */
    private static final int MOST_UNITS_PER_TOKEN = 64;

    private final Tokenizer tokenizer;
    private final int limit;
    private final List<Encoding> parts = new ArrayList<>();
    private int fixedTokens;

    /** A part and its tokens; those of title and text are found last. */
    private record Encoding(Part part, Tokenizer.@Nullable Encoded tokens) {}

    PromptFitting(Tokenizer tokenizer, int limit) {
        this.tokenizer = tokenizer;
        this.limit = limit;
    }

    void addControl(int[] ids) {
        parts.add(new Encoding(
                new Part(Source.CONTROL, "", 0), new Tokenizer.Encoded(ids, new int[ids.length], new int[ids.length])));
        fixedTokens += ids.length;
    }

    void addField(Part part) {
        boolean isDocument = part.source() == Source.TITLE || part.source() == Source.TEXT;
        Tokenizer.Encoded tokens = isDocument ? null : tokenizer.encode(part.text());
        parts.add(new Encoding(part, tokens));
        fixedTokens += tokens == null ? 0 : tokens.ids().length;
    }

    /** Tokens of everything but the document. */
    int fixedTokens() {
        return fixedTokens;
    }

    boolean isTooLong() {
        return fixedTokens > limit;
    }

    /**
     * The prompt with as much of the document as fits. Where not all of it does, a title keeps at least half of the
     * room.
     */
    EncodedPrompt fitted(@Nullable TokenFlags flags) {
        int room = limit - fixedTokens;
        Tokenizer.Encoded title = encode(Source.TITLE, room);
        Tokenizer.Encoded text = encode(Source.TEXT, room);
        int titleRoom = Math.max(room / 2, room - text.ids().length);
        title = first(title, titleRoom);
        text = first(text, room - title.ids().length);
        int[] ids = new int[fixedTokens + title.ids().length + text.ids().length];
        int[] types = new int[ids.length];
        int at = 0;
        for (Encoding encoding : parts) {
            Source source = encoding.part.source();
            Tokenizer.Encoded tokens =
                    encoding.tokens != null ? encoding.tokens : source == Source.TITLE ? title : text;
            System.arraycopy(tokens.ids(), 0, ids, at, tokens.ids().length);
            if (flags != null) {
                flags.fillTokenTypes(encoding.part, tokens, types, at);
            }
            at += tokens.ids().length;
        }
        return new EncodedPrompt(ids, types);
    }

    /** The first tokens of a field, at most as many as there is room for, without encoding all of a long document. */
    private Tokenizer.Encoded encode(Source source, int room) {
        String text = parts.stream()
                .map(Encoding::part)
                .filter(part -> part.source() == source)
                .map(Part::text)
                .findFirst()
                .orElse("");
        long window = (long) UNITS_PER_TOKEN * (room + 1);
        while (true) {
            boolean isWhole = window >= text.length();
            String head = isWhole ? text : text.substring(0, (int) window);
            Tokenizer.Encoded encoded = tokenizer.encode(head);
            if (isWhole || tokensOfWholeWords(encoded, head) >= room || window > (long) MOST_UNITS_PER_TOKEN * room) {
                return first(encoded, room);
            }
            window *= 2;
        }
    }

    /** Tokens before the last sign or white space; those after it may be of a word that goes on behind the window. */
    private static int tokensOfWholeWords(Tokenizer.Encoded encoded, String head) {
        int boundary = head.length();
        while (boundary > 0 && Character.isLetterOrDigit(head.codePointBefore(boundary))) {
            boundary -= Character.charCount(head.codePointBefore(boundary));
        }
        int count = encoded.ids().length;
        while (count > 0 && encoded.ends()[count - 1] >= boundary) {
            count--;
        }
        return count;
    }

    private static Tokenizer.Encoded first(Tokenizer.Encoded encoded, int count) {
        return encoded.ids().length <= count
                ? encoded
                : new Tokenizer.Encoded(
                        Arrays.copyOf(encoded.ids(), count),
                        Arrays.copyOf(encoded.starts(), count),
                        Arrays.copyOf(encoded.ends(), count));
    }
}
