package rerank.trainer.annotation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.example.Origin;

/**
 * Chooses which pairs of a query are annotated: what is judged relevant, hard ones that the first stage found, and easy ones
 * that it found for another query alone. The pairs of a query depend on the seed, the query's id and the data set, not on
 * which other queries are annotated.
 */
final class PairSampler {
    private static final int MAX_TRIES = 50;

    private final Dataset dataset;
    private final Qrels known;
    private final AnnotateConfig config;
    private final List<Query> others;

    /**
     * A sampler.
     *
     * @param known labels
     */
    PairSampler(Dataset dataset, Qrels known, AnnotateConfig config) {
        this.dataset = dataset;
        this.known = known;
        this.config = config;
        this.others = dataset.queries().values().stream()
                .filter(query -> !dataset.firstStage().of(query.id()).isEmpty())
                .toList();
    }

    /** The pairs of a query, in the order in which they are asked for. */
    List<ChosenPair> pairs(Query query) {
        Random random =
                new Random(config.seed() * 0x9E3779B97F4A7C15L + query.id().hashCode());
        Map<String, Candidate> found = new LinkedHashMap<>();
        dataset.candidates(query.id(), Integer.MAX_VALUE).forEach(candidate -> found.put(candidate.docId(), candidate));
        Map<String, ChosenPair> chosen = new LinkedHashMap<>();
        judged(query, found, random).forEach(candidate -> add(chosen, query, candidate, Origin.JUDGED));
        hard(query, found, random).forEach(candidate -> add(chosen, query, candidate, Origin.HARD));
        easy(query, found.keySet(), random).forEach(candidate -> add(chosen, query, candidate, Origin.EASY));
        return List.copyOf(chosen.values());
    }

    /** Those that the first stage found come first: they are what a reranker sees. */
    private List<Candidate> judged(Query query, Map<String, Candidate> found, Random random) {
        List<String> relevant = new ArrayList<>(known.of(query.id()).entrySet().stream()
                .filter(judgement -> judgement.getValue() > 0)
                .map(Map.Entry::getKey)
                .toList());
        Collections.shuffle(relevant, random);
        relevant.sort(Comparator.comparing(docId -> !found.containsKey(docId)));
        return relevant.stream()
                .limit(config.pairs().judged())
                .map(docId -> found.containsKey(docId) ? found.get(docId) : unfound(docId))
                .toList();
    }

    private List<Candidate> hard(Query query, Map<String, Candidate> found, Random random) {
        Map<String, Integer> judged = known.of(query.id());
        List<Candidate> pool = new ArrayList<>(found.values().stream()
                .limit(config.pairs().hardDepth())
                // What is judged relevant has a bound of its own.
                .filter(candidate -> judged.getOrDefault(candidate.docId(), 0) <= 0)
                .toList());
        int best = Math.min(pool.size(), (config.pairs().hard() + 1) / 2);
        Collections.shuffle(pool.subList(best, pool.size()), random);
        return pool.subList(0, Math.min(pool.size(), config.pairs().hard()));
    }

    private List<Candidate> easy(Query query, Set<String> found, Random random) {
        Map<String, Integer> judged = known.of(query.id());
        Map<String, Candidate> easy = new LinkedHashMap<>();
        for (int tries = 0; tries < MAX_TRIES && easy.size() < config.pairs().easy(); tries++) {
            Query other = others.isEmpty() ? query : others.get(random.nextInt(others.size()));
            List<String> theirs = dataset.firstStage().docIds(other.id());
            if (!theirs.isEmpty()) {
                String docId = theirs.get(random.nextInt(theirs.size()));
                if (!found.contains(docId) && judged.getOrDefault(docId, 0) <= 0) {
                    easy.put(docId, unfound(docId));
                }
            }
        }
        return List.copyOf(easy.values());
    }

    private Candidate unfound(String docId) {
        Document document = dataset.document(docId);
        return new Candidate(document.id(), document.title(), document.text(), 0, 0);
    }

    private void add(Map<String, ChosenPair> chosen, Query query, Candidate candidate, Origin origin) {
        Integer grade = known.of(query.id()).get(candidate.docId());
        OptionalInt label = grade == null ? OptionalInt.empty() : OptionalInt.of(Math.max(0, Math.min(2, grade)));
        chosen.putIfAbsent(
                candidate.docId(),
                new ChosenPair(
                        new Query(query.id(), query.text(), config.data().instruction()),
                        cut(candidate),
                        origin,
                        label));
    }

    private Candidate cut(Candidate candidate) {
        return new Candidate(
                candidate.docId(),
                candidate.title(),
                firstWords(candidate.text(), config.data().maxDocumentWords()),
                candidate.firstStageScore(),
                candidate.firstStageRank());
    }

    /** The text up to the end of a word, white space in it kept. */
    static String firstWords(String text, int words) {
        int at = 0;
        int end = 0;
        for (int count = 0; count < words; count++) {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            end = at;
        }
        return text.substring(0, end);
    }

    /** Queries to annotate: of the split asked for, or of train, or those that no split judges. */
    static Queries queries(Dataset dataset, AnnotateConfig config) {
        String split = config.data().split();
        if (split.isEmpty() && dataset.qrels().containsKey("train")) {
            split = "train";
        }
        Qrels known = split.isEmpty() ? new Qrels(Map.of()) : dataset.qrels(split);
        List<Query> queries;
        if (split.isEmpty()) {
            Set<String> judged = dataset.qrels().values().stream()
                    .flatMap(qrels -> qrels.queryIds().stream())
                    .collect(Collectors.toSet());
            queries = dataset.queries().values().stream()
                    .filter(query -> !judged.contains(query.id()))
                    .toList();
        } else {
            queries = dataset.queries(split);
        }
        List<Query> shuffled = new ArrayList<>(queries);
        Collections.shuffle(shuffled, new Random(config.seed()));
        int wanted = config.data().maxQueries() == 0
                ? shuffled.size()
                : config.data().maxQueries();
        List<Query> taken = shuffled.subList(0, Math.min(wanted, shuffled.size()));
        if (taken.isEmpty()) {
            throw new IllegalArgumentException("data set " + dataset.name()
                    + " has no query to annotate: all are judged by the splits "
                    + dataset.qrels().keySet() + "; name one with split");
        }
        int dev = (int) Math.round(taken.size() * config.data().devShare());
        return new Queries(known, taken.subList(dev, taken.size()), taken.subList(0, dev));
    }

    /** What {@link #queries} found, with the labels known of them. */
    record Queries(Qrels known, List<Query> train, List<Query> dev) {
        Queries {
            train = List.copyOf(train);
            dev = List.copyOf(dev);
        }

        List<Query> all() {
            List<Query> all = new ArrayList<>(train);
            all.addAll(dev);
            return all;
        }
    }
}
