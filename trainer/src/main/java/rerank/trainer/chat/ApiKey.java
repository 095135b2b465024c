package rerank.trainer.chat;

import java.net.http.HttpRequest;
import java.util.Map;

/** A secret that an endpoint wants, or none. It is never part of a text: not of {@link #toString}, a message or a log. */
public final class ApiKey {
    /** For endpoints that want no key. */
    public static final ApiKey NONE = new ApiKey("");

    private static final String MASK = "[key]";

    private final String secret;

    private ApiKey(String secret) {
        this.secret = secret;
    }

    /**
     * Reads the key from an environment variable.
     *
     * @param variable its name; empty for no key
     * @throws IllegalArgumentException if the variable is not set, or holds what no header can
     */
    public static ApiKey fromEnvironment(String variable, Map<String, String> environment) {
        if (variable.isEmpty()) {
            return NONE;
        }
        String secret = environment.getOrDefault(variable, "").strip();
        if (secret.isEmpty()) {
            throw new IllegalArgumentException("the environment variable " + variable
                    + " that should hold the teacher's key is not set; export it, or leave chat.api.key.env empty");
        }
        if (!secret.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException(
                    "the environment variable " + variable + " holds white space or signs that no key has");
        }
        return new ApiKey(secret);
    }

    /** Whether there is none. */
    public boolean isNone() {
        return secret.isEmpty();
    }

    void addTo(HttpRequest.Builder request) {
        if (!isNone()) {
            request.header("Authorization", "Bearer " + secret);
        }
    }

    /** A text of the endpoint's without the key, for some repeat it in their errors. */
    String masked(String text) {
        return isNone() ? text : text.replace(secret, MASK);
    }

    @Override
    public String toString() {
        return isNone() ? "no key" : MASK;
    }
}
