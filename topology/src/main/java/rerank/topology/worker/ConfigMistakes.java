package rerank.topology.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;

/** Finds everything that is wrong with a configuration at once, so that it is repaired in one go. */
final class ConfigMistakes {
    private ConfigMistakes() {}

    /**
     * Looks for unknown keys, missing and bad values, and values that contradict each other.
     *
     * @throws ConfigException listing all of them
     */
    static void refuse(Map<String, String> given) {
        ConfigDef definition = WorkerKeys.definition();
        List<String> mistakes = new ArrayList<>();
        given.keySet().stream()
                .filter(key -> !definition.names().contains(key) && !PassedOn.isPassedOn(key))
                .sorted()
                .map(key -> "unknown key " + key + nearest(key, definition))
                .forEach(mistakes::add);
        for (ConfigValue value : definition.validateAll(given).values()) {
            value.errorMessages().stream().limit(1).forEach(mistakes::add); // those after the first follow from it
        }
        if (mistakes.isEmpty()) {
            contradictions(new AbstractConfig(definition, given, false), mistakes);
        }
        if (!mistakes.isEmpty()) {
            throw new ConfigException("the worker's configuration has " + mistakes.size() + " mistake"
                    + (mistakes.size() == 1 ? "" : "s") + ":\n - " + String.join("\n - ", mistakes));
        }
    }

    private static void contradictions(AbstractConfig values, List<String> mistakes) {
        long timeout = values.getLong(WorkerKeys.QUERY_TIMEOUT);
        long longest = values.getLong(WorkerKeys.MAX_QUERY_TIMEOUT);
        if (timeout > longest) {
            mistakes.add(WorkerKeys.QUERY_TIMEOUT + "=" + timeout + " must not exceed " + WorkerKeys.MAX_QUERY_TIMEOUT
                    + "=" + longest);
        }
        if (values.getInt(WorkerKeys.REPLICATION_FACTOR) == 0) {
            mistakes.add(WorkerKeys.REPLICATION_FACTOR + "=0: use -1 for the broker's default, or a number of brokers");
        }
        double weight = values.getDouble(WorkerKeys.FIRST_STAGE_WEIGHT);
        if (weight < 0 && weight != -1) {
            mistakes.add(WorkerKeys.FIRST_STAGE_WEIGHT + "=" + weight + ": use 0 to 1, or -1 for the checkpoint's own");
        }
        String prefix = values.getString(WorkerKeys.TOPIC_PREFIX);
        if (!prefix.matches("[a-zA-Z0-9._-]{0,200}")) {
            mistakes.add(WorkerKeys.TOPIC_PREFIX + "=" + prefix + ": topic names are made of letters, digits, '.', '_'"
                    + " and '-'");
        }
    }

    private static String nearest(String key, ConfigDef definition) {
        return definition.names().stream()
                .filter(known -> similar(key, known))
                .sorted()
                .findFirst()
                .map(known -> "; did you mean " + known + "?")
                .orElse("");
    }

    /** One letter apart, dots and dashes aside, or one continuing the other. */
    private static boolean similar(String key, String known) {
        String a = key.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
        String b = known.replaceAll("[._-]", "");
        if (a.equals(b) || b.startsWith(a) || a.startsWith(b)) {
            return true;
        }
        int same = 0;
        while (same < Math.min(a.length(), b.length()) && a.charAt(same) == b.charAt(same)) {
            same++;
        }
        String restA = a.substring(same);
        String restB = b.substring(same);
        return restA.equals(restB.isEmpty() ? restB : restB.substring(1))
                || restB.equals(restA.isEmpty() ? restA : restA.substring(1))
                || (!restA.isEmpty() && !restB.isEmpty() && restA.substring(1).equals(restB.substring(1)));
    }
}
