package rerank.trainer.chat;

import java.net.URI;
import java.time.Duration;

/**
 * Where a model is asked.
 *
 * @param baseUrl what comes before {@code /chat/completions}, for example {@code http://localhost:8000/v1}
 * @param key of the endpoint
 * @param timeout for one whole answer
 * @param requestsPerMinute bound on what is sent, tries included; 0 for none
 * @param retries how often and when what failed is tried again
 */
public record ChatEndpoint(URI baseUrl, ApiKey key, Duration timeout, int requestsPerMinute, Retries retries) {
    public ChatEndpoint {
        String scheme = baseUrl.getScheme();
        if (scheme == null || !scheme.matches("https?") || baseUrl.getHost() == null) {
            throw new IllegalArgumentException(
                    "the teacher's address '" + baseUrl + "' is not like https://host/v1 or http://localhost:8000/v1");
        }
    }

    URI completions() {
        return URI.create(baseUrl.toString().replaceAll("/+$", "") + "/chat/completions");
    }

    /** Whether the key would travel readable over a network. */
    public boolean exposesKey() {
        return !key.isNone()
                && "http".equals(baseUrl.getScheme())
                && !baseUrl.getHost().matches("localhost|127\\..*|\\[::1]");
    }
}
