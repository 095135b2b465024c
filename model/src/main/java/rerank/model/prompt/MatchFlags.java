package rerank.model.prompt;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import rerank.model.prompt.TemplateBody.Part;
import rerank.model.prompt.TemplateBody.Source;
import rerank.model.tokenizer.Tokenizer;

/**
 * Tells a small model which words of query and document match: a token type of segment times 4 plus flag.
 *
 * <p>Segments: 0 for control tokens, instruction and answer, 1 query, 2 title, 3 text. Flags of query words: 0 stop word,
 * 1 in neither, 2 in the text only, 3 in the title. Flags of title and text words: 0 stop word, 1 not in the query, 2 in
 * the query. Words match when their stems are equal, see {@link Words}; every token of a word carries its flag, and a
 * token of no word (signs, white space) has flag 0. Of a long text the first 65,536 UTF-16 units are looked at, also
 * beyond what fits the prompt: whether a query word occurs there at all is worth knowing.
 */
final class MatchFlags {
    private static final int MAX_UNITS = 65_536;
    private static final int FLAGS = 4;

    /** Segments times flags. */
    static final int TOKEN_TYPES = 4 * FLAGS;

    private final List<Words.Word> query;
    private final List<Words.Word> title;
    private final List<Words.Word> text;
    private final Set<String> inQuery;
    private final Set<String> inTitle;
    private final Set<String> inText;

    private MatchFlags(List<Words.Word> query, List<Words.Word> title, List<Words.Word> text) {
        this.query = query;
        this.title = title;
        this.text = text;
        inQuery = stems(query);
        inTitle = stems(title);
        inText = stems(text);
    }

    static MatchFlags of(String query, String title, String text) {
        return new MatchFlags(Words.of(head(query)), Words.of(head(title)), Words.of(head(text)));
    }

    /** Writes the types of a part's tokens into an array, from the given index. */
    void fillTokenTypes(Part part, Tokenizer.Encoded tokens, int[] types, int at) {
        if (part.source() == Source.CONTROL || part.source() == Source.INSTRUCTION) {
            return;
        }
        List<Words.Word> words = words(part.source());
        int word = 0;
        for (int i = 0; i < tokens.ids().length; i++) {
            int start = tokens.starts()[i] - part.shift();
            int end = tokens.ends()[i] - part.shift();
            while (word < words.size() && words.get(word).end() <= start) {
                word++;
            }
            boolean isInWord = word < words.size() && words.get(word).start() < end;
            types[at + i] = part.source().ordinal() * FLAGS + (isInWord ? flag(part.source(), words.get(word)) : 0);
        }
    }

    private int flag(Source source, Words.Word word) {
        String stem = word.stem();
        if (stem.isEmpty()) {
            return 0;
        }
        if (source != Source.QUERY) {
            return inQuery.contains(stem) ? 2 : 1;
        }
        return inTitle.contains(stem) ? 3 : inText.contains(stem) ? 2 : 1;
    }

    private List<Words.Word> words(Source source) {
        return source == Source.QUERY ? query : source == Source.TITLE ? title : text;
    }

    private static Set<String> stems(List<Words.Word> words) {
        Set<String> stems = new HashSet<>();
        for (Words.Word word : words) {
            if (!word.stem().isEmpty()) {
                stems.add(word.stem());
            }
        }
        return stems;
    }

    private static String head(String text) {
        return text.length() <= MAX_UNITS ? text : text.substring(0, MAX_UNITS);
    }
}
