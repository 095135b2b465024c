package rerank.cli.embedded;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/** What a new schema of a subject must keep up with, as Confluent's registry names it. */
enum CompatibilityLevel {
    /** Anything goes. */
    NONE(false, false, false),
    /** The new schema reads what the latest one wrote. */
    BACKWARD(true, false, false),
    /** The new schema reads what any earlier one wrote. */
    BACKWARD_TRANSITIVE(true, false, true),
    /** The latest schema reads what the new one writes. */
    FORWARD(false, true, false),
    /** Every earlier schema reads what the new one writes. */
    FORWARD_TRANSITIVE(false, true, true),
    /** Both directions with the latest schema. */
    FULL(true, true, false),
    /** Both directions with every earlier schema. */
    FULL_TRANSITIVE(true, true, true);

    private final boolean readsEarlier;
    private final boolean readByEarlier;
    private final boolean transitive;

    CompatibilityLevel(boolean readsEarlier, boolean readByEarlier, boolean transitive) {
        this.readsEarlier = readsEarlier;
        this.readByEarlier = readByEarlier;
        this.transitive = transitive;
    }

    /**
     * Reads a level's name in any case.
     *
     * @throws RegistryError naming the known levels
     */
    static CompatibilityLevel of(String name) {
        try {
            return valueOf(name.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw RegistryError.invalidCompatibilityLevel(name);
        }
    }

    /**
     * Why a schema may not follow the ones given; empty if it may.
     *
     * @param earlier the subject's schemas, oldest first
     */
    List<String> objections(Schema candidate, List<Schema> earlier) {
        List<Schema> newestFirst = new ArrayList<>(earlier);
        Collections.reverse(newestFirst);
        List<String> objections = new ArrayList<>();
        for (Schema schema : transitive ? newestFirst : newestFirst.subList(0, Math.min(1, newestFirst.size()))) {
            if (readsEarlier) {
                objections.addAll(
                        objections("the new schema cannot read the earlier one's records", candidate, schema));
            }
            if (readByEarlier) {
                objections.addAll(
                        objections("the earlier schema cannot read the new one's records", schema, candidate));
            }
        }
        return List.copyOf(objections);
    }

    private static List<String> objections(String what, Schema reader, Schema writer) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult()
                .getIncompatibilities()
                .stream()
                .map(found -> what + ": " + found.getType() + " at " + found.getLocation() + ": " + found.getMessage())
                .toList();
    }
}
