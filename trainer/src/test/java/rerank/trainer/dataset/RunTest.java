package rerank.trainer.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
    @TempDir
    Path directory;

    @Test
    void aFileIsOrderedByScoreThenByDocumentIdDescending() throws IOException {
        Path file = write("q1 Q0 a 1 2.0 t\nq1 Q0 c 2 2.0 t\nq1 Q0 b 3 2.0 t\nq1 Q0 best 4 9 t\n");

        assertThat(Run.read(file).docIds("q1")).containsExactly("best", "c", "b", "a");
    }

    @Test
    void writingKeepsTheOrderOfTiedScores() {
        Run run = new Run(Map.of(
                "q1",
                List.of(
                        new Run.Ranked("a", 1),
                        new Run.Ranked("c", 1),
                        new Run.Ranked("b", 1),
                        new Run.Ranked("d", 0))));
        Path file = directory.resolve("out.trec.gz");

        run.write(file, "ours");

        assertThat(Run.read(file).docIds("q1")).containsExactly("a", "c", "b", "d");
    }

    @Test
    void mistakesAreReportedWithFileAndLine() throws IOException {
        Path shortLine = write("q1 Q0 a 1 2.0 t\nq1 Q0 a 2.0\n");
        assertThatThrownBy(() -> Run.read(shortLine))
                .hasMessageEndingWith("run.trec line 2: expected 'query Q0 document rank score tag', found 4 fields");

        Path noNumber = write("q1 Q0 a 1 high t\n");
        assertThatThrownBy(() -> Run.read(noNumber)).hasMessageEndingWith("line 1: score 'high' is not a number");

        Path twice = write("q1 Q0 a 1 2.0 t\nq1 Q0 a 2 1.0 t\n");
        assertThatThrownBy(() -> Run.read(twice)).hasMessageEndingWith("query q1 ranks document a twice");
    }

    @Test
    void qrelsReadInBothFormsAndReportMistakes() throws IOException {
        Path tsv = write("query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tb\t0\n");
        Qrels qrels = Qrels.read(tsv);
        Path trec = write("q1 0 a 2\nq1 0 b 0\n");

        assertThat(Qrels.read(trec)).isEqualTo(qrels);
        assertThat(qrels.grade("q1", "a")).isEqualTo(2);
        assertThat(qrels.grade("q1", "unjudged")).isZero();

        Path bad = write("q1\ta\tgood\n");
        assertThatThrownBy(() -> Qrels.read(bad)).hasMessageEndingWith("line 1: grade 'good' is not a whole number");
        Path twice = write("q1\ta\t1\nq1\ta\t2\n");
        assertThatThrownBy(() -> Qrels.read(twice)).hasMessageEndingWith("line 2: query q1 judges document a twice");
    }

    private Path write(String content) throws IOException {
        return Files.writeString(directory.resolve("run.trec"), content);
    }
}
