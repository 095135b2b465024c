package rerank.trainer.storefront;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * All words of the storefront: {@code catalogue.json}.
 *
 * @param leads begin a query in one phrase; may be empty
 * @param sentenceLeads begin a query in sentences: {@code {a}} the thing with its article, {@code {noun}} its noun
 * @param sentenceJoins introduce the constraints there
 * @param contexts say what a query is for, which no text answers
 * @param closers end some queries
 * @param comparisons how limits are phrased
 * @param intros first sentences of descriptions
 * @param subjects of sentences in descriptions
 * @param fillers sentences that say nothing about attributes
 * @param nameStarts first syllables of makers
 * @param nameEnds last syllables of makers
 * @param models names of products
 * @param attributes by id
 * @param categories all
 */
record Catalogue(
        List<String> leads,
        List<String> sentenceLeads,
        List<String> sentenceJoins,
        List<String> contexts,
        List<String> closers,
        LinkedHashMap<Comparison, List<String>> comparisons,
        List<String> intros,
        List<String> subjects,
        List<String> fillers,
        List<String> nameStarts,
        List<String> nameEnds,
        List<String> models,
        LinkedHashMap<String, Attribute> attributes,
        List<Category> categories) {
    static Catalogue load() {
        try (InputStream json = Catalogue.class.getResourceAsStream("catalogue.json")) {
            if (json == null) {
                throw new IllegalStateException("catalogue.json is missing beside " + Catalogue.class.getName());
            }
            return new ObjectMapper().readValue(json, Catalogue.class);
        } catch (IOException e) {
            throw new UncheckedIOException("catalogue.json: " + e.getMessage(), e);
        }
    }

    /** The same words with other makers. */
    Catalogue withMakers(List<String> makers) {
        return new Catalogue(
                leads,
                sentenceLeads,
                sentenceJoins,
                contexts,
                closers,
                comparisons,
                intros,
                subjects,
                fillers,
                makers,
                List.of(""),
                models,
                attributes,
                categories);
    }

    Attribute attribute(String id) {
        Attribute attribute = attributes.get(id);
        if (attribute == null) {
            throw new IllegalArgumentException("catalogue.json: no attribute '" + id + "'");
        }
        return attribute;
    }

    List<String> phrases(Comparison comparison) {
        return comparisons.getOrDefault(comparison, List.of());
    }

    /** A noun phrase with its indefinite article. */
    static String withArticle(String phrase) {
        return ("aeiou".indexOf(phrase.charAt(0)) >= 0 ? "an " : "a ") + phrase;
    }
}
