package rerank.trainer.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextImportTest {
    @TempDir
    Path directory;

    private Path documents;
    private Path questions;

    @BeforeEach
    void writeFolder() throws IOException {
        documents = Files.createDirectories(directory.resolve("docs/deeper"));
        Files.writeString(
                documents.resolve("moths of night.md"), "# Moths\n\nMoths fly to lamps.\n\nThey rest on walls.\n");
        Files.writeString(documents.resolve("image.png"), "no text");
        Files.writeString(directory.resolve("docs/note.txt"), "Lamps are lit at dusk.");
        questions =
                Files.writeString(directory.resolve("questions.txt"), "What do moths fly to?\n\nwhere is zanzibar\n");
    }

    @Test
    void filesBecomePassagesUnderTheirTitlesAndQuestionsFindThem() {
        Dataset dataset = TextImport.read(directory.resolve("docs"), questions, 5, 10);

        assertThat(dataset.documents().values())
                .containsExactlyInAnyOrder(
                        new Document("deeper/moths_of_night.md#1", "Moths", "Moths fly to lamps."),
                        new Document("deeper/moths_of_night.md#2", "Moths", "They rest on walls."),
                        new Document("note.txt", "", "Lamps are lit at dusk."));
        assertThat(dataset.firstStage().docIds("q1").get(0)).isEqualTo("deeper/moths_of_night.md#1");
        assertThat(dataset.firstStage().docIds("q3")).isEmpty();
    }

    @Test
    void whatIsWrittenIsReadAgainThoughNothingIsJudged() {
        Dataset dataset = TextImport.read(directory.resolve("docs"), questions, 100, 10);

        DatasetWriter.write(dataset, directory.resolve("data"), "bm25");

        Dataset read = Dataset.read(directory.resolve("data"));
        assertThat(read.documents()).isEqualTo(dataset.documents());
        assertThat(read.queries()).isEqualTo(dataset.queries());
        assertThat(read.qrels()).isEmpty();
    }

    @Test
    void anEmptyFolderAndWrongEncodingsAreNamed() throws IOException {
        Path empty = Files.createDirectories(directory.resolve("empty"));
        assertThatThrownBy(() -> TextImport.read(empty, questions, 5, 10)).hasMessageContaining("empty");

        Files.write(documents.resolve("latin.txt"), new byte[] {'f', (byte) 0xfc, 'r'});
        assertThatThrownBy(() -> TextImport.read(directory.resolve("docs"), questions, 5, 10))
                .hasMessageContaining("latin.txt")
                .hasMessageContaining("UTF-8");
    }
}
