package rerank.trainer.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.DatasetException;
import rerank.trainer.teacher.LabeledCandidate;
import rerank.trainer.teacher.Lesson;
import rerank.trainer.teacher.TrainingGroup;

class ExampleFileTest {
    private static final Example FULL = new Example(
            new Query("q1", "what is red?", "only colours count"),
            new Candidate("d1", "Roses", "a \"rose\"\nis red", 3.25, 4),
            Origin.JUDGED,
            new Lesson(2, "It says so."),
            OptionalInt.of(2),
            OptionalInt.of(1),
            "some-model");
    private static final Example BARE = new Example(
            new Query("q1", "what is red?", "only colours count"),
            new Candidate("d2", "", "a plum", 0, 0),
            Origin.EASY,
            new Lesson(0, "It is blue."),
            OptionalInt.empty(),
            OptionalInt.empty(),
            "");

    @TempDir
    Path directory;

    @Test
    void readsWhatItWrote() {
        Path file = directory.resolve("examples.jsonl.gz");

        ExampleFile.write(file, List.of(FULL, BARE));

        assertThat(ExampleFile.read(file)).containsExactly(FULL, BARE);
    }

    @Test
    void aLineOfOnesOwnNeedsFewFields() throws IOException {
        Path file = Files.writeString(directory.resolve("own.jsonl"), """
                {"queryId": "q", "query": "what?", "docId": "d", "text": "this", "label": 1, "explanation": "So."}
                """);

        Example example = ExampleFile.read(file).get(0);

        assertThat(example.label()).isEqualTo(1);
        assertThat(example.candidate().firstStageRank()).isZero();
        assertThat(example.query().instruction()).isEmpty();
    }

    @Test
    void mistakesNameTheirLine() throws IOException {
        String good = ExampleFile.json(FULL).toString();
        assertMistake(good + "\n" + good, "line 2", "line 1 already");
        assertMistake(good + "\n" + good.replace("\"label\":2", "\"label\":3"), "line 2", "0, 1 or 2");
        assertMistake(good.replace("\"label\":2,", ""), "line 1", "\"label\"");
        assertMistake(good.replace("judged", "golden"), "line 1", "judged, hard or easy");
        assertMistake("{", "line 1", "not JSON");
    }

    private void assertMistake(String text, String... said) throws IOException {
        Path file = Files.writeString(directory.resolve("wrong.jsonl"), text + "\n");
        assertThatThrownBy(() -> ExampleFile.read(file))
                .isInstanceOf(DatasetException.class)
                .hasMessageContainingAll(said);
    }

    @Test
    void examplesAreADataSetWhoseDevHasWhatTheFirstStageFound() {
        Example dev = new Example(
                new Query("q2", "what is blue?", "only colours count"),
                new Candidate("d3", "", "a plum", 7, 1),
                Origin.HARD,
                new Lesson(2, "A plum is."),
                OptionalInt.empty(),
                OptionalInt.empty(),
                "");
        ExampleFile.write(directory.resolve("examples.jsonl"), List.of(FULL, BARE));
        ExampleFile.write(directory.resolve("dev.jsonl"), List.of(dev));

        ExampleData data = ExampleData.read(directory);

        var dataset = data.dataset();
        assertThat(dataset.qrels("train").grade("q1", "d1")).isEqualTo(2);
        assertThat(dataset.qrels("dev").grade("q2", "d3")).isEqualTo(2);
        assertThat(dataset.firstStage().docIds("q1")).containsExactly("d1");
        assertThat(data.instruction()).isEqualTo("only colours count");
        assertThat(data.teacher().teach(FULL.query(), FULL.candidate())).contains(FULL.lesson());
        assertThat(data.teacher().teach(dev.query(), dev.candidate())).isEmpty();
    }

    @Test
    void groupsHaveTheQuerysOwnExamplesTheBestAndTheWorstAmongThem() {
        List<Example> examples = IntStream.range(0, 60)
                .mapToObj(i -> new Example(
                        new Query("q" + i / 10, "question " + i / 10),
                        new Candidate("d" + i, "", "text", 1, 1),
                        Origin.HARD,
                        new Lesson(i % 10 == 0 ? 2 : i % 10 < 3 ? 0 : 1, "e" + i),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        ""))
                .toList();
        var groups = new ExampleGroups(examples, 4, 9);
        Set<String> seen = new HashSet<>();

        for (int index = 0; index < 6; index++) {
            TrainingGroup group = groups.group(index);
            int query = Integer.parseInt(group.query().id().substring(1));
            seen.add(group.query().id());
            assertThat(group.candidates())
                    .extracting(LabeledCandidate::label)
                    .contains(2, 0)
                    .hasSize(4);
            assertThat(group.candidates())
                    .extracting(member ->
                            Integer.parseInt(member.candidate().docId().substring(1)) / 10)
                    .containsOnly(query);
            assertThat(group.candidates()).doesNotHaveDuplicates();
            assertThat(new ExampleGroups(examples, 4, 9).group(index)).isEqualTo(group);
        }
        assertThat(seen).hasSize(6);
    }

    @Test
    void aQueryWithFewExamplesRepeatsThem() {
        TrainingGroup group = new ExampleGroups(List.of(FULL, BARE), 5, 1).group(3);

        assertThat(group.candidates())
                .extracting(LabeledCandidate::label)
                .hasSize(5)
                .containsOnly(2, 0);
    }
}
