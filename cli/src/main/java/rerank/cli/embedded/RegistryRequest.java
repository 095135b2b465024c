package rerank.cli.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A request of the registry's REST interface, taken apart.
 *
 * @param method {@code GET}, {@code POST}, ...
 * @param path the parts of the path between the slashes, decoded
 * @param parameters the part after the question mark, decoded
 * @param body as sent; may be empty
 */
record RegistryRequest(String method, List<String> path, Map<String, String> parameters, String body) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static RegistryRequest of(String method, URI uri, String body) {
        List<String> path = Arrays.stream(uri.getRawPath().split("/", -1))
                .filter(part -> !part.isEmpty())
                .map(RegistryRequest::decoded)
                .toList();
        Map<String, String> parameters = new HashMap<>();
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            if (equals > 0) {
                parameters.put(decoded(parameter.substring(0, equals)), decoded(parameter.substring(equals + 1)));
            }
        }
        return new RegistryRequest(method, path, Map.copyOf(parameters), body);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw RegistryError.noSuchPath();
        }
    }

    boolean flag(String parameter) {
        return Boolean.parseBoolean(parameters.getOrDefault(parameter, "false"));
    }

    /**
     * The body as a JSON object.
     *
     * @throws RegistryError if it is not one
     */
    JsonNode json() {
        try {
            JsonNode json = JSON.readTree(body);
            if (!json.isObject()) {
                throw RegistryError.unreadableBody("it is " + json.getNodeType());
            }
            return json;
        } catch (JsonProcessingException e) {
            throw RegistryError.unreadableBody(e.getOriginalMessage());
        }
    }
}
