package rerank.trainer.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatClientTest {
    private static final String GOOD =
            "{\"choices\": [{\"message\": {\"content\": \"yes\"}, \"finish_reason\": \"stop\"}],"
                    + " \"usage\": {\"prompt_tokens\": 30, \"completion_tokens\": 2}}";
    private static final String SECRET = "sk-secret-1";
    private static final ChatRequest.Settings SETTINGS = new ChatRequest.Settings("m", 0, 100, "");
    private static final ChatRequest REQUEST = ChatRequest.of(SETTINGS, "be brief", "is it?");

    @TempDir
    Path directory;

    private final ConcurrentLinkedQueue<Reply> replies = new ConcurrentLinkedQueue<>();
    private final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
    private final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private AnswerLog log;

    private record Reply(int status, String body, Map<String, String> headers) {}

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/v1/chat/completions", this::reply);
        server.start();
        log = AnswerLog.open(directory.resolve("answers.jsonl"));
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
        log.close();
    }

    /** The next reply, the last one again and again. */
    private void reply(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            Reply reply = replies.size() > 1 ? replies.remove() : replies.element();
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private void willReply(int status, String body) {
        replies.add(new Reply(status, body, Map.of()));
    }

    private ChatClient client(int maxTries) {
        var endpoint = new ChatEndpoint(
                URI.create("http://localhost:" + server.getAddress().getPort() + "/v1/"),
                ApiKey.fromEnvironment("KEY", Map.of("KEY", SECRET)),
                Duration.ofSeconds(20),
                0,
                new Retries(maxTries, Duration.ofMillis(100)));
        return new ChatClient(endpoint, log, waits::add, new Random(1));
    }

    @Test
    void anAnswerIsPaidForOnceHoweverOftenAndByHowManyItIsAskedFor() {
        willReply(200, GOOD);
        ChatClient client = client(1);

        List<CompletableFuture<ChatAnswer>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(CompletableFuture.supplyAsync(() -> client.ask(REQUEST)));
        }

        assertThat(asked).extracting(CompletableFuture::join).containsOnly(new ChatAnswer("yes", false, 30, 2));
        assertThat(authorizations).hasSize(1);
        assertThat(client.spending()).isEqualTo(new Spending(1, 7, 1, 0, 0, 30, 2));
    }

    @Test
    void anAnswerOfAnEarlierProcessIsReadBack() {
        willReply(200, GOOD);
        client(1).ask(REQUEST);
        log.close();
        log = AnswerLog.open(directory.resolve("answers.jsonl"));
        replies.clear();
        willReply(500, "gone");

        assertThat(client(1).ask(REQUEST).text()).isEqualTo("yes");
    }

    @Test
    void whatPassesIsTriedAgainAfterDoublingWaits() {
        willReply(503, "");
        willReply(200, "{\"choices\": [");
        willReply(500, "oops");
        willReply(200, GOOD);

        ChatAnswer answer = client(4).ask(REQUEST);

        assertThat(answer.text()).isEqualTo("yes");
        assertThat(waits).hasSize(3);
        assertThat(waits.get(0)).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
        assertThat(waits.get(1)).isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
        assertThat(waits.get(2)).isBetween(Duration.ofMillis(200), Duration.ofMillis(400));
    }

    @Test
    void retryAfterIsWaitedForByEverybody() {
        replies.add(new Reply(429, "slow down", Map.of("Retry-After", "30")));
        willReply(200, GOOD);
        ChatClient client = client(2);
        client.ask(REQUEST);

        assertThat(waits).anySatisfy(wait -> assertThat(wait).isGreaterThan(Duration.ofSeconds(25)));
    }

    @Test
    void anEndpointThatAsksForAnHourEndsTheRun() {
        replies.add(new Reply(429, "quota", Map.of("Retry-After", "3600")));

        assertThatThrownBy(() -> client(5).ask(REQUEST))
                .isInstanceOf(EndpointException.class)
                .hasMessageContaining("3600 s");
        assertThat(authorizations).hasSize(1);
    }

    @Test
    void whatTheEndpointRejectsIsNotTriedAgain() {
        willReply(400, "prompt too long");

        ChatException failure =
                catchThrowableOfType(ChatException.class, () -> client(5).ask(REQUEST));

        assertThat(failure.reason()).isEqualTo("HTTP 400");
        assertThat(failure).hasMessageContaining("prompt too long");
        assertThat(authorizations).hasSize(1);
        assertThat(log.size()).isZero();
    }

    @Test
    void aRefusedKeyEndsTheRunAndIsNotRepeatedToAnybody() {
        willReply(401, "Incorrect API key provided: " + SECRET);

        assertThatThrownBy(() -> client(5).ask(REQUEST))
                .isInstanceOf(EndpointException.class)
                .hasMessageContaining("HTTP 401")
                .hasMessageContaining("chat.api.key.env")
                .hasMessageNotContaining(SECRET);
        assertThat(authorizations).containsExactly("Bearer " + SECRET);
        assertThat(ApiKey.fromEnvironment("KEY", Map.of("KEY", SECRET)).toString())
                .doesNotContain(SECRET);
    }

    @Test
    void manyFailuresInARowEndTheRun() {
        willReply(500, "down");
        ChatClient client = client(1);

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        ChatRequest request = ChatRequest.of(SETTINGS, "", "question " + i);
                        assertThatThrownBy(() -> client.ask(request)).isInstanceOf(ChatException.class);
                    }
                })
                .hasStackTraceContaining("in a row");
        assertThat(client.spending().failed()).isEqualTo(20);
    }

    @Test
    void requestsThatAnEndpointDoesNotLikeDoNotEndARunThatHasAnswers() {
        willReply(200, GOOD);
        ChatClient client = client(1);
        client.ask(REQUEST);
        replies.clear();
        willReply(400, "not to my taste");

        for (int i = 0; i < 50; i++) {
            ChatRequest request = ChatRequest.of(SETTINGS, "", "question " + i);
            assertThatThrownBy(() -> client.ask(request)).isInstanceOf(ChatException.class);
        }

        assertThat(client.spending().rejected()).isEqualTo(50);
    }

    @Test
    void retryAfterIsSecondsOrADate() {
        Clock noon = Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);

        assertThat(ChatClient.retryAfter(" 7", noon)).contains(Duration.ofSeconds(7));
        assertThat(ChatClient.retryAfter("0.2", noon)).contains(Duration.ofMillis(200));
        assertThat(ChatClient.retryAfter("Sun, 01 Mar 2026 12:00:20 GMT", noon)).contains(Duration.ofSeconds(20));
        assertThat(ChatClient.retryAfter("Sun, 01 Mar 2026 11:00:00 GMT", noon)).contains(Duration.ZERO);
        assertThat(ChatClient.retryAfter("soon", noon)).isEmpty();
    }

    @Test
    void aMissingKeyIsNamedByItsVariable() {
        assertThatThrownBy(() -> ApiKey.fromEnvironment("TEACHER_KEY", Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TEACHER_KEY");
    }
}
