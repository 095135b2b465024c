package rerank.cli.embedded;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The schema registry's HTTP server; what it answers is {@link RegistryApi}'s business. */
final class EmbeddedRegistry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRegistry.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int THREADS = 4;
    private static final int MAX_BODY_BYTES = 4 << 20;

    private final HttpServer server;
    private final ExecutorService threads;
    private final SchemaLog log;

    private EmbeddedRegistry(HttpServer server, ExecutorService threads, SchemaLog log) {
        this.server = server;
        this.threads = threads;
        this.log = log;
    }

    /**
     * Starts a registry.
     *
     * @param log where it keeps its schemas; closed with the registry, also when it cannot start
     * @param port 0 for a free one
     * @throws EmbeddedClusterException if the port is in use
     */
    static EmbeddedRegistry start(SchemaLog log, int port) {
        HttpServer server = null;
        try {
            server = listen(port);
            RegistryApi api = new RegistryApi(log);
            ExecutorService threads = Executors.newFixedThreadPool(THREADS, work -> {
                Thread thread = new Thread(work, "schema-registry");
                thread.setDaemon(true);
                return thread;
            });
            server.setExecutor(threads);
            server.createContext("/", exchange -> handle(exchange, api));
            server.start();
            return new EmbeddedRegistry(server, threads, log);
        } catch (RuntimeException e) {
            if (server != null) {
                server.stop(0);
            }
            log.close();
            throw e;
        }
    }

    private static HttpServer listen(int port) {
        try {
            return HttpServer.create(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 0);
        } catch (IOException e) {
            throw new EmbeddedClusterException(
                    "the embedded schema registry cannot listen on port " + port + " (" + e.getMessage()
                            + "); choose another port, or 0 for a free one",
                    e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static void handle(HttpExchange exchange, RegistryApi api) throws IOException {
        try (exchange) {
            int status = 200;
            Object answer;
            try {
                answer = api.answer(
                        RegistryRequest.of(exchange.getRequestMethod(), exchange.getRequestURI(), body(exchange)));
            } catch (RegistryError refusal) {
                status = refusal.status();
                answer = Map.of("error_code", refusal.code(), "message", refusal.getMessage());
            } catch (RuntimeException e) {
                LOG.warn("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
                status = 500;
                answer = Map.of("error_code", 50001, "message", "Error in the backend data store: " + e.getMessage());
            }
            byte[] body = answer instanceof Schema schema
                    ? schema.toString().getBytes(StandardCharsets.UTF_8)
                    : JSON.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String body(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            throw RegistryError.bodyTooLong(MAX_BODY_BYTES);
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
        log.close();
    }
}
