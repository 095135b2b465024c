package rerank.trainer.teacher;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Bm25;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.dataset.Qrels;

/**
 * Draws training groups from a split of a data set: relevant candidates, near misses, hard negatives from the first
 * stage, some that match a part of the query alone, and a few easy ones from the first stage of other queries. A query without
 * a relevant candidate that the teacher knows is left out.
 *
 * <p>Relevant candidates and near misses come from the first stage too as far as it found any, then from the judgments.
 * Drawn from all judgments alike they would match fewer words of the query than the negatives do, where many documents
 * are relevant, and a model would learn just that: few matching words mean relevant, which is wrong of what it reranks.
 *
 * <p>A query that the teacher puts in other words has a first stage of its own, BM25 with those words: what it finds is what a
 * reranker will get for such a query, and that is other texts than its own words find.
 *
 * <p>What matches a part of the query is what BM25 finds by some of its words, each kept or left out by the toss of a coin, and
 * its first stage did not find, or what the teacher knows as a lookalike. Where the first stage of the split is better than that
 * of the data to come, a model would otherwise never see what such a first stage lets through: products of another kind with the
 * right colour and price.
 *
 * <p>The group of an index depends on the seed and the index alone: every run of {@link #size()} indices visits each
 * query once, or as often as the teacher asks for, in another order. Safe for use by several threads.
 */
public final class TrainingGroups implements GroupSource {
    private static final int MAX_TRIES = 400;

    /** Candidates of a query in other words. */
    private static final int REWORDED_DEPTH = 50;

    /** Share of the negatives that match a part of the query alone. */
    private static final double PARTLY_MATCHING_SHARE = 0.2;

    /** Share of these that are lookalikes where the teacher knows some, and how far down others are looked for. */
    private static final double LOOKALIKE_SHARE = 0.7;

    private static final int PARTLY_MATCHING_DEPTH = 20;

    /** Share of the negatives that come from other queries. */
    private static final double EASY_SHARE = 0.1;

    private final Dataset dataset;
    private final Qrels qrels;
    private final Teacher teacher;
    private final GroupShape shape;
    private final long seed;
    private final List<Query> queries;

    /** What was found or judged for any query of the split. */
    private final Set<String> splitDocuments = new LinkedHashSet<>();

    /** Of these. Made when it is first searched; it lies in memory alone and is left to the collector. */
    private @Nullable Bm25 index;

    /** A cache: whoever needs another epoch replaces it. */
    private volatile Epoch current = new Epoch(-1, List.of());

    /** Keeps the queries of the split that can be taught. */
    public TrainingGroups(Dataset dataset, String split, Teacher teacher, GroupShape shape, long seed) {
        this.dataset = dataset;
        this.qrels = dataset.qrels(split);
        this.teacher = teacher;
        this.shape = shape;
        this.seed = seed;
        this.queries = dataset.queries(split).stream()
                .filter(query -> !judged(query, 2, Set.of(), new Random(0), 1).isEmpty())
                .flatMap(query -> Collections.nCopies(teacher.repeats(query), query).stream())
                .toList();
        if (queries.isEmpty()) {
            throw new IllegalArgumentException("data set " + dataset.name() + ", split " + split
                    + ": the teacher knows no relevant candidate of any query");
        }
        for (Query query : queries) {
            splitDocuments.addAll(qrels.of(query.id()).keySet());
            dataset.candidates(query.id(), Integer.MAX_VALUE)
                    .forEach(candidate -> splitDocuments.add(candidate.docId()));
        }
    }

    @Override
    public int size() {
        return queries.size();
    }

    @Override
    public TrainingGroup group(long index) {
        long epoch = index / size();
        Random random = new Random(mix(seed, index));
        Query query = order(epoch).get((int) (index % size()));
        String wording = teacher.wording(query, random);
        List<Candidate> candidates = candidates(query, wording);
        Set<String> found = new HashSet<>();
        candidates.forEach(candidate -> found.add(candidate.docId()));
        List<LabeledCandidate> group = judged(query, 2, found, random, 1 + random.nextInt(shape.maxRelevant()));
        if (shape.maxPartial() > 0 && random.nextDouble() < shape.partialShare()) {
            group.addAll(judged(query, 1, found, random, 1 + random.nextInt(shape.maxPartial())));
        }
        addNegatives(query, wording, candidates, group, random);
        Collections.shuffle(group, random);
        return new TrainingGroup(new Query(query.id(), wording), group);
    }

    /** What the first stage finds for a query in these words. */
    private List<Candidate> candidates(Query query, String wording) {
        if (wording.equals(query.text())) {
            return dataset.candidates(query.id(), Integer.MAX_VALUE);
        }
        return index().search(wording, REWORDED_DEPTH).stream()
                .map(ranked -> candidate(dataset.document(ranked.docId())))
                .toList();
    }

    private synchronized Bm25 index() {
        Bm25 made = index == null
                ? new Bm25(splitDocuments.stream().map(dataset::document).toList())
                : index;
        index = made;
        return made;
    }

    /** Some candidates that are judged with a label and that the teacher knows, first those that the first stage found. */
    private List<LabeledCandidate> judged(Query query, int label, Set<String> firstStage, Random random, int limit) {
        List<String> docIds = new ArrayList<>();
        qrels.of(query.id()).forEach((docId, grade) -> {
            if (Math.min(grade, 2) == label) {
                docIds.add(docId);
            }
        });
        Collections.shuffle(docIds, random);
        docIds.sort(Comparator.comparing(docId -> !firstStage.contains(docId)));
        List<LabeledCandidate> found = new ArrayList<>();
        for (String docId : docIds) {
            if (found.size() == limit) {
                break;
            }
            Candidate candidate = candidate(dataset.document(docId));
            Optional<Lesson> lesson = teacher.teach(query, candidate);
            lesson.filter(taught -> taught.label() == label)
                    .ifPresent(taught -> found.add(new LabeledCandidate(candidate, taught)));
        }
        return found;
    }

    /** Fills the group from the query's first-stage candidates, now and then and in the end from elsewhere. */
    private void addNegatives(
            Query query, String wording, List<Candidate> firstStage, List<LabeledCandidate> group, Random random) {
        Set<String> used = new HashSet<>();
        group.forEach(member -> used.add(member.candidate().docId()));
        Set<String> found = new HashSet<>();
        firstStage.forEach(candidate -> found.add(candidate.docId()));
        List<Candidate> candidates = new ArrayList<>(firstStage);
        Collections.shuffle(candidates, random);
        for (int tries = 0; group.size() < shape.size(); tries++) {
            if (tries == MAX_TRIES) {
                throw new IllegalStateException("query " + query.id() + ": found only " + group.size()
                        + " candidates for a group of " + shape.size() + "; the teacher knows too few negatives");
            }
            double source = random.nextDouble();
            if (source < PARTLY_MATCHING_SHARE) {
                pick(partlyMatching(query, wording, found, random), random).ifPresent(candidates::add);
            } else if (candidates.isEmpty() || source < PARTLY_MATCHING_SHARE + EASY_SHARE) {
                Query other = queries.get(random.nextInt(size()));
                pick(dataset.candidates(other.id(), Integer.MAX_VALUE), random).ifPresent(candidates::add);
            }
            if (candidates.isEmpty()) {
                continue;
            }
            Candidate candidate = candidates.remove(candidates.size() - 1);
            if (used.add(candidate.docId())) {
                teacher.teach(query, candidate)
                        .filter(lesson -> lesson.label() == 0)
                        .ifPresent(lesson -> group.add(new LabeledCandidate(candidate, lesson)));
            }
        }
    }

    /** Lookalikes, or what BM25 finds by some words of a query and its first stage did not find. */
    private List<Candidate> partlyMatching(Query query, String wording, Set<String> found, Random random) {
        if (random.nextDouble() < LOOKALIKE_SHARE) {
            List<Candidate> lookalikes = teacher.lookalikes(query).stream()
                    .filter(splitDocuments::contains)
                    .map(docId -> candidate(dataset.document(docId)))
                    .toList();
            if (!lookalikes.isEmpty()) {
                return lookalikes;
            }
        }
        String kept = Arrays.stream(wording.split("\\s+"))
                .filter(word -> random.nextBoolean())
                .collect(Collectors.joining(" "));
        return index().search(kept, found.size() + PARTLY_MATCHING_DEPTH).stream()
                .filter(ranked -> !found.contains(ranked.docId()))
                .limit(PARTLY_MATCHING_DEPTH)
                .map(ranked -> candidate(dataset.document(ranked.docId())))
                .toList();
    }

    private static Optional<Candidate> pick(List<Candidate> candidates, Random random) {
        return candidates.isEmpty() ? Optional.empty() : Optional.of(candidates.get(random.nextInt(candidates.size())));
    }

    private static Candidate candidate(Document document) {
        return new Candidate(document.id(), document.title(), document.text(), 0, 1);
    }

    private List<Query> order(long epoch) {
        Epoch known = current;
        if (known.number() != epoch) {
            List<Query> order = new ArrayList<>(queries);
            Collections.shuffle(order, new Random(mix(~seed, epoch)));
            known = new Epoch(epoch, order);
            current = known;
        }
        return known.order();
    }

    /** The order of the queries in an epoch. */
    private record Epoch(long number, List<Query> order) {}

    private static long mix(long seed, long index) {
        long mixed = (seed * 0x9E3779B97F4A7C15L + index) * 0xBF58476D1CE4E5B9L;
        return mixed ^ (mixed >>> 29);
    }
}
