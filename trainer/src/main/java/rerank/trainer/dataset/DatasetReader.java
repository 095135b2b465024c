package rerank.trainer.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import rerank.model.ranking.Query;

/** Reads the layout that {@link Dataset} describes. */
final class DatasetReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern RUN_NAME = Pattern.compile("run\\.(.+)\\.trec(\\.gz)?");
    private static final Pattern QRELS_NAME = Pattern.compile("(.+)\\.tsv(\\.gz)?");

    private DatasetReader() {}

    static Dataset read(Path directory, String runName) {
        if (!Files.isDirectory(directory)) {
            throw new DatasetException(directory + ": no such directory; expected a data set with corpus.jsonl,"
                    + " queries.jsonl, qrels/ and run.NAME.trec (each may be compressed with gzip)");
        }
        Map<String, Query> queries = new LinkedHashMap<>();
        Map<String, Map<String, String>> metadata = new LinkedHashMap<>();
        Map<String, Document> documents = readDocuments(plainOrGzip(directory, "corpus.jsonl"));
        readQueries(plainOrGzip(directory, "queries.jsonl"), queries, metadata);
        Map<String, Qrels> qrels = new TreeMap<>();
        named(directory.resolve("qrels"), QRELS_NAME).forEach((split, file) -> qrels.put(split, Qrels.read(file)));
        Run run = Run.read(runFile(directory, runName));
        String name = directory.toAbsolutePath().normalize().getFileName().toString();
        return new Dataset(name, documents, queries, metadata, qrels, run);
    }

    private static Map<String, Document> readDocuments(Path file) {
        Map<String, Document> documents = new LinkedHashMap<>();
        Lines.read(file, (line, number) -> {
            JsonNode json = object(line);
            Document document = new Document(id(json), optionalText(json, "title"), text(json, "text"));
            if (documents.put(document.id(), document) != null) {
                throw new IllegalArgumentException("document id '" + document.id() + "' occurs a second time");
            }
        });
        return documents;
    }

    private static void readQueries(Path file, Map<String, Query> queries, Map<String, Map<String, String>> metadata) {
        Lines.read(file, (line, number) -> {
            JsonNode json = object(line);
            Query query = new Query(id(json), text(json, "text"));
            if (queries.put(query.id(), query) != null) {
                throw new IllegalArgumentException("query id '" + query.id() + "' occurs a second time");
            }
            Map<String, String> fields = new LinkedHashMap<>();
            json.path("metadata")
                    .properties()
                    .forEach(field -> fields.put(
                            field.getKey(),
                            field.getValue().isValueNode()
                                    ? field.getValue().asText()
                                    : field.getValue().toString()));
            metadata.put(query.id(), Map.copyOf(fields));
        });
    }

    private static JsonNode object(String line) {
        JsonNode json;
        try {
            json = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
        if (!json.isObject()) {
            throw new IllegalArgumentException("expected a JSON object, found " + json.getNodeType());
        }
        return json;
    }

    private static String id(JsonNode json) {
        JsonNode id = json.path("_id");
        if (!id.isTextual() && !id.isIntegralNumber()) {
            throw new IllegalArgumentException("has no \"_id\"");
        }
        String value = id.asText();
        if (value.isEmpty() || value.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("\"_id\" '" + value + "' is empty or holds white space");
        }
        return value;
    }

    private static String text(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("\"" + field + "\" is missing or not a string");
        }
        return value.asText();
    }

    private static String optionalText(JsonNode json, String field) {
        return json.hasNonNull(field) ? text(json, field) : "";
    }

    private static Path plainOrGzip(Path directory, String name) {
        for (String candidate : List.of(name, name + ".gz")) {
            Path file = directory.resolve(candidate);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        throw new DatasetException(directory + ": has neither " + name + " nor " + name + ".gz");
    }

    private static Path runFile(Path directory, String runName) {
        Map<String, Path> runs = named(directory, RUN_NAME);
        if (!runName.isEmpty() && runs.containsKey(runName)) {
            return runs.get(runName);
        }
        if (runName.isEmpty() && runs.size() == 1) {
            return runs.values().iterator().next();
        }
        throw new DatasetException(
                runs.isEmpty()
                        ? directory + ": has no first-stage run; expected run.NAME.trec or run.NAME.trec.gz"
                        : directory + ": has the runs " + runs.keySet() + "; name one of them"
                                + (runName.isEmpty() ? "" : ", '" + runName + "' is not there"));
    }

    private static Map<String, Path> named(Path directory, Pattern pattern) {
        Map<String, Path> files = new TreeMap<>();
        if (!Files.isDirectory(directory)) {
            return files;
        }
        try (Stream<Path> listing = Files.list(directory)) {
            listing.forEach(file -> {
                var name = pattern.matcher(file.getFileName().toString());
                if (name.matches()) {
                    files.put(name.group(1), file);
                }
            });
        } catch (IOException e) {
            throw new DatasetException(directory, e);
        }
        return files;
    }
}
