package rerank.trainer.storefront;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How words and tastes of the customers differ from those that the shop's texts know.
 *
 * @param likedMakers whose products are worth one label more than the query alone says
 * @param otherMakers whose products are judged by the query alone
 * @param dislikedMakers whose products are worth one label less
 * @param words of the shop, and what customers say instead; each begins as the word that it replaces, with a vowel or not
 */
record Shift(
        List<String> likedMakers,
        List<String> otherMakers,
        List<String> dislikedMakers,
        LinkedHashMap<String, String> words) {
    /** Customers who talk like the shop and like all makers the same. */
    static final Shift NONE = new Shift(List.of(), List.of(), List.of(), new LinkedHashMap<>());

    /** The shift of a configuration. */
    static Shift of(StorefrontConfig.Customers customers) {
        return switch (customers) {
            case USUAL -> NONE;
            case SHIFTED -> load();
        };
    }

    private static Shift load() {
        try (InputStream json = Shift.class.getResourceAsStream("shift.json")) {
            if (json == null) {
                throw new IllegalStateException("shift.json is missing beside " + Shift.class.getName());
            }
            return new ObjectMapper().readValue(json, Shift.class);
        } catch (IOException e) {
            throw new UncheckedIOException("shift.json: " + e.getMessage(), e);
        }
    }

    /** The catalogue with the makers of this shift, where it has any. */
    Catalogue over(Catalogue catalogue) {
        List<String> makers = java.util.stream.Stream.of(likedMakers, otherMakers, dislikedMakers)
                .flatMap(List::stream)
                .toList();
        return makers.isEmpty() ? catalogue : catalogue.withMakers(makers);
    }

    /** A query in the customers' words. */
    String inCustomersWords(String text) {
        if (words.isEmpty()) {
            return text;
        }
        String longestFirst = words.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        Matcher matcher = Pattern.compile("\\b(" + longestFirst + ")\\b").matcher(text);
        return matcher.replaceAll(found -> Matcher.quoteReplacement(words.getOrDefault(found.group(1), "")));
    }

    /** What the maker alone is worth: 1 when liked, -1 when disliked, otherwise 0. */
    int liking(Product product) {
        String maker = product.document().title().split(" ", 2)[0];
        return likedMakers.contains(maker) ? 1 : dislikedMakers.contains(maker) ? -1 : 0;
    }
}
