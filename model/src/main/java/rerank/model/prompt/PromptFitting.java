package rerank.model.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import rerank.model.prompt.TemplateBody.Part;
import rerank.model.prompt.TemplateBody.Source;
import rerank.model.tokenizer.Tokenizer;

/** The parts of one prompt, or of a stretch of one, and how much of the document fits between the others. */
final class PromptFitting {
    private final Tokenizer tokenizer;
    private final List<Encoding> parts = new ArrayList<>();
    private int fixedTokens;

    /** A part and its tokens; those of title and text are found last. */
    private record Encoding(Part part, Tokenizer.@Nullable Encoded tokens) {}

    PromptFitting(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Adds a part; {@code control} makes tokens of a text of ours. */
    void add(Part part, Function<String, int[]> control) {
        if (part.source() == Source.CONTROL) {
            addControl(control.apply(part.text()));
        } else {
            addField(part);
        }
    }

    private void addControl(int[] ids) {
        parts.add(new Encoding(
                new Part(Source.CONTROL, "", 0), new Tokenizer.Encoded(ids, new int[ids.length], new int[ids.length])));
        fixedTokens += ids.length;
    }

    private void addField(Part part) {
        boolean isDocument = part.source() == Source.TITLE || part.source() == Source.TEXT;
        Tokenizer.Encoded tokens = isDocument ? null : tokenizer.encode(part.text());
        parts.add(new Encoding(part, tokens));
        fixedTokens += tokens == null ? 0 : tokens.ids().length;
    }

    /** Tokens of everything but the document. */
    int fixedTokens() {
        return fixedTokens;
    }

    /**
     * The prompt with as much of the document as fits. Where not all of it does, a title keeps at least half of the
     * room.
     *
     * @param limit bound on the prompt's tokens; at least the fixed ones
     */
    EncodedPrompt fitted(int limit, @Nullable TokenFlags flags) {
        int room = limit - fixedTokens;
        Tokenizer.Encoded title = encode(Source.TITLE, room);
        Tokenizer.Encoded text = encode(Source.TEXT, room);
        int titleRoom = Math.max(room / 2, room - text.ids().length);
        title = title.first(titleRoom);
        text = text.first(room - title.ids().length);
        int[] ids = new int[fixedTokens + title.ids().length + text.ids().length];
        int[] types = new int[ids.length];
        int at = 0;
        int instruction = -1;
        int query = -1;
        for (Encoding encoding : parts) {
            Source source = encoding.part.source();
            boolean isDocument = source == Source.TITLE || source == Source.TEXT;
            instruction = instruction < 0 && (source == Source.QUERY || isDocument) ? at : instruction;
            query = query < 0 && isDocument ? at : query;
            Tokenizer.Encoded tokens =
                    encoding.tokens != null ? encoding.tokens : source == Source.TITLE ? title : text;
            System.arraycopy(tokens.ids(), 0, ids, at, tokens.ids().length);
            if (flags != null) {
                flags.fillTokenTypes(encoding.part, tokens, types, at);
            }
            at += tokens.ids().length;
        }
        instruction = Math.max(instruction, 0);
        // Flags of query words tell of the document.
        query = flags == null ? Math.max(instruction, query) : instruction;
        return new EncodedPrompt(ids, types, instruction, query);
    }

    /** The first tokens of a field, at most as many as there is room for, without encoding all of a long document. */
    private Tokenizer.Encoded encode(Source source, int room) {
        String text = parts.stream()
                .map(Encoding::part)
                .filter(part -> part.source() == source)
                .map(Part::text)
                .findFirst()
                .orElse("");
        return tokenizer.encodeFirst(text, room);
    }
}
