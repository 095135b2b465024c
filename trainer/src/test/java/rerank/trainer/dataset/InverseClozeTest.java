package rerank.trainer.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.prompt.SharedWords;
import rerank.model.ranking.Query;

class InverseClozeTest {
    private static final List<String> ANIMALS = List.of(
            "otter", "badger", "heron", "lynx", "marten", "beaver", "stoat", "kestrel", "adder", "salmon", "raven",
            "weasel", "falcon", "toad", "pike", "osprey", "vole", "hare", "newt", "buzzard");

    @TempDir
    Path directory;

    private Path documents;

    /** Two passages on each of twenty animals, of four sentences each. */
    @BeforeEach
    void writeFolder() throws IOException {
        documents = Files.createDirectories(directory.resolve("animals"));
        for (String animal : ANIMALS) {
            Files.writeString(
                    documents.resolve(animal + ".txt"),
                    "The " + animal + "\n\nThe " + animal
                            + " lives near water in quiet northern valleys. In winter the "
                            + animal + " looks for food near water by day. Quiet valleys shelter it from cold"
                            + " northern winds. Few people ever see one.\n\nYoung " + animal
                            + " families leave their burrow in early spring. A burrow of the " + animal
                            + " has several rooms for young families. Spring floods often reach the lower rooms."
                            + " Nobody repairs them.\n");
        }
    }

    private Dataset cloze(int questions, long seed) {
        return TextImport.cloze(documents, questions, 35, 10, seed);
    }

    @Test
    void aQuestionIsASentenceThatItsAnswerLacksNow() {
        Dataset dataset = cloze(40, 1);
        int without = 0;
        int asked = 0;

        for (String split : List.of("train", "dev")) {
            for (Query query : dataset.queries(split)) {
                String answer = grades(dataset, split, query, 2).get(0);
                Document passage = dataset.document(answer);
                asked++;
                without += passage.text().contains(query.text()) ? 0 : 1;
                assertThat(dataset.firstStage().docIds(query.id())).contains(answer);
                assertThat(SharedWords.of(query.text(), passage.title(), passage.text())
                                .shared())
                        .isNotEmpty();
                assertThat(grades(dataset, split, query, 1))
                        .allSatisfy(next ->
                                assertThat(next.replaceFirst("#.*", "")).isEqualTo(answer.replaceFirst("#.*", "")));
            }
        }
        assertThat(asked).isBetween(15, 40);
        assertThat(without).isGreaterThan(asked / 2);
    }

    @Test
    void aTenthIsDevAndNoQuestionIsInBoth() {
        Dataset dataset = cloze(40, 2);

        Set<String> dev = new HashSet<>(dataset.qrels("dev").queryIds());
        assertThat(dev).hasSize((dev.size() + dataset.qrels("train").queryIds().size()) / 10);
        assertThat(dataset.qrels("train").queryIds()).doesNotContainAnyElementsOf(dev);
    }

    @Test
    void oneSeedGivesOneDataSet() {
        assertThat(cloze(20, 3)).isEqualTo(cloze(20, 3));
        assertThat(cloze(20, 3).queries()).isNotEqualTo(cloze(20, 4).queries());
    }

    @Test
    void linesOfJsonAreDocumentsToo() throws IOException {
        Path file = directory.resolve("texts.jsonl");
        List<String> lines = new ArrayList<>();
        for (String animal : ANIMALS) {
            String[] text = Files.readString(documents.resolve(animal + ".txt")).split("\n\n", 2);
            lines.add("{\"_id\": \"" + animal + "\", \"title\": \"" + text[0] + "\", \"text\": \""
                    + text[1].strip().replace("\n\n", "\\n") + "\"}");
        }
        lines.add("{\"_id\": \"none\", \"text\": \"Without a title.\\nIn two lines.\"}");
        Files.write(file, lines);

        Dataset dataset = TextImport.cloze(file, 40, 35, 10, 1);

        assertThat(dataset.name()).isEqualTo("texts");
        assertThat(dataset.documents()).hasSize(41).containsKey("otter#1");
        assertThat(dataset.document("none")).isEqualTo(new Document("none", "", "Without a title.\n\nIn two lines."));
    }

    @Test
    void textsWithNothingToAskAndBrokenLinesAreNamed() throws IOException {
        Path poor = Files.createDirectories(directory.resolve("poor"));
        Files.writeString(poor.resolve("a.txt"), "One\n\nA line.");
        assertThatThrownBy(() -> TextImport.cloze(poor, 5, 100, 10, 1))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("poor")
                .hasMessageContaining("3 sentences");

        Path broken = Files.writeString(directory.resolve("broken.jsonl"), "{\"title\": \n");
        assertThatThrownBy(() -> TextImport.cloze(broken, 5, 100, 10, 1))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("broken.jsonl")
                .hasMessageContaining("not JSON");
    }

    private static List<String> grades(Dataset dataset, String split, Query query, int grade) {
        return dataset.qrels(split).of(query.id()).entrySet().stream()
                .filter(judged -> judged.getValue() == grade)
                .map(judged -> judged.getKey())
                .toList();
    }
}
