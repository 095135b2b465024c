package rerank.model.prompt;

import java.util.List;
import rerank.model.prompt.TemplateBody.Part;
import rerank.model.prompt.TemplateBody.Source;
import rerank.model.tokenizer.Tokenizer;

/**
 * What a model without much knowledge is told about each token of a pair: a row of the token-type table, segment times the
 * number of flags plus flag. Segments: 0 for control tokens, instruction and answer, 1 query, 2 title, 3 text.
 */
abstract class TokenFlags {
    /** Of a long text no more is looked at, though more than fits the prompt: that a word occurs at all is worth knowing. */
    private static final int MAX_UNITS = 65_536;

    private final int flags;

    /**
     * A stretch of a field whose tokens carry a flag.
     *
     * @param start index of its first UTF-16 unit
     * @param end index after its last
     */
    record Span(int start, int end, int flag) {}

    TokenFlags(int flags) {
        this.flags = flags;
    }

    /** The flagged stretches of a field, in order and apart; whatever is in none of them has flag 0. */
    abstract List<Span> spans(Source field);

    /** The flag of the control token that leads to a field. */
    abstract int leadingFlag(Source field);

    /** The type of the control token that leads to the answer. */
    int answerFlag() {
        return 0;
    }

    /** Writes the types of a field's tokens into an array, from the given index. */
    final void fillTokenTypes(Part part, Tokenizer.Encoded tokens, int[] types, int at) {
        if (part.source() == Source.CONTROL || part.source() == Source.INSTRUCTION) {
            return;
        }
        if (at > 0) {
            types[at - 1] = leadingFlag(part.source());
        }
        List<Span> spans = spans(part.source());
        int span = 0;
        for (int i = 0; i < tokens.ids().length; i++) {
            int start = tokens.starts()[i] - part.shift();
            int end = tokens.ends()[i] - part.shift();
            while (span < spans.size() && spans.get(span).end() <= start) {
                span++;
            }
            boolean isInSpan = span < spans.size() && spans.get(span).start() < end;
            types[at + i] = part.source().ordinal() * flags
                    + (isInSpan ? spans.get(span).flag() : 0);
        }
    }

    static String head(String text) {
        return text.length() <= MAX_UNITS ? text : text.substring(0, MAX_UNITS);
    }
}
