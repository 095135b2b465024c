package rerank.cli.embedded;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that the registry knows, built by {@link #apply} from the entries of its log in their order. Decides nothing and
 * is not safe for use by several threads; {@link RegistryApi} guards it.
 */
final class SchemaCatalog {
    private final NavigableMap<String, NavigableMap<Integer, StoredSchema>> subjects = new TreeMap<>();
    private final NavigableMap<Integer, String> textsById = new TreeMap<>();
    private final Map<String, Integer> idsByText = new HashMap<>();
    private final Map<String, CompatibilityLevel> levels = new HashMap<>();
    private CompatibilityLevel globalLevel = CompatibilityLevel.BACKWARD;

    /** A change of the catalog: one record of the log. */
    sealed interface Entry {
        /** A schema was registered, or withdrawn. */
        record SchemaEntry(StoredSchema schema) implements Entry {}

        /**
         * A compatibility level was set.
         *
         * @param subject null for the level of all subjects that have none of their own
         * @param level null when the subject's own level was removed
         */
        record LevelEntry(
                @Nullable String subject, @Nullable CompatibilityLevel level) implements Entry {}
    }

    void apply(Entry entry) {
        if (entry instanceof Entry.SchemaEntry added) {
            StoredSchema schema = added.schema();
            subjects.computeIfAbsent(schema.subject(), subject -> new TreeMap<>())
                    .put(schema.version(), schema);
            textsById.put(schema.id(), schema.text());
            idsByText.putIfAbsent(schema.text(), schema.id());
        } else if (entry instanceof Entry.LevelEntry set) {
            setLevel(set.subject(), set.level());
        }
    }

    private void setLevel(@Nullable String subject, @Nullable CompatibilityLevel level) {
        if (subject == null) {
            globalLevel = level == null ? CompatibilityLevel.BACKWARD : level;
        } else if (level == null) {
            levels.remove(subject);
        } else {
            levels.put(subject, level);
        }
    }

    /** Subjects with a version in use, or with any at all. */
    List<String> subjects(boolean withDeleted) {
        return subjects.keySet().stream()
                .filter(subject -> !versions(subject, withDeleted).isEmpty())
                .toList();
    }

    /** A subject's schemas, oldest first; empty if there is no such subject. */
    List<StoredSchema> versions(String subject, boolean withDeleted) {
        return subjects.getOrDefault(subject, new TreeMap<>()).values().stream()
                .filter(schema -> withDeleted || !schema.deleted())
                .toList();
    }

    /** The number that the subject's next schema gets; numbers of withdrawn ones are not used again. */
    int nextVersion(String subject) {
        return versions(subject, true).stream()
                        .mapToInt(StoredSchema::version)
                        .max()
                        .orElse(0)
                + 1;
    }

    Optional<String> text(int id) {
        return Optional.ofNullable(textsById.get(id));
    }

    /** The id of a schema under whatever subject, or else the next free one. */
    int idOf(String text) {
        Integer known = idsByText.get(text);
        return known != null ? known : textsById.isEmpty() ? 1 : textsById.lastKey() + 1;
    }

    /** Where a schema is in use, by subject and version. */
    List<StoredSchema> places(int id) {
        return all().filter(schema -> schema.id() == id).toList();
    }

    /** Every schema in use, by subject and version. */
    Stream<StoredSchema> all() {
        return subjects.values().stream()
                .map(NavigableMap::values)
                .flatMap(Collection::stream)
                .filter(schema -> !schema.deleted())
                .sorted(Comparator.comparing(StoredSchema::subject).thenComparing(StoredSchema::version));
    }

    CompatibilityLevel globalLevel() {
        return globalLevel;
    }

    /** The level that a subject has of its own. */
    Optional<CompatibilityLevel> ownLevel(String subject) {
        return Optional.ofNullable(levels.get(subject));
    }
}
