package rerank.trainer.example;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Lines;
import rerank.trainer.teacher.Lesson;

/** Examples as JSON objects, one a line; docs/examples.md has every field. */
public final class ExampleFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ExampleFile() {}

    /**
     * Reads a file, plain or compressed with gzip.
     *
     * @throws rerank.trainer.dataset.DatasetException naming the line, and what was expected there
     */
    public static List<Example> read(Path file) {
        List<Example> examples = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        Lines.read(file, (line, number) -> {
            Example example = example(line);
            Integer before = lines.put(example.id(), number);
            if (before != null) {
                throw new IllegalArgumentException("pair " + example.id() + " is there in line " + before + " already");
            }
            examples.add(example);
        });
        return examples;
    }

    /** Writes a file; compressed if its name ends in {@code .gz}. */
    public static void write(Path file, Collection<Example> examples) {
        Lines.write(file, writer -> {
            for (Example example : examples) {
                writer.write(json(example) + "\n");
            }
        });
    }

    /** An example as its line has it. */
    public static ObjectNode json(Example example) {
        Candidate candidate = example.candidate();
        ObjectNode json = JSON.createObjectNode()
                .put("queryId", example.query().id())
                .put("query", example.query().text())
                .put("instruction", example.query().instruction())
                .put("docId", candidate.docId())
                .put("title", candidate.title())
                .put("text", candidate.text())
                .put("label", example.label())
                .put("explanation", example.explanation())
                .put("origin", example.origin().id())
                .put("teacher", example.teacher());
        if (candidate.firstStageRank() > 0) {
            json.put("firstStageRank", candidate.firstStageRank());
            json.put("firstStageScore", candidate.firstStageScore());
        }
        example.knownLabel().ifPresent(label -> json.put("knownLabel", label));
        example.teacherLabel().ifPresent(label -> json.put("teacherLabel", label));
        return json;
    }

    private static Example example(String line) {
        JsonNode json;
        try {
            json = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
        int rank = json.path("firstStageRank").asInt(0);
        double score = json.path("firstStageScore").asDouble(0);
        return new Example(
                new Query(text(json, "queryId"), text(json, "query"), optional(json, "instruction")),
                new Candidate(text(json, "docId"), optional(json, "title"), text(json, "text"), score, rank),
                json.has("origin") ? Origin.of(text(json, "origin")) : Origin.HARD,
                new Lesson(
                        label(json, "label")
                                .orElseThrow(() -> new IllegalArgumentException("has no \"label\"; it is 0, 1 or 2")),
                        text(json, "explanation")),
                label(json, "knownLabel"),
                label(json, "teacherLabel"),
                optional(json, "teacher"));
    }

    private static OptionalInt label(JsonNode json, String field) {
        JsonNode label = json.path(field);
        if (label.isMissingNode() || label.isNull()) {
            return OptionalInt.empty();
        }
        if (!label.isInt() || label.asInt() < 0 || label.asInt() > 2) {
            throw new IllegalArgumentException("\"" + field + "\" is 0, 1 or 2, was " + label);
        }
        return OptionalInt.of(label.asInt());
    }

    private static String text(JsonNode json, String field) {
        if (!json.path(field).isTextual()) {
            throw new IllegalArgumentException("\"" + field + "\" is missing or not a string");
        }
        return json.path(field).asText();
    }

    private static String optional(JsonNode json, String field) {
        return json.hasNonNull(field) ? text(json, field) : "";
    }
}
