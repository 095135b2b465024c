package rerank.trainer.configuration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.jspecify.annotations.Nullable;

/**
 * The values of keys by their definition, and all mistakes in them. A configuration extends it with what it makes of the values
 * and adds what is wrong beyond single ones; {@link #make} then gives the one or tells all of the other.
 */
public abstract class KeyValues {
    /** The texts that the values were read from. */
    protected final Map<String, String> given;

    /** What relative paths count from. */
    protected final Path base;

    /** What is wrong, to be told all at once. */
    protected final List<String> mistakes = new ArrayList<>();

    private final String what;
    private final Map<String, @Nullable Object> parsed = new HashMap<>();

    /**
     * Reads values.
     *
     * @param what names the configuration in messages
     * @param definition of the keys
     * @param isPassedOn keys that are for somebody else, and so are not unknown
     */
    protected KeyValues(
            String what, ConfigDef definition, Map<String, String> given, Path base, Predicate<String> isPassedOn) {
        this.what = what;
        this.given = Map.copyOf(given);
        this.base = base;
        for (ConfigValue value : definition.validate(given)) {
            mistakes.addAll(value.errorMessages());
            parsed.put(value.name(), value.value());
        }
        var unknown = new TreeSet<>(given.keySet());
        unknown.removeAll(definition.names());
        unknown.removeIf(isPassedOn);
        unknown.forEach(key -> mistakes.add("unknown key " + key));
    }

    /**
     * Makes the configuration, if every value is sound by itself.
     *
     * @param configuration adds to the mistakes, or throws {@link IllegalArgumentException}, where values do not go together; it
     *     may be null then
     * @throws ConfigException naming every mistake at once
     */
    protected final <T> T make(Supplier<@Nullable T> configuration) {
        if (mistakes.isEmpty()) {
            try {
                T made = configuration.get();
                if (made != null && mistakes.isEmpty()) {
                    return made;
                }
            } catch (IllegalArgumentException e) {
                mistakes.add(String.valueOf(e.getMessage()));
            }
        }
        throw new ConfigException(what + ": " + String.join("; ", mistakes));
    }

    /** The value of a key. */
    protected final Object value(String key) {
        Object value = parsed.get(key);
        if (value == null) {
            throw new IllegalStateException("key " + key + " passed validation without a value");
        }
        return value;
    }

    /** A text without blanks around it. */
    public final String text(String key) {
        return ((String) value(key)).strip();
    }

    /** Whether something is. */
    protected final boolean flag(String key) {
        return (Boolean) value(key);
    }

    /** A number without a fraction. */
    public final int integer(String key) {
        return ((Number) value(key)).intValue();
    }

    /** A number. */
    public final double number(String key) {
        return ((Number) value(key)).doubleValue();
    }

    /** An absolute path. */
    protected final Path path(String key) {
        return base.resolve(text(key)).toAbsolutePath().normalize();
    }

    /** Paths, without blank entries. */
    protected final List<Path> paths(String key) {
        return ((List<?>) value(key))
                .stream()
                        .map(Object::toString)
                        .filter(path -> !path.isBlank())
                        .map(path -> base.resolve(path.strip()))
                        .toList();
    }
}
