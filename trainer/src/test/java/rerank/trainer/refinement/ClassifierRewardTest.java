package rerank.trainer.refinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;

class ClassifierRewardTest {
    private static final TaughtPair PAIR =
            new TaughtPair(new Query("q", "what is a moth?"), new Candidate("d", "Moths", "Insects.", 1, 1), 2, "");
    private static final List<Answer> ANSWERS =
            List.of(new Answer("It says what moths are.", 2, true), new Answer("It does not.", 0, true));

    private final AtomicReference<JsonNode> asked = new AtomicReference<>();
    private final AtomicReference<String> answer = new AtomicReference<>("");
    private volatile int status = 200;
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/predict", exchange -> {
            asked.set(new ObjectMapper().readTree(exchange.getRequestBody()));
            byte[] body = answer.get().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private ClassifierReward reward() {
        return new ClassifierReward(
                URI.create("http://localhost:" + server.getAddress().getPort() + "/predict"));
    }

    @Test
    void asksForPromptAndResponseOfEachAnswerAndReadsTheirScores() {
        answer.set("[[{\"score\": 3.5, \"label\": \"LABEL_0\"}], [{\"score\": -1, \"label\": \"LABEL_0\"}]]");

        assertThat(reward().score(PAIR, ANSWERS)).containsExactly(3.5, -1);

        assertThat(asked.get().path("raw_scores").asBoolean()).isTrue();
        assertThat(asked.get().at("/inputs/0/0").asText()).contains("Question: what is a moth?", "Moths\nInsects.");
        assertThat(asked.get().at("/inputs/1/1").asText()).isEqualTo("It does not.\n\nRelevance Label: 0 ##");
    }

    @Test
    void aRewardIsNeverMadeUp() {
        answer.set("[[{\"score\": 3.5}]]");
        assertThatThrownBy(() -> reward().score(PAIR, ANSWERS)).hasMessageContaining("gave 1 scores for 2 responses");

        answer.set("[[{\"score\": 1}, {\"score\": 2}], [{\"score\": 1}, {\"score\": 2}]]");
        assertThatThrownBy(() -> reward().score(PAIR, ANSWERS)).hasMessageContaining("one output");

        status = 503;
        answer.set("overloaded");
        assertThatThrownBy(() -> reward().score(PAIR, ANSWERS))
                .hasMessageContaining("refine.reward.url")
                .hasMessageContaining("503: overloaded");
    }
}
