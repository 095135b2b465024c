package rerank.trainer.refinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.chat.AnswerLog;
import rerank.trainer.chat.ChatClient;
import rerank.trainer.chat.ChatConfig;
import rerank.trainer.distillation.TrainConfig;

class ChatRewardTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TaughtPair PAIR = new TaughtPair(
            new Query("q", "what is a moth?", "Only insects count."),
            new Candidate("d", "Moths", "Insects.", 1, 1),
            2,
            "");

    @TempDir
    Path directory;

    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private volatile Function<String, String> judge = question -> "Grade: 5";
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/chat/completions", exchange -> {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            String question = request.at("/messages/1/content").asText();
            asked.add(question);
            var completion = JSON.createObjectNode();
            var choice = completion.putArray("choices").addObject().put("finish_reason", "stop");
            choice.putObject("message").put("content", judge.apply(question));
            completion.putObject("usage").put("prompt_tokens", 100).put("completion_tokens", 10);
            byte[] body = completion.toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private TrainConfig config(Map<String, String> more) {
        Map<String, String> values = new java.util.TreeMap<>(Map.of(
                "task", "refine",
                "data", "storefront",
                "out.dir", "run",
                "init.checkpoint", "somewhere",
                "max.steps", "1",
                "chat.base.url", "http://localhost:" + server.getAddress().getPort() + "/v1",
                "chat.model", "tester",
                "chat.price.input.per.million", "1000"));
        values.putAll(more);
        return TrainConfig.of(values, directory);
    }

    private ChatReward reward(AnswerLog grades) {
        ChatConfig chat = config(Map.of()).refinement().judge();
        return new ChatReward(new ChatClient(chat.endpoint(Map.of()), grades), chat);
    }

    @Test
    void everyAnswerIsReadWithItsPairAndLikeOnesArePaidForOnce() {
        judge = question -> question.contains("Explanation: it flies") ? "Made up.\nGrade: 1" : "True. Grade: 9";
        try (AnswerLog grades = AnswerLog.open(directory.resolve("grades.jsonl"))) {
            ChatReward reward = reward(grades);

            double[] scores = reward.score(
                    PAIR,
                    List.of(
                            new Answer("it is an insect", 2, true),
                            new Answer("it flies", 0, true),
                            new Answer("it is an insect", 2, true)));

            assertThat(scores).containsExactly(9, 1, 9);
            assertThat(asked)
                    .hasSize(2)
                    .allSatisfy(question -> assertThat(question)
                            .contains("Only insects count.", "Question: what is a moth?", "Document: Moths\nInsects."));
            assertThat(asked).anySatisfy(question -> assertThat(question).contains("it flies\nLabel: 0"));
            assertThat(reward.account())
                    .isEqualTo("judge: 2 grades paid for, 1 kept from before, 0 answers without one; 220 tokens,"
                            + " cost 0.2000");
        }
    }

    @Test
    void anAnswerWithoutAGradeHasNoReward() {
        judge = question -> question.contains("it flies") ? "I would rather not say." : "Grade: 4";
        try (AnswerLog grades = AnswerLog.open(directory.resolve("grades.jsonl"))) {
            ChatReward reward = reward(grades);

            double[] scores =
                    reward.score(PAIR, List.of(new Answer("it flies", 2, true), new Answer("insects", 2, true)));

            assertThat(scores).containsExactly(Double.NaN, 4);
            assertThat(reward.account()).contains("1 answers without one");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Grade: 7 | 7",
                "**Grade:** 7.5 | 7.5",
                "Grade: 3? No. grade: 8/10 | 8",
                "Grade: 0 | 0",
                "Grade: 11 | NaN",
                "Grade: seven | NaN",
                "7 | NaN",
            })
    void theLastGradeCounts(String text, double grade) {
        assertThat(Double.compare(ChatReward.grade(text), grade)).isZero();
    }

    @Test
    void twoJudgesAreAMistake() {
        assertThatThrownBy(() -> config(Map.of("refine.reward.url", "http://localhost:1/predict")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("two judges");
        assertThatThrownBy(() -> config(Map.of("chat.base.url", "ftp://somewhere")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("ftp://somewhere");
    }
}
