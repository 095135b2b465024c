package rerank.model.prompt;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How rare words are in English texts, which a small model cannot know of words that it hardly met: a match of a rare word says
 * more. In place of the document frequencies of a collection, which a pair does not have.
 */
final class WordRarity {
    private static final String RESOURCE = "word-rarity.txt";
    private static final int UNLISTED = 4;
    private static final Map<String, Integer> LISTED = read();

    private WordRarity() {}

    /** What a word counts, from 1 for the commonest to 4 for all that are not listed, numbers among them. */
    static int of(String stem) {
        return LISTED.getOrDefault(stem, UNLISTED);
    }

    /** What words count together. */
    static int of(Set<String> stems) {
        return stems.stream().mapToInt(WordRarity::of).sum();
    }

    private static Map<String, Integer> read() {
        Map<String, Integer> listed = new HashMap<>();
        try (InputStream resource = WordRarity.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8));
            int rarity = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("#")) {
                    continue;
                }
                for (String word : line.trim().split(" ", -1)) {
                    if (Character.isDigit(word.charAt(0))) {
                        rarity = Integer.parseInt(word);
                    } else {
                        listed.put(word, rarity);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.copyOf(listed);
    }
}
