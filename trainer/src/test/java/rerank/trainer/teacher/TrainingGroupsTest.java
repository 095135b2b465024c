package rerank.trainer.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;

class TrainingGroupsTest {
    /** Query qI has document I as its answer, which only every second run holds, and I+1 as a near miss. */
    private static final Dataset DATASET = dataset(12);

    private static final Teacher TEACHER = (query, candidate) -> Optional.of(new Lesson(
            DATASET.qrels("train").grade(query.id(), candidate.docId()), "About " + candidate.docId() + "."));

    /** Teaches the same. */
    private abstract static class LikeTeacher implements Teacher {
        @Override
        public Optional<Lesson> teach(Query query, Candidate candidate) {
            return TEACHER.teach(query, candidate);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anIndexAlwaysGivesTheSameGroup(long seed) {
        TrainingGroups groups = groups(seed);
        TrainingGroups again = groups(seed);

        for (long index : new long[] {30, 0, 11, 12, 1_000_000}) {
            assertThat(again.group(index)).isEqualTo(groups.group(index));
        }
        assertThat(groups(seed + 1).group(0)).isNotEqualTo(groups.group(0));
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void anEpochVisitsEveryQueryOnceInAnotherOrder(long seed) {
        TrainingGroups groups = groups(seed);

        List<String> first = order(groups, 0);
        List<String> second = order(groups, 1);

        assertThat(first).hasSize(12).doesNotHaveDuplicates();
        assertThat(second).containsExactlyInAnyOrderElementsOf(first).isNotEqualTo(first);
    }

    @Test
    void anEpochVisitsAQueryAsOftenAsItsTeacherAsksFor() {
        Teacher insisting = new LikeTeacher() {
            @Override
            public int repeats(Query query) {
                return query.id().equals("q3") ? 3 : 1;
            }
        };
        TrainingGroups groups = new TrainingGroups(DATASET, "train", insisting, GroupShape.SPARSE, 1);

        List<String> first = order(groups, 0);

        assertThat(first).hasSize(14);
        assertThat(new HashSet<>(first)).hasSize(12);
        assertThat(first.stream().filter("q3"::equals)).hasSize(3);
    }

    @Test
    void groupsHoldTheAnswerSometimesANearMissAndNegatives() {
        TrainingGroups groups = groups(6);
        int nearMisses = 0;

        for (long index = 0; index < 240; index++) {
            List<LabeledCandidate> group = groups.group(index).candidates();
            Set<String> distinct = new HashSet<>();
            group.forEach(member -> distinct.add(member.candidate().docId()));
            assertThat(distinct).hasSize(8);
            assertThat(group.stream().filter(member -> member.label() == 2)).hasSize(1);
            nearMisses +=
                    (int) group.stream().filter(member -> member.label() == 1).count();
        }

        assertThat(nearMisses).isBetween(90, 150);
    }

    @Test
    void candidatesTheTeacherDoesNotKnowAreNeverDrawn() {
        Teacher silentOnSome = (query, candidate) ->
                candidate.docId().endsWith("5") ? Optional.empty() : TEACHER.teach(query, candidate);
        TrainingGroups groups = new TrainingGroups(DATASET, "train", silentOnSome, GroupShape.SPARSE, 1);

        assertThat(groups.size()).as("query 5 has no other answer").isEqualTo(11);
        for (long index = 0; index < 110; index++) {
            assertThat(groups.group(index).candidates())
                    .noneMatch(member -> member.candidate().docId().endsWith("5"));
        }
    }

    @Test
    void aSplitThatNobodyCanTeachIsRefused() {
        assertThatThrownBy(() -> new TrainingGroups(
                        DATASET, "train", (query, candidate) -> Optional.empty(), GroupShape.SPARSE, 1))
                .hasMessageContaining("split train: the teacher knows no relevant candidate");
    }

    @Test
    void tooFewNegativesAreReported() {
        TrainingGroups groups = new TrainingGroups(dataset(3), "train", TEACHER, GroupShape.SPARSE, 1);

        assertThatThrownBy(() -> groups.group(0)).hasMessageContaining("for a group of 8");
    }

    @Test
    void aQueryInOtherWordsHasTheCandidatesThatThoseWordsFind() {
        Teacher rewording = new LikeTeacher() {
            @Override
            public String wording(Query query, Random random) {
                return query.text().replace("text", "which text");
            }
        };
        TrainingGroups groups = new TrainingGroups(DATASET, "train", rewording, GroupShape.SPARSE, 1);
        Set<String> beyondItsRun = new HashSet<>();

        for (long index = 0; index < 12; index++) {
            TrainingGroup group = groups.group(index);
            int number = Integer.parseInt(group.query().id().substring(1));
            assertThat(group.query().text()).isEqualTo("which text " + number);
            group.candidates().forEach(member -> {
                int document = Integer.parseInt(member.candidate().docId().substring(1));
                if (Math.floorMod(document - number, 12) > 6) {
                    beyondItsRun.add(group.query().id());
                }
            });
        }

        assertThat(beyondItsRun)
                .as("its run has the next seven documents, the words find all")
                .hasSizeGreaterThan(10);
    }

    /** In the run of query I are the next seven documents; others share the word "text" with it alone. */
    @Test
    void someNegativesMatchAPartOfTheQueryAndAreNotInItsRun() {
        TrainingGroups groups = groups(7);
        int beyond = 0;
        int all = 0;

        for (long index = 0; index < 240; index++) {
            TrainingGroup group = groups.group(index);
            int number = Integer.parseInt(group.query().id().substring(1));
            for (LabeledCandidate member : group.candidates()) {
                int document = Integer.parseInt(member.candidate().docId().substring(1));
                beyond += member.label() == 0 && Math.floorMod(document - number, 12) > 7 ? 1 : 0;
                all += member.label() == 0 ? 1 : 0;
            }
        }

        assertThat((double) beyond / all).isBetween(0.15, 0.45);
    }

    @Test
    void negativesAreOfTheSplitAlone() {
        var storefront = Storefront.generate(new StorefrontConfig(5, 600, 40, 10, 10, 30));
        Set<String> train = new HashSet<>();
        storefront.dataset().queries("train").forEach(query -> {
            train.addAll(storefront.dataset().qrels("train").of(query.id()).keySet());
            storefront.dataset().candidates(query.id(), 30).forEach(candidate -> train.add(candidate.docId()));
        });
        var groups = new TrainingGroups(storefront.dataset(), "train", storefront.teacher(), GroupShape.NEAR_MISSES, 3);
        Set<String> others = new HashSet<>();

        for (long index = 0; index < 80; index++) {
            for (LabeledCandidate member : groups.group(index).candidates()) {
                assertThat(train).contains(member.candidate().docId());
                if (member.explanation().contains(", but this is ")) {
                    others.add(member.candidate().docId());
                }
            }
        }
        assertThat(others).as("products of other kinds").hasSizeGreaterThan(50);
    }

    private static TrainingGroups groups(long seed) {
        return new TrainingGroups(DATASET, "train", TEACHER, GroupShape.SPARSE, seed);
    }

    private static List<String> order(TrainingGroups groups, int epoch) {
        List<String> order = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            order.add(groups.group((long) epoch * groups.size() + i).query().id());
        }
        return order;
    }

    private static Dataset dataset(int size) {
        Map<String, Document> documents = new LinkedHashMap<>();
        Map<String, Query> queries = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
        Map<String, List<Run.Ranked>> run = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            documents.put("d" + i, new Document("d" + i, "", "text " + i));
            queries.put("q" + i, new Query("q" + i, "text " + i));
            grades.put("q" + i, Map.of("d" + i, 2, "d" + (i + 1) % size, 1));
            List<Run.Ranked> ranked = new ArrayList<>();
            for (int j = i % 2; j < 7; j++) {
                ranked.add(new Run.Ranked("d" + (i + j) % size, 10 - j));
            }
            run.put("q" + i, ranked);
        }
        return new Dataset("made", documents, queries, Map.of(), Map.of("train", new Qrels(grades)), new Run(run));
    }
}
