package rerank.trainer.refinement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/**
 * A reward model that is served as a sequence classifier with one output, by the {@code /predict} route of
 * text-embeddings-inference: {@code {"inputs": [[prompt, response], ...], "raw_scores": true}} is answered with a list of
 * {@code [{"score": s}]}.
 *
 * <p>Prompt and response are InteRank's for its reward model: what each label means is spelt out longer than the student
 * ever sees it. A failure ends the run, which goes on from its last state: a reward is never made up.
 */
public final class ClassifierReward implements RewardFunction {
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI address;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_PATIENCE).build();

    /** A reward from the model at an address, route included. */
    public ClassifierReward(URI address) {
        this.address = address;
    }

    @Override
    public double[] score(TaughtPair pair, List<Answer> answers) {
        ObjectNode body = JSON.createObjectNode().put("raw_scores", true).put("truncate", true);
        ArrayNode inputs = body.putArray("inputs");
        for (Answer answer : answers) {
            inputs.addArray().add(prompt(pair)).add(response(answer));
        }
        try {
            HttpResponse<String> answered = client.send(
                    HttpRequest.newBuilder(address)
                            .timeout(PATIENCE)
                            .header("content-type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answered.statusCode() != 200) {
                throw failed("answered " + answered.statusCode() + ": " + answered.body());
            }
            return scores(JSON.readTree(answered.body()), answers.size());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    failed(String.valueOf(e.getMessage())).getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("was interrupted");
        }
    }

    private double[] scores(JsonNode answer, int expected) {
        if (!answer.isArray() || answer.size() != expected) {
            throw failed("gave " + answer.size() + " scores for " + expected + " responses");
        }
        double[] scores = new double[expected];
        for (int i = 0; i < expected; i++) {
            JsonNode outputs = answer.path(i);
            if (outputs.size() != 1 || !outputs.path(0).path("score").isNumber()) {
                throw failed("gave " + outputs + " for a response; a reward model has one output");
            }
            scores[i] = outputs.path(0).path("score").asDouble();
        }
        return scores;
    }

    private IllegalStateException failed(String how) {
        return new IllegalStateException("reward model at " + address + " (refine.reward.url) " + how);
    }

    private static String prompt(TaughtPair pair) {
        return "Explain whether the document is relevant to the question, and end with a relevance label: 0 if it gives"
                + " nothing that is useful for the question, 1 if it gives related context but not the answer, 2 if it"
                + " gives useful information to answer it.\nQuestion: "
                + pair.query().text()
                + "\nDocument: "
                + (pair.candidate().title() + "\n" + pair.candidate().text()).strip();
    }

    private static String response(Answer answer) {
        return answer.explanation().strip() + "\n\nRelevance Label: " + answer.label() + " ##";
    }
}
