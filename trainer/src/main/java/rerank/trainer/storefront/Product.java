package rerank.trainer.storefront;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import rerank.trainer.dataset.Document;

/**
 * A product as its text describes it.
 *
 * @param category its id
 * @param noun the word its title calls it by
 * @param stated what the text says, by attribute; whatever is not here cannot be known
 * @param document its id, title and description
 */
record Product(String category, String noun, Map<String, Fact> stated, Document document) {
    /**
     * An attribute that the text states.
     *
     * @param value what it states
     * @param shown the words of the text that state it
     */
    record Fact(Value value, String shown) {}

    Product {
        stated = Collections.unmodifiableMap(new LinkedHashMap<>(stated));
    }

    String id() {
        return document.id();
    }
}
