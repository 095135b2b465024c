package rerank.trainer.chat;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.DOUBLE;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import rerank.trainer.configuration.KeyValues;

/**
 * A language model behind an endpoint, by the keys {@code chat.*} of a configuration.
 *
 * @param baseUrl of the endpoint
 * @param keyVariable environment variable of the key; empty for none
 * @param settings of its answers
 * @param concurrency requests at the same time
 * @param requestsPerMinute 0 for no limit
 * @param timeout of an answer
 * @param retries of what fails
 * @param price of tokens
 */
public record ChatConfig(
        URI baseUrl,
        String keyVariable,
        ChatRequest.Settings settings,
        int concurrency,
        int requestsPerMinute,
        Duration timeout,
        Retries retries,
        Price price) {
    private static final String BASE_URL = "chat.base.url";
    private static final String MODEL = "chat.model";
    private static final String KEY_ENV = "chat.api.key.env";
    private static final String TEMPERATURE = "chat.temperature";
    private static final String MAX_TOKENS = "chat.max.tokens";
    private static final String REQUEST_FIELDS = "chat.request.fields";
    private static final String CONCURRENCY = "chat.concurrency";
    private static final String PER_MINUTE = "chat.requests.per.minute";
    private static final String TIMEOUT = "chat.timeout.ms";
    private static final String TRIES = "chat.max.tries";
    private static final String FIRST_WAIT = "chat.retry.first.wait.ms";
    private static final String PRICE_IN = "chat.price.input.per.million";
    private static final String PRICE_OUT = "chat.price.output.per.million";

    /** Checks the address; the key is looked up when somebody is asked. */
    public ChatConfig {
        var unused = new ChatEndpoint(baseUrl, ApiKey.NONE, timeout, requestsPerMinute, retries);
    }

    /** Whether a configuration names an endpoint. */
    public static boolean isIn(KeyValues values) {
        return !values.text(BASE_URL).isEmpty();
    }

    /**
     * Reads the keys.
     *
     * @throws IllegalArgumentException if no endpoint is named, or it cannot be one
     */
    public static ChatConfig of(KeyValues values) {
        if (!isIn(values)) {
            throw new IllegalArgumentException("chat.base.url is missing: http://localhost:8000/v1, for example");
        }
        return new ChatConfig(
                URI.create(values.text(BASE_URL)),
                values.text(KEY_ENV),
                new ChatRequest.Settings(
                        values.text(MODEL),
                        values.number(TEMPERATURE),
                        values.integer(MAX_TOKENS),
                        values.text(REQUEST_FIELDS)),
                values.integer(CONCURRENCY),
                values.integer(PER_MINUTE),
                Duration.ofMillis(values.integer(TIMEOUT)),
                new Retries(values.integer(TRIES), Duration.ofMillis(values.integer(FIRST_WAIT))),
                new Price(values.number(PRICE_IN), values.number(PRICE_OUT)));
    }

    /** The endpoint, with the key out of the environment. */
    public ChatEndpoint endpoint(Map<String, String> environment) {
        return new ChatEndpoint(
                baseUrl, ApiKey.fromEnvironment(keyVariable, environment), timeout, requestsPerMinute, retries);
    }

    /** Whether the key would travel readable over a network. */
    public boolean exposesKey(Map<String, String> environment) {
        return endpoint(environment).exposesKey();
    }

    /** Adds the keys to those of a configuration. */
    public static void define(ConfigDef keys) {
        keys.define(
                        BASE_URL,
                        STRING,
                        "",
                        HIGH,
                        "What comes before /chat/completions: http://localhost:8000/v1 for vLLM, http://localhost:11434/v1"
                                + " for Ollama.")
                .define(MODEL, STRING, "", HIGH, "Name of the model at the endpoint.")
                .define(
                        KEY_ENV,
                        STRING,
                        "",
                        HIGH,
                        "Name of the environment variable that holds the key; empty for an endpoint without one. The key"
                                + " itself is never written anywhere.")
                .define(TEMPERATURE, DOUBLE, 0.0, between(0, 2), LOW, "Sampling temperature; 0 for the best guess.")
                .define(
                        MAX_TOKENS,
                        INT,
                        400,
                        atLeast(16),
                        MEDIUM,
                        "Longest answer in tokens; what is cut there is paid for and dropped.")
                .define(
                        REQUEST_FIELDS,
                        STRING,
                        "",
                        LOW,
                        "JSON object whose fields go into every request, a null takes one out: for example"
                                + " {\"chat_template_kwargs\": {\"enable_thinking\": false}}.")
                .define(CONCURRENCY, INT, 4, between(1, 256), MEDIUM, "Requests under way at the same time.")
                .define(PER_MINUTE, INT, 0, atLeast(0), MEDIUM, "Requests a minute, tries included; 0 for no limit.")
                .define(TIMEOUT, INT, 120_000, atLeast(100), MEDIUM, "Patience with one answer.")
                .define(
                        TRIES,
                        INT,
                        6,
                        atLeast(1),
                        MEDIUM,
                        "Tries of a request: again after HTTP 429 or 500 and above, cut connections, late and unreadable"
                                + " answers.")
                .define(
                        FIRST_WAIT,
                        INT,
                        1000,
                        atLeast(1),
                        LOW,
                        "Wait before the second try, doubled from try to try up to a minute, with jitter; Retry-After is"
                                + " honoured up to ten minutes.")
                .define(PRICE_IN, DOUBLE, 0.0, atLeast(0), MEDIUM, "Price of a million tokens asked, in any currency.")
                .define(PRICE_OUT, DOUBLE, 0.0, atLeast(0), MEDIUM, "Price of a million tokens answered.");
    }
}
