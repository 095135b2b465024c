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
                    answer   | The text on Lyme disease says how it is treated, as asked.
                    answer   | the text on lyme disease (borreliosis) says how it is treated, as asked.
                    similar  | The text on Borreliosis says how it is treated, which is close to what is asked.
                    symptoms | The text on Lyme Disease lists its symptoms, not how it is treated.
                    gout     | The text on Gout says what causes it; another topic is asked about.
                    """)
    void whatIsTrueIsSupported(String docId, String explanation) {
        assertThat(check(docId, explanation)).hasSize(3).allMatch(claim -> claim.verdict() == Verdict.SUPPORTED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    answer   | The text on gout says how it is treated, as asked.                                | TOPIC
                    answer   | The text on Lyme says how it is treated, as asked.                                | TOPIC
                    answer   | The text on Lyme disease lists its symptoms, as asked.                            | ANSWER
                    answer   | The text on Lyme disease says how it is treated, which is close to what is asked. | CONSTRAINT
                    answer   | The text on Lyme disease says how it is treated, not its symptoms.                | CONSTRAINT
                    answer   | The text on Lyme disease says how it is treated; another topic is asked about.    | TOPIC
                    symptoms | The text on Lyme disease lists its symptoms, as asked.                            | CONSTRAINT
                    symptoms | The text on Lyme disease lists its symptoms, not what causes it.                  | CONSTRAINT
                    gout     | The text on acne says what causes it; another topic is asked about.               | TOPIC
                    answer   | Sings.                                                                            | UNREADABLE
                    """)
    void whatIsFalseIsFound(String docId, String explanation, Kind kind) {
        assertThat(check(docId, explanation).stream().filter(claim -> claim.verdict() == Verdict.UNSUPPORTED))
                .singleElement()
                .satisfies(claim -> assertThat(claim.kind()).isEqualTo(kind));
    }

    @Test
    void whatIsOwedAndNotSaidIsMissing() {
        assertThat(check("answer", "")).hasSize(3).allMatch(claim -> claim.verdict() == Verdict.MISSING);
        assertThat(check("gout", "The text says what causes it; another topic is asked about."))
                .filteredOn(claim -> claim.verdict() == Verdict.MISSING)
                .hasSize(1);
        assertThat(check("answer", "The text on Lyme disease says how it is treated."))
                .filteredOn(claim -> claim.verdict() == Verdict.MISSING)
                .hasSize(1);
        assertThat(check("answer", "lorem ipsum"))
                .extracting(Claim::verdict)
                .contains(Verdict.UNSUPPORTED, Verdict.MISSING)
                .doesNotContain(Verdict.SUPPORTED);
    }

    @Test
    void theKindOfAnAnswerThatNobodyJudgedIsNotKnown() {
        assertThat(check("unjudged", "The text on Lyme disease says how it is treated, as asked."))
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
