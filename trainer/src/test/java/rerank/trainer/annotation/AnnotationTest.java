package rerank.trainer.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.example.Origin;
import rerank.trainer.teacher.Lesson;
import rerank.trainer.teacher.Teacher;
import rerank.trainer.teacher.TeacherException;

class AnnotationTest {
    @TempDir
    Path directory;

    /** Of query qI the first stage finds the documents 10 I to 10 I + 9; 10 I + 3 and 90 are judged relevant, 10 I is judged 0. */
    private static Dataset dataset() {
        Map<String, Document> documents = new LinkedHashMap<>();
        Map<String, Query> queries = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
        Map<String, List<Run.Ranked>> rankings = new LinkedHashMap<>();
        for (int i = 0; i < 100; i++) {
            documents.put("d" + i, new Document("d" + i, "", "one two  three four " + i));
        }
        for (int q = 0; q < 8; q++) {
            String id = "q" + q;
            queries.put(id, new Query(id, "question " + q));
            List<Run.Ranked> ranked = new java.util.ArrayList<>();
            for (int d = 0; d < 10; d++) {
                ranked.add(new Run.Ranked("d" + (10 * q + d), 10 - d));
            }
            rankings.put(id, ranked);
            if (q < 6) {
                grades.put(id, Map.of("d" + (10 * q + 3), 2, "d90", 1, "d" + 10 * q, 0));
            }
        }
        return new Dataset(
                "small", documents, queries, Map.of(), Map.of("train", new Qrels(grades)), new Run(rankings));
    }

    private static AnnotateConfig config(Map<String, String> more) {
        Map<String, String> values = new HashMap<>(Map.of(
                "data", "data",
                "out.dir", "out",
                "chat.base.url", "http://localhost:1/v1",
                "chat.model", "m"));
        values.putAll(more);
        return AnnotateConfig.of(values, Path.of("base"));
    }

    private static List<ChosenPair> pairs(AnnotateConfig config, String query) {
        Dataset dataset = dataset();
        return new PairSampler(dataset, dataset.qrels("train"), config).pairs(dataset.query(query));
    }

    @Test
    void choosesJudgedHardAndEasyPairs() {
        List<ChosenPair> pairs =
                pairs(config(Map.of("pairs.hard", "5", "pairs.easy", "2", "max.document.words", "10")), "q2");

        Map<Origin, List<String>> byOrigin = pairs.stream()
                .collect(Collectors.groupingBy(
                        ChosenPair::origin,
                        Collectors.mapping(pair -> pair.candidate().docId(), Collectors.toList())));
        assertThat(byOrigin.get(Origin.JUDGED))
                .as("what the first stage found comes first")
                .containsExactly("d23", "d90");
        assertThat(byOrigin.get(Origin.HARD))
                .hasSize(5)
                .startsWith("d20", "d21", "d22")
                .doesNotContain("d23", "d90");
        assertThat(byOrigin.get(Origin.EASY))
                .hasSize(2)
                .allSatisfy(id -> assertThat(id).doesNotStartWith("d2"));
        assertThat(pairs).extracting(ChosenPair::id).doesNotHaveDuplicates();
    }

    @Test
    void aJudgementIsAKnownLabelAndItsAbsenceIsNone() {
        Map<String, OptionalInt> known = pairs(config(Map.of()), "q2").stream()
                .collect(Collectors.toMap(pair -> pair.candidate().docId(), ChosenPair::knownLabel));

        assertThat(known.get("d23")).hasValue(2);
        assertThat(known.get("d90")).hasValue(1);
        assertThat(known.get("d20")).hasValue(0);
        assertThat(known.get("d21")).isEmpty();
    }

    @Test
    void thePairsOfAQueryDependOnTheSeedAlone() {
        assertThat(pairs(config(Map.of("seed", "4")), "q1")).isEqualTo(pairs(config(Map.of("seed", "4")), "q1"));
        assertThat(pairs(config(Map.of("seed", "4", "pairs.hard", "4")), "q1"))
                .isNotEqualTo(pairs(config(Map.of("seed", "5", "pairs.hard", "4")), "q1"));
    }

    @Test
    void documentsAreCutAtAWordWithTheirWhiteSpaceKept() {
        assertThat(PairSampler.firstWords("one two  three four", 3)).isEqualTo("one two  three");
        assertThat(PairSampler.firstWords(" one ", 3)).isEqualTo(" one ");
    }

    @Test
    void devQueriesAreNotLearnedFrom() {
        var queries = PairSampler.queries(dataset(), config(Map.of("dev.share", "0.5")));

        assertThat(queries.train()).hasSize(3);
        assertThat(queries.dev()).hasSize(3).doesNotContainAnyElementsOf(queries.train());
    }

    @Test
    void withoutATrainSplitTheQueriesThatNobodyJudgesAreAnnotated() {
        Dataset judged = dataset();
        Dataset testOnly = new Dataset(
                "small",
                judged.documents(),
                judged.queries(),
                Map.of(),
                Map.of("test", judged.qrels("train")),
                judged.firstStage());

        var queries = PairSampler.queries(testOnly, config(Map.of("dev.share", "0")));

        assertThat(queries.train()).extracting(Query::id).containsExactlyInAnyOrder("q6", "q7");
    }

    private static ChosenPair pair(OptionalInt known) {
        return new ChosenPair(new Query("q", "what?"), new Candidate("d", "", "this", 1, 1), Origin.HARD, known);
    }

    @Test
    void theKnownLabelWinsWithAnExplanationOfItsOwn() {
        Teacher teacher = new Teacher() {
            @Override
            public Optional<Lesson> teach(Query query, Candidate candidate) {
                return Optional.of(new Lesson(0, "nothing"));
            }

            @Override
            public Optional<Lesson> justify(Query query, Candidate candidate, int label) {
                return Optional.of(new Lesson(label, "told " + label));
            }
        };

        var overruled = (AnnotatedPair.Explained) AnnotatedPair.of(pair(OptionalInt.of(2)), teacher, "t");
        var agreed = (AnnotatedPair.Explained) AnnotatedPair.of(pair(OptionalInt.of(0)), teacher, "t");

        assertThat(overruled.example().lesson()).isEqualTo(new Lesson(2, "told 2"));
        assertThat(overruled.example().teacherLabel()).hasValue(0);
        assertThat(agreed.example().lesson()).isEqualTo(new Lesson(0, "nothing"));
        Results results = new Results(directory);
        results.add(overruled);
        results.add(agreed);
        assertThat(results.agreement()).isEqualTo(new Summary.Agreement(2, 1, 1));
    }

    @Test
    void aFailureIsNoExampleEvenWhereTheLabelIsKnown() {
        Teacher failing = (query, candidate) -> {
            throw new TeacherException("HTTP 500", "oops");
        };

        for (OptionalInt known : List.of(OptionalInt.empty(), OptionalInt.of(0), OptionalInt.of(2))) {
            assertThat(AnnotatedPair.of(pair(known), failing, "t"))
                    .isEqualTo(new AnnotatedPair.Failed(pair(known), "HTTP 500", "oops"));
        }
    }

    @Test
    void aScriptedTeachersExamplesComeOutTheSameEveryTime() throws IOException {
        var config = AnnotateConfig.of(
                Map.of("data", "storefront", "teacher", "scripted", "out.dir", "out", "max.queries", "40"), directory);
        Watcher nobody = new Watcher() {
            @Override
            public void begin(String what, long total) {}

            @Override
            public void step(String note) {}

            @Override
            public void end() {}
        };

        Summary summary = new Annotation(config).run(Map.of(), nobody);
        Map<String, String> first = contents();
        new Annotation(config).run(Map.of(), nobody);

        assertThat(contents()).isEqualTo(first);
        assertThat(first.keySet()).isEqualTo(Set.of("examples.jsonl", "dev.jsonl", "dropped.jsonl", "summary.json"));
        assertThat(summary.known().compared())
                .isPositive()
                .isEqualTo(summary.known().agreed());
        assertThat(summary.trainLabels()).doesNotContain(0);
        assertThat(summary.isIncomplete()).isFalse();
    }

    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new HashMap<>();
        try (var files = Files.list(directory.resolve("out"))) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return contents;
    }

    @Test
    void allMistakesOfAFileAreNamedAtOnce() {
        assertThatThrownBy(() -> config(Map.of("chat.concurrency", "0", "tasks", "sing", "colour", "red")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("chat.concurrency", "sing", "unknown key colour");
        assertThatThrownBy(() -> config(Map.of("chat.base.url", "localhost")))
                .hasMessageContaining("localhost")
                .hasMessageContaining("https://");
        assertThatThrownBy(() -> config(Map.of("chat.model", ""))).hasMessageContaining("chat.model");
        assertThatThrownBy(() -> config(Map.of("teacher", "scripted", "tasks", "queries")))
                .hasMessageContaining("teacher=chat");
    }
}
