package rerank.trainer.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.SharedData;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;

class MedquadTeacherTest {
    private static final Query QUERY = new Query("q", "How is Lyme disease (borreliosis) treated?");
    private static final Dataset DATASET = new Dataset(
            "made",
            Map.of(),
            Map.of("q", QUERY),
            Map.of("q", Map.of("type", "treatment")),
            Map.of("train", new Qrels(Map.of("q", Map.of("answer", 2, "similar", 1)))),
            new Run(Map.of()));

    @TempDir
    Path directory;

    private Path annotations;

    @BeforeEach
    void writeAnnotations() throws IOException {
        annotations = Files.writeString(directory.resolve("types.tsv"), """
                corpus-id	topic	types
                answer	Lyme disease (borreliosis)	treatment
                similar	Borreliosis	treatment
                symptoms	Lyme Disease (Borreliosis)	symptoms
                unjudged	Lyme disease (borreliosis)	treatment|prevention
                gout	Gout; Podagra	treatment
                nameless		causes
                """);
    }

    @Test
    void labelsComeFromTheJudgementsAndTheAnnotations() {
        assertThat(lesson("answer").label()).isEqualTo(2);
        assertThat(lesson("similar").label()).isEqualTo(1);
        assertThat(lesson("symptoms").label()).isZero();
        assertThat(lesson("gout").label()).isZero();
    }

    @Test
    void anUnjudgedAnswerOfTheSameKindIsNoLesson() {
        assertThat(teach("unjudged")).isEmpty();
        assertThat(teach("not-annotated")).isEmpty();
    }

    @Test
    void explanationsSayWhatIsAskedAndWhatTheTextGives() {
        assertThat(lesson("answer").explanation())
                .isIn(everyWayOf("; the text says how it is treated.", "; the text describes its treatment."));
        assertThat(lesson("similar").explanation())
                .isIn(everyWayOf(
                        "; the text, an answer to a similar question, says how it is treated.",
                        "; the text, an answer to a similar question, describes its treatment."));
        assertThat(lesson("symptoms").explanation())
                .isIn(everyWayOf(
                        "; the text is about Lyme Disease but lists its symptoms.",
                        "; the text is about Lyme Disease but describes its signs.",
                        "; the text lists its symptoms instead.",
                        "; the text describes its signs instead."));
        assertThat(lesson("gout").explanation())
                .isIn(everyWayOf(
                        "; the text is about Gout, another topic.", "; the text is about Gout, something else."));
        assertThat(lesson("nameless").explanation()).isIn(everyWayOf("; the text is about something else."));
    }

    @Test
    void aTableOfAnotherFormIsReported() throws IOException {
        Files.writeString(annotations, "doc\ttopic\n");

        assertThatThrownBy(() -> MedquadTeacher.read(DATASET, "train", annotations))
                .hasMessageContaining("types.tsv line 1: expected the header [corpus-id, topic, types]");
    }

    @Tag("shared")
    @Test
    void groupsOfTheRealDataKeepToTheirAnnotations() {
        Path directory = SharedData.dataset("medquad");
        Dataset dataset = Dataset.read(directory);
        Teacher teacher = MedquadTeacher.read(dataset, "train", directory.resolve("annotations/doc-types.train.tsv"));
        TrainingGroups groups = new TrainingGroups(dataset, "train", teacher, GroupShape.SPARSE, 1);
        Set<String> heldOut = new java.util.HashSet<>();
        for (String split : List.of("dev", "test")) {
            dataset.qrels(split).grades().values().forEach(judged -> heldOut.addAll(judged.keySet()));
        }

        assertThat(groups.size()).isEqualTo(10_987);
        for (long index = 0; index < 2000; index++) {
            TrainingGroup group = groups.group(index);
            assertThat(group.candidates().size()).isEqualTo(8);
            for (LabeledCandidate member : group.candidates()) {
                String docId = member.candidate().docId();
                assertThat(heldOut.contains(docId)).as(docId).isFalse();
                assertThat(member.label())
                        .as(docId)
                        .isEqualTo(dataset.qrels("train").grade(group.query().id(), docId));
                assertThat(member.explanation().split(" ").length).isLessThanOrEqualTo(45);
            }
        }
    }

    private static List<String> everyWayOf(String... ends) {
        return java.util.Arrays.stream(ends)
                .flatMap(end -> java.util.stream.Stream.of(
                                "Asks for the treatment of Lyme disease", "Asks how Lyme disease is treated")
                        .map(start -> start + end))
                .toList();
    }

    private Lesson lesson(String docId) {
        return teach(docId).orElseThrow();
    }

    private Optional<Lesson> teach(String docId) {
        return MedquadTeacher.read(DATASET, "train", annotations).teach(QUERY, new Candidate(docId, "", "", 0, 1));
    }
}
