package rerank.trainer.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.SharedData;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.faithfulness.Claim;
import rerank.trainer.faithfulness.Claim.Kind;
import rerank.trainer.faithfulness.Claim.Verdict;
import rerank.trainer.faithfulness.ExplanationChecker;
import rerank.trainer.faithfulness.Faithfulness;

class MedquadCheckerTest {
    private static final Query TREATMENT = new Query("q1", "How is Lyme disease (borreliosis) treated?");
    private static final Dataset DATASET = new Dataset(
            "made",
            Map.of(
                    "answer", document("answer", "Lyme disease (borreliosis)"),
                    "similar", document("similar", "Borreliosis"),
                    "symptoms", document("symptoms", "Lyme Disease (Borreliosis)"),
                    "gout", document("gout", "Gout; Podagra"),
                    "unjudged", document("unjudged", "Lyme disease (borreliosis)")),
            Map.of(
                    "q1",
                    TREATMENT,
                    "q2",
                    new Query("q2", "What are the symptoms of it?"),
                    "q3",
                    new Query("q3", "Gout?")),
            Map.of(
                    "q1", Map.of("type", "treatment"),
                    "q2", Map.of("type", "symptoms"),
                    "q3", Map.of("type", "causes")),
            Map.of(
                    "test",
                    new Qrels(Map.of("q1", Map.of("answer", 2, "similar", 1), "q2", Map.of("symptoms", 2))),
                    "train",
                    new Qrels(Map.of("q3", Map.of("gout", 2)))),
            new Run(Map.of()));

    private static Document document(String id, String title) {
        return new Document(id, title, "text");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    answer   | Asks how Lyme disease is treated; the text says how it is treated.
                    answer   | asks for the treatment of lyme disease (borreliosis); the text describes its treatment.
                    similar  | Asks how Borreliosis is treated; the text, an answer to a similar question, describes its treatment.
                    symptoms | Asks how Lyme disease is treated; the text is about Lyme Disease but lists its symptoms.
                    symptoms | Asks how Lyme disease is treated; the text describes its signs instead.
                    gout     | Asks how Lyme disease is treated; the text is about Gout, another topic.
                    """)
    void whatIsTrueIsSupported(String docId, String explanation) {
        assertThat(check(docId, explanation))
                .hasSizeBetween(4, 5)
                .allMatch(claim -> claim.verdict() == Verdict.SUPPORTED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    answer   | Asks how gout is treated; the text says how it is treated.                          | TOPIC
                    answer   | Asks how lyme is treated; the text says how it is treated.                          | TOPIC
                    answer   | Asks what causes Lyme disease; the text says how it is treated.                     | ANSWER
                    answer   | Asks how Lyme disease is treated; the text lists its symptoms.                      | ANSWER
                    answer   | Asks how Lyme disease is treated; the text describes its treatment instead.         | ANSWER
                    answer   | Asks how Lyme disease is treated; the text is about Lyme disease but says how it is treated. | ANSWER
                    answer   | Asks how Lyme disease is treated; the text, an answer to a similar question, says how it is treated. | ANSWER
                    answer   | Asks how Lyme disease is treated; the text is about Lyme disease, another topic.    | TOPIC
                    gout     | Asks how Lyme disease is treated; the text is about acne, another topic.            | TOPIC
                    gout     | Asks how Lyme disease is treated; the text says what causes it.                     | TOPIC
                    answer   | Asks how Lyme disease is treated; the text sings.                                   | UNREADABLE
                    """)
    void whatIsFalseIsFound(String docId, String explanation, Kind kind) {
        assertThat(check(docId, explanation).stream().filter(claim -> claim.verdict() == Verdict.UNSUPPORTED))
                .singleElement()
                .satisfies(claim -> assertThat(claim.kind()).isEqualTo(kind));
    }

    @Test
    void whatIsOwedAndNotSaidIsMissing() {
        assertThat(check("answer", "")).hasSize(4).allMatch(claim -> claim.verdict() == Verdict.MISSING);
        assertThat(check("gout", "Asks how Lyme disease is treated; the text is about something else."))
                .filteredOn(claim -> claim.verdict() == Verdict.MISSING)
                .hasSize(1);
        assertThat(check("answer", "lorem ipsum"))
                .extracting(Claim::verdict)
                .contains(Verdict.UNSUPPORTED, Verdict.MISSING)
                .doesNotContain(Verdict.SUPPORTED);
    }

    @Test
    void theKindOfAnAnswerThatNobodyJudgedIsNotKnown() {
        assertThat(check("unjudged", "Asks how Lyme disease is treated; the text says how it is treated."))
                .filteredOn(claim -> claim.verdict() == Verdict.UNKNOWN)
                .extracting(Claim::kind)
                .containsExactly(Kind.ANSWER);
    }

    @Test
    void dataWithoutKindsOfQuestionCannotBeChecked() {
        Dataset untyped =
                new Dataset("untyped", Map.of(), DATASET.queries(), Map.of(), DATASET.qrels(), new Run(Map.of()));

        assertThat(MedquadChecker.of(untyped, "test")).isEmpty();
    }

    @Tag("shared")
    @Test
    void theTeachersOwnExplanationsOfTheRealDataHold() {
        Path directory = SharedData.dataset("medquad");
        Dataset dataset = Dataset.read(directory);
        Teacher teacher = MedquadTeacher.read(dataset, "train", directory.resolve("annotations/doc-types.train.tsv"));
        ExplanationChecker checker = MedquadChecker.of(dataset, "train").orElseThrow();
        Faithfulness figures = Faithfulness.NONE;

        for (Query query : dataset.queries("train").subList(0, 1500)) {
            for (Candidate candidate : dataset.candidates(query.id(), 10)) {
                var lesson = teacher.teach(query, candidate);
                if (lesson.isPresent()) {
                    String explanation = lesson.get().explanation();
                    figures = figures.with(
                            explanation,
                            checker.check(query, candidate, explanation).orElseThrow());
                }
            }
        }

        assertThat(figures.explanations()).isGreaterThan(10_000);
        assertThat(figures.score()).as(figures.toString()).isGreaterThan(0.995);
    }

    private static List<Claim> check(String docId, String explanation) {
        Document document = DATASET.document(docId);
        return MedquadChecker.of(DATASET, "test")
                .orElseThrow()
                .check(TREATMENT, new Candidate(docId, document.title(), document.text(), 0, 1), explanation)
                .orElseThrow();
    }
}
