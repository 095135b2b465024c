package rerank.model.prompt;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which words of a query a document has, by the rules that {@link RelationFlags} tells a model: what a true sentence
 * about word overlap can be made of.
 *
 * @param shared words of the query whose stem is in the document's title or text, as the query writes them, each once
 * @param missing the others, stop words left out
 */
public record SharedWords(List<String> shared, List<String> missing) {
    public SharedWords {
        shared = List.copyOf(shared);
        missing = List.copyOf(missing);
    }

    /** Compares a query with a document. */
    public static SharedWords of(String query, String title, String text) {
        Set<String> document = new HashSet<>();
        Words.of(title).forEach(word -> document.add(word.stem()));
        Words.of(text).forEach(word -> document.add(word.stem()));
        List<String> shared = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Words.Word word : Words.of(query)) {
            if (!word.stem().isEmpty() && seen.add(word.stem())) {
                (document.contains(word.stem()) ? shared : missing).add(query.substring(word.start(), word.end()));
            }
        }
        return new SharedWords(shared, missing);
    }
}
