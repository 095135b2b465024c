package rerank.model.prompt;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import rerank.model.prompt.TemplateBody.Source;

/**
 * Tells a small model which words of query and document match.
 *
 * <p>Flags of query words: 0 stop word, 1 in neither, 2 in the text only, 3 in the title. Flags of title and text words:
 * 0 stop word, 1 not in the query, 2 in the query. Words match when their stems are equal, see {@link Words}; every token
 * of a word carries its flag, and a token of no word (signs, white space) has flag 0.
 */
final class MatchFlags extends TokenFlags {
    private static final int FLAGS = 4;

    /** Segments times flags. */
    static final int TOKEN_TYPES = 4 * FLAGS;

    private final List<Words.Word> query;
    private final List<Words.Word> title;
    private final List<Words.Word> text;
    private final Set<String> inQuery;
    private final Set<String> inTitle;
    private final Set<String> inText;

    MatchFlags(String query, String title, String text) {
        super(FLAGS);
        this.query = Words.of(head(query));
        this.title = Words.of(head(title));
        this.text = Words.of(head(text));
        inQuery = stems(this.query);
        inTitle = stems(this.title);
        inText = stems(this.text);
    }

    @Override
    List<Span> spans(Source field) {
        List<Words.Word> words = field == Source.QUERY ? query : field == Source.TITLE ? title : text;
        return words.stream()
                .map(word -> new Span(word.start(), word.end(), flag(field, word)))
                .toList();
    }

    @Override
    int leadingFlag(Source field) {
        return 0;
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

    private static Set<String> stems(List<Words.Word> words) {
        Set<String> stems = new HashSet<>();
        for (Words.Word word : words) {
            if (!word.stem().isEmpty()) {
                stems.add(word.stem());
            }
        }
        return stems;
    }
}
