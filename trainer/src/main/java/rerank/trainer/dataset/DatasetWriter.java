package rerank.trainer.dataset;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import rerank.model.ranking.Query;

/** Writes a {@link Dataset} in its layout: corpus and run compressed, queries and qrels plain. */
public final class DatasetWriter {
    private static final ObjectMapper JSON = new ObjectMapper();

    private DatasetWriter() {}

    /**
     * Writes the files, replacing those of the same name.
     *
     * @param directory made when absent
     * @param runName the NAME of {@code run.NAME.trec.gz}, and the tag of its lines
     */
    public static void write(Dataset dataset, Path directory, String runName) {
        Path qrels = directory.resolve("qrels");
        try {
            Files.createDirectories(qrels);
        } catch (IOException e) {
            throw new DatasetException(qrels, e);
        }
        Lines.write(directory.resolve("corpus.jsonl.gz"), writer -> {
            for (Document document : dataset.documents().values()) {
                ObjectNode json = JSON.createObjectNode()
                        .put("_id", document.id())
                        .put("title", document.title())
                        .put("text", document.text());
                writer.write(JSON.writeValueAsString(json));
                writer.write('\n');
            }
        });
        Lines.write(directory.resolve("queries.jsonl"), writer -> {
            for (Query query : dataset.queries().values()) {
                ObjectNode json = JSON.createObjectNode().put("_id", query.id()).put("text", query.text());
                ObjectNode metadata = json.putObject("metadata");
                dataset.metadata().getOrDefault(query.id(), Map.of()).entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .forEach(field -> metadata.put(field.getKey(), field.getValue()));
                writer.write(JSON.writeValueAsString(json));
                writer.write('\n');
            }
        });
        dataset.qrels().forEach((split, judged) -> judged.write(qrels.resolve(split + ".tsv")));
        dataset.firstStage().write(directory.resolve("run." + runName + ".trec.gz"), runName);
    }
}
