package rerank.trainer.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
    void textsOnTheTopicThatAnswerSomethingElseAreLookalikes() {
        MedquadTeacher teacher = MedquadTeacher.read(DATASET, "train", annotations);

        assertThat(teacher.lookalikes(QUERY)).containsExactly("symptoms");
        assertThat(teacher.lookalikes(new Query("other", "not of this split"))).isEmpty();
    }

    @Test
    void rareKindsOfQuestionsAreDrawnMoreOften() {
        Map<String, Query> queries = new HashMap<>();
        Map<String, Map<String, String>> metadata = new HashMap<>();
        Map<String, Map<String, Integer>> judged = new HashMap<>();
        for (int i = 0; i < 10; i++) {
            String id = "q" + i;
            queries.put(id, new Query(id, "About gout, number " + i));
            metadata.put(id, Map.of("type", i == 0 ? "treatment" : "symptoms"));
            judged.put(id, Map.of("gout", 2));
        }
        Dataset dataset =
                new Dataset("made", Map.of(), queries, metadata, Map.of("train", new Qrels(judged)), new Run(Map.of()));
        MedquadTeacher teacher = MedquadTeacher.read(dataset, "train", annotations);

        assertThat(teacher.repeats(queries.get("q0"))).as("9 times rarer").isEqualTo(3);
        assertThat(teacher.repeats(queries.get("q1"))).isEqualTo(1);
        assertThat(teacher.repeats(new Query("other", "not of this split"))).isEqualTo(1);
    }

    @Test
    void anUnjudgedAnswerOfTheSameKindIsNoLesson() {
        assertThat(teach("unjudged")).isEmpty();
        assertThat(teach("not-annotated")).isEmpty();
    }

    @Test
    void explanationsNameTheTopicAndWhatTheTextTells() {
        assertThat(lesson("answer").explanation())
                .isEqualTo("The text on Lyme disease says how it is treated, as asked.");
        assertThat(lesson("similar").explanation())
                .isEqualTo("The text on Borreliosis says how it is treated, which is close to what is asked.");
        assertThat(lesson("symptoms").explanation())
                .isEqualTo("The text on Lyme Disease lists its symptoms, not how it is treated.");
        assertThat(lesson("gout").explanation())
                .isEqualTo("The text on Gout says how it is treated; another topic is asked about.");
        assertThat(lesson("nameless").explanation())
                .isEqualTo("The text says what causes it; another topic is asked about.");
    }

    @Test
    void topicsAreCalledByTheTitleOfTheText() {
        assertThat(teach(new Candidate("gout", "What I need to know about Gout", "", 0, 1))
                        .orElseThrow()
                        .explanation())
                .startsWith("The text on What I need to says");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void someQuestionsAreAskedInOtherWordsThatKeepTheTopic(long seed) {
        Teacher teacher = MedquadTeacher.read(DATASET, "train", annotations);
        Random random = new Random(seed);

        List<String> wordings =
                Stream.generate(() -> teacher.wording(QUERY, random)).limit(200).toList();

        assertThat(wordings).allMatch(wording -> wording.contains("Lyme disease"));
        assertThat(wordings.stream().filter(QUERY.text()::equals).count()).isBetween(100L, 160L);
        assertThat(wordings.stream().distinct().count()).isGreaterThan(20);
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

        assertThat(groups.size()).as("10,987 queries, rare kinds repeated").isEqualTo(17_816);
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

    private Lesson lesson(String docId) {
        return teach(docId).orElseThrow();
    }

    private Optional<Lesson> teach(String docId) {
        return teach(new Candidate(docId, "", "", 0, 1));
    }

    private Optional<Lesson> teach(Candidate candidate) {
        return MedquadTeacher.read(DATASET, "train", annotations).teach(QUERY, candidate);
    }
}
