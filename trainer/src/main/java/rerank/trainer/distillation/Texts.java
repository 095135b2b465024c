package rerank.trainer.distillation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** Reads the files of {@code pretrain} and {@code finetune}. */
final class Texts {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Texts() {}

    /** A prompt with the response to learn. */
    record Response(String prompt, String response) {}

    /** Texts of a file: the field {@code text} of each line of a .jsonl file, else the paragraphs between blank lines. */
    static List<String> texts(Path file) {
        if (isJsonLines(file)) {
            return objects(file, "text").stream()
                    .map(json -> json.path("text").asText())
                    .toList();
        }
        return List.of(String.join("\n", lines(file)).split("\n\\s*\n")).stream()
                .filter(text -> !text.isBlank())
                .toList();
    }

    /** The fields {@code prompt} and {@code response} of each line. */
    static List<Response> responses(Path file) {
        return objects(file, "prompt", "response").stream()
                .map(json -> new Response(
                        json.path("prompt").asText(), json.path("response").asText()))
                .toList();
    }

    /** Whether a file holds prompts with responses, rather than examples of pairs. */
    static boolean areResponses(Path file) {
        if (!isJsonLines(file) || !Files.isRegularFile(file)) {
            return false;
        }
        String first =
                lines(file).stream().filter(line -> !line.isBlank()).findFirst().orElse("");
        try {
            return JSON.readTree(first).path("response").isTextual();
        } catch (IOException e) {
            return false;
        }
    }

    static boolean isJsonLines(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".jsonl") || name.endsWith(".jsonl.gz");
    }

    private static List<JsonNode> objects(Path file, String... fields) {
        List<JsonNode> objects = new ArrayList<>();
        int number = 0;
        for (String line : lines(file)) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            try {
                JsonNode json = JSON.readTree(line);
                for (String field : fields) {
                    if (!json.path(field).isTextual()) {
                        throw new IllegalArgumentException(
                                file + " line " + number + ": expected an object with a text \"" + field + "\"");
                    }
                }
                objects.add(json);
            } catch (IOException e) {
                throw new IllegalArgumentException(file + " line " + number + ": not JSON: " + e.getMessage(), e);
            }
        }
        return objects;
    }

    private static List<String> lines(Path file) {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.getFileName().toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
                var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException("training text " + file + ": cannot be read", e);
        }
    }
}
