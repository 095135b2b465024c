package rerank.cli;

import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import rerank.topology.worker.WorkerKeys;
import rerank.trainer.annotation.AnnotateConfig;
import rerank.trainer.distillation.TrainConfig;
import rerank.trainer.loop.LearnConfig;

/** Writes {@code docs/configuration.md} from the definitions that check the values at start: one place for every key. */
final class ConfigurationPage {
    private final StringBuilder text = new StringBuilder("""
            # Configuration

            Every key, written from the definitions in the code; a test fails when this page is not current
            (then copy `cli/target/configuration.md` here). Files are Kafka's properties style, `key=value`, one a line.
            A process checks its whole file when it starts and names all mistakes in one message.
            """);

    /** The page with every kind of file. */
    static String complete() {
        return new ConfigurationPage()
                .section("rerank worker --config FILE", """
                        Also read by `topics create`, `tail`, `feedback` and `replay`. Keys of others are passed on: those that begin
                        with `streams.` (cut off), `consumer.`, `producer.` or `admin.` to Kafka's clients, security
                        settings as `streams.security.protocol` and so on among them, and those of the schema registry's
                        client, such as `basic.auth.user.info` and `schema.registry.ssl.truststore.location`, to it.

                        Kafka Streams runs with `commit.interval.ms=25` and `poll.ms=5` unless `streams.` keys say
                        otherwise. Under exactly-once a commit costs 10 to 15 ms, so committing more often gains nothing
                        and can saturate the transaction coordinator; `poll.ms` is what an idle thread sleeps, and
                        finished judgments wait for it, 100 ms by Kafka's own default.
                        """, WorkerKeys.definition())
                .section("rerank annotate --config FILE", """
                        Relative paths count from the directory of the file. [examples.md](examples.md) says what comes out.
                        """, AnnotateConfig.definition())
                .section("rerank train --config FILE", """
                        Relative paths count from the directory of the file. A run whose directory holds a saved state
                        goes on from there. `chat.base.url` and the other `chat.` keys name a chat model that grades answers
                        in `task=refine`.
                        """, TrainConfig.definition())
                .section("rerank refine --config FILE", """
                        Relative paths count from the directory of the file. Keys that begin with `kafka.` are handed to
                        Kafka's clients without it (`kafka.security.protocol` and so on), those that begin with `registry.`
                        to the schema registry's client. [learning.md](learning.md) says what the terms and limits do.
                        """, LearnConfig.definition())
                .toString();
    }

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
            text.append(boundsOf(key));
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

    /** What the validator says of itself; nothing where that is only its address in memory. */
    private static String boundsOf(ConfigKey key) {
        String bounds = key.validator == null ? "" : key.validator.toString();
        return bounds.matches(".*@[0-9a-f]+") ? "" : cell(bounds);
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replaceAll("\\s*\\R\\s*", " ").strip();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
