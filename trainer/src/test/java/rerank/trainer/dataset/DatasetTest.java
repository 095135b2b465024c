package rerank.trainer.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;

class DatasetTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeAValidDataset() throws IOException {
        write("corpus.jsonl", """
                {"_id": "moths", "title": "Moths", "text": "Moths fly at night."}
                {"_id": "lamps", "title": null, "text": "Lamps draw moths."}
                {"_id": 7, "text": "Seven."}
                """);
        write("queries.jsonl", """
                {"_id": "q1", "text": "why do moths fly to lamps", "metadata": {"type": "causes", "hops": 2, "ids": ["a"]}}
                """);
        write("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\tlamps\t2\nq1\tmoths\t1\n");
        write("run.bm25.trec", "q1 Q0 moths 1 3.5 bm25\nq1 Q0 7 3 1.25 bm25\nq1 Q0 lamps 2 2.5 bm25\n");
    }

    @Test
    void candidatesAreTheFirstOfTheRunWithTheirTexts() {
        List<Candidate> candidates = Dataset.read(directory).candidates("q1", 2);

        assertThat(candidates)
                .containsExactly(
                        new Candidate("moths", "Moths", "Moths fly at night.", 3.5, 1),
                        new Candidate("lamps", "", "Lamps draw moths.", 2.5, 2));
    }

    @Test
    void queriesOfASplitAreThoseItJudges() {
        Dataset dataset = Dataset.read(directory);

        assertThat(dataset.queries("test")).containsExactly(new Query("q1", "why do moths fly to lamps"));
        assertThat(dataset.metadata().get("q1")).isEqualTo(Map.of("type", "causes", "hops", "2", "ids", "[\"a\"]"));
        assertThat(dataset.qrels("test").of("q1")).isEqualTo(Map.of("lamps", 2, "moths", 1));
    }

    @Test
    void compressedFilesReadAsPlainOnes() throws IOException {
        Dataset plain = Dataset.read(directory);

        for (String file : List.of("corpus.jsonl", "queries.jsonl", "qrels/test.tsv", "run.bm25.trec")) {
            compress(file);
        }

        assertThat(Dataset.read(directory)).isEqualTo(plain);
    }

    @Test
    void whatIsWrittenReadsBackEqual() {
        Dataset dataset = Dataset.read(directory);
        Path copy = directory.resolve("copies").resolve(directory.getFileName());

        DatasetWriter.write(dataset, copy, "bm25");

        assertThat(Dataset.read(copy)).isEqualTo(dataset);
    }

    @Test
    void brokenJsonIsReportedWithFileAndLine() throws IOException {
        write("corpus.jsonl", "{\"_id\": \"a\", \"text\": \"x\"}\n{\"_id\": \"b\", \"text\": }\n");

        assertThatThrownBy(() -> Dataset.read(directory))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("corpus.jsonl line 2: not JSON");
    }

    @Test
    void missingFieldsAndRepeatedIdsAreReportedWithFileAndLine() throws IOException {
        write("queries.jsonl", "{\"_id\": \"q1\"}\n");
        assertThatThrownBy(() -> Dataset.read(directory))
                .hasMessageEndingWith("queries.jsonl line 1: \"text\" is missing or not a string");

        write("queries.jsonl", "{\"_id\": \"q1\", \"text\": \" \"}\n");
        assertThatThrownBy(() -> Dataset.read(directory))
                .hasMessageEndingWith("queries.jsonl line 1: query q1: its text is blank");

        write("queries.jsonl", "{\"_id\": \"q1\", \"text\": \"a\"}\n\n{\"_id\": \"q1\", \"text\": \"b\"}\n");
        assertThatThrownBy(() -> Dataset.read(directory))
                .hasMessageEndingWith("queries.jsonl line 3: query id 'q1' occurs a second time");

        write("queries.jsonl", "{\"text\": \"a\"}\n");
        assertThatThrownBy(() -> Dataset.read(directory)).hasMessageEndingWith("queries.jsonl line 1: has no \"_id\"");
    }

    @Test
    void aRunOfUnknownDocumentsIsReportedWhenItIsUsed() throws IOException {
        write("run.bm25.trec", "q1 Q0 nowhere 1 3.5 bm25\n");
        Dataset dataset = Dataset.read(directory);

        assertThatThrownBy(() -> dataset.candidates("q1", 10))
                .hasMessageContaining("document nowhere is not in its corpus");
    }

    @Test
    void anUnknownSplitIsAnsweredWithTheKnownOnes() {
        Dataset dataset = Dataset.read(directory);

        assertThatThrownBy(() -> dataset.queries("dev")).hasMessageContaining("no split 'dev'; it has [test]");
    }

    @Test
    void severalRunsMustBeToldApart() throws IOException {
        write("run.dense.trec", "q1 Q0 lamps 1 0.5 dense\n");

        assertThatThrownBy(() -> Dataset.read(directory)).hasMessageContaining("[bm25, dense]; name one");
        assertThat(Dataset.read(directory, "dense").firstStage().docIds("q1")).containsExactly("lamps");
    }

    @Test
    void missingPartsAreNamed() throws IOException {
        Files.delete(directory.resolve("run.bm25.trec"));
        assertThatThrownBy(() -> Dataset.read(directory)).hasMessageContaining("has no first-stage run");

        Files.delete(directory.resolve("corpus.jsonl"));
        assertThatThrownBy(() -> Dataset.read(directory))
                .hasMessageContaining("neither corpus.jsonl nor corpus.jsonl.gz");

        assertThatThrownBy(() -> Dataset.read(directory.resolve("none"))).hasMessageContaining("no such directory");
    }

    private void write(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private void compress(String name) throws IOException {
        Path plain = directory.resolve(name);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(directory.resolve(name + ".gz")))) {
            out.write(Files.readString(plain).getBytes(StandardCharsets.UTF_8));
        }
        Files.delete(plain);
    }
}
