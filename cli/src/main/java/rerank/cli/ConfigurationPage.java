package rerank.cli;

import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/** Writes {@code docs/configuration.md} from the definitions that check the values at start: one place for every key. */
final class ConfigurationPage {
    private final StringBuilder text = new StringBuilder("""
            # Configuration

            Every key, written from the definitions in the code; a test fails when this page is not current
            (then copy `cli/target/configuration.md` here). Files are Kafka's properties style, `key=value`, one a line.
            A process checks its whole file when it starts and names all mistakes in one message.
            """);

    /**
     * Adds the keys of one kind of file.
     *
     * @param command that reads the file
     * @param about in a paragraph, what else belongs into it
     */
    ConfigurationPage section(String command, String about, ConfigDef keys) {
        text.append("\n## `")
                .append(command)
                .append("`\n\n")
                .append(about.strip())
                .append("\n\n");
        text.append("| key | type | default | valid | meaning |\n| --- | --- | --- | --- | --- |\n");
        for (Map.Entry<String, ConfigKey> entry : keys.configKeys().entrySet()) {
            ConfigKey key = entry.getValue();
            if (key.internalConfig) {
                continue;
            }
            text.append("| `").append(key.name).append("` | ");
            text.append(key.type.name().toLowerCase(Locale.ROOT)).append(" | ");
            text.append(defaultOf(key)).append(" | ");
            text.append(key.validator == null ? "" : cell(key.validator.toString()));
            text.append(" | ").append(cell(key.documentation)).append(" |\n");
        }
        return this;
    }

    private static String defaultOf(ConfigKey key) {
        if (!key.hasDefault()) {
            return "**required**";
        }
        String value = ConfigDef.convertToString(key.defaultValue, key.type);
        return value == null || value.isEmpty() ? "(empty)" : "`" + cell(value) + "`";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replaceAll("\\s*\\R\\s*", " ").strip();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
