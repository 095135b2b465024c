package rerank.schemas;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * The keys of {@link RegistrySerde}. Every other key is handed to the registry client as it is, among them
 * {@code basic.auth.credentials.source}, {@code basic.auth.user.info}, {@code bearer.auth.*},
 * {@code schema.registry.ssl.*}, {@code http.connect.timeout.ms} and {@code http.read.timeout.ms}.
 *
 * @param urls where the registry is; tried in turn
 * @param autoRegister whether a schema that the registry does not have yet is registered at its first use
 */
public record RegistryConfig(List<String> urls, boolean autoRegister) {
    /** Addresses of the registry, separated by commas; {@code mock://NAME} keeps the schemas in this process. */
    public static final String URL = "schema.registry.url";

    /** Whether schemas are registered at their first use; default true. */
    public static final String AUTO_REGISTER = "auto.register.schemas";

    public RegistryConfig {
        urls = List.copyOf(urls);
    }

    /**
     * Reads the keys.
     *
     * @throws ConfigException if the address is missing or a value is not understood
     */
    static RegistryConfig of(Map<String, ?> config) {
        return new RegistryConfig(urls(config.get(URL)), flag(config.get(AUTO_REGISTER)));
    }

    private static List<String> urls(@Nullable Object value) {
        String text = value instanceof List<?> list
                ? String.join(",", list.stream().map(String::valueOf).toList())
                : value == null ? "" : value.toString();
        List<String> urls = Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(url -> !url.isEmpty())
                .toList();
        if (urls.isEmpty()) {
            throw new ConfigException(
                    URL + " is missing; give the registry's address, for example http://localhost:8081");
        }
        for (String url : urls) {
            if (!url.matches("(https?|mock)://.+")) {
                throw new ConfigException(URL, url, "an address starts with http://, https:// or mock://");
            }
        }
        return urls;
    }

    private static boolean flag(@Nullable Object value) {
        String text = value == null ? "true" : value.toString().strip();
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw new ConfigException(AUTO_REGISTER, text, "use true or false");
        }
        return Boolean.parseBoolean(text);
    }

    /** The addresses for messages, without user names and passwords. */
    String printableUrls() {
        return String.join(
                ",", urls.stream().map(url -> url.replaceAll("//[^/@]*@", "//")).toList());
    }
}
