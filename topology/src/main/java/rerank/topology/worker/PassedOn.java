package rerank.topology.worker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** The keys of a worker's file that are meant for others: Kafka's clients and the schema registry's. */
final class PassedOn {
    private static final String STREAMS = "streams.";
    private static final String ADMIN = "admin.";
    private static final List<String> KAFKA = List.of(
            STREAMS, ADMIN, "consumer.", "main.consumer.", "restore.consumer.", "global.consumer.", "producer.");
    private static final List<String> REGISTRY = List.of(
            "schema.registry.", "basic.auth.", "bearer.auth.", "http.connect.", "http.read.", "proxy.", "missing.");
    private static final String AUTO_REGISTER = "auto.register.schemas";

    private PassedOn() {}

    static boolean isPassedOn(String key) {
        return isRegistry(key) || KAFKA.stream().anyMatch(key::startsWith);
    }

    static Map<String, String> registry(Map<String, String> given) {
        Map<String, String> keys = new HashMap<>(given);
        keys.keySet().removeIf(key -> !isRegistry(key));
        return keys;
    }

    static Map<String, String> streams(Map<String, String> given) {
        Map<String, String> keys = new HashMap<>();
        given.forEach((key, value) -> {
            if (key.startsWith(STREAMS)) {
                keys.put(key.substring(STREAMS.length()), value);
            } else if (KAFKA.stream().anyMatch(key::startsWith)) {
                keys.put(key, value);
            }
        });
        return keys;
    }

    /** The admin client takes what all clients share, such as security, from the {@code streams.} keys. */
    static Map<String, Object> admin(String bootstrapServers, Map<String, String> given) {
        Set<String> known = AdminClientConfig.configNames();
        Map<String, Object> keys = new HashMap<>();
        streams(given).forEach((key, value) -> {
            if (known.contains(key)) {
                keys.put(key, value);
            }
        });
        given.forEach((key, value) -> {
            if (key.startsWith(ADMIN)) {
                keys.put(key.substring(ADMIN.length()), value);
            }
        });
        keys.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return keys;
    }

    private static boolean isRegistry(String key) {
        return key.equals(AUTO_REGISTER) || REGISTRY.stream().anyMatch(key::startsWith);
    }
}
