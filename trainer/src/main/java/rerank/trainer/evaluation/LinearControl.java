package rerank.trainer.evaluation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import rerank.model.ranking.Candidate;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;

/**
 * A control to show beside a reranker: a linear model over (query stem, document stem) pairs and the first stage's score,
 * rank and overlap with the title. It knows which words go together and nothing else, neither order nor numbers, so what
 * it reaches on a data set is what needs no understanding there.
 *
 * <p>Pairs are hashed into {@code 2^22} weights. It learns to put better grades before worse within a query (logistic
 * loss on pairs of candidates, AdaGrad). Training and use are deterministic and belong to one thread.
 */
public final class LinearControl {
    private static final int BITS = 22;
    private static final int DENSE = 6;
    private static final int MAX_DOCUMENT_STEMS = 120;
    private static final int PAIRS_A_QUERY = 24;
    private static final double LEARNING_RATE = 0.15;
    private static final int EPOCHS = 3;
    private static final long SEED = 1;
    private static final Pattern WORD = Pattern.compile("[a-z]+|[0-9]+");
    private static final Set<String> STOP_WORDS =
            Set.of(("a an and are as at be but by for from has have how i if in into is"
                            + " it its me my no of on or such that the their then there these they this to was what when where which"
                            + " who why will with can could do does did should would about you your we our any some")
                    .split(" "));

    private final float[] weights = new float[1 << BITS];
    private final float[] squares = new float[1 << BITS];
    private final double[] dense = new double[DENSE];
    private final double[] denseSquares = new double[DENSE];
    private final Map<String, Stems> documents = new HashMap<>();

    private LinearControl() {}

    /** A document's distinct stems as hashes, those of its title apart. */
    private record Stems(int[] title, int[] text) {}

    /** The features of a pair: indices of weights that are 1, scaled together, and dense values. */
    private record Features(int[] indices, float scale, double[] dense) {}

    /**
     * Trains on a split.
     *
     * @param depth candidates of a query that are learned from
     * @param epochs passes over the queries
     * @param seed of the order of queries and the choice of pairs
     */
    public static LinearControl train(Dataset dataset, String split, int depth, int epochs, long seed) {
        LinearControl control = new LinearControl();
        Qrels qrels = dataset.qrels(split);
        List<String> queryIds = new ArrayList<>(qrels.queryIds());
        Random random = new Random(seed);
        for (int epoch = 0; epoch < epochs; epoch++) {
            java.util.Collections.shuffle(queryIds, random);
            for (String queryId : queryIds) {
                control.learn(
                        dataset.query(queryId).text(), dataset.candidates(queryId, depth), qrels.of(queryId), random);
            }
        }
        control.documents.clear();
        return control;
    }

    /** The control that reports show: taught on the split {@code train}, with as many candidates as it then reranks. */
    public static Run standard(Dataset dataset, String split, int depth) {
        return train(dataset, "train", depth, EPOCHS, SEED).rerank(dataset, split, depth);
    }

    /** Reranks the first candidates of every query of a split. */
    public Run rerank(Dataset dataset, String split, int depth) {
        Map<String, List<Run.Ranked>> rankings = new HashMap<>();
        for (String queryId : dataset.qrels(split).queryIds()) {
            List<Candidate> candidates = dataset.candidates(queryId, depth);
            double[] scores = scores(dataset.query(queryId).text(), candidates);
            List<Run.Ranked> ranked = new ArrayList<>();
            for (int i = 0; i < scores.length; i++) {
                ranked.add(new Run.Ranked(candidates.get(i).docId(), scores[i]));
            }
            ranked.sort(java.util.Comparator.comparingDouble(Run.Ranked::score).reversed());
            rankings.put(queryId, ranked);
        }
        return new Run(rankings);
    }

    /** The scores of a query's candidates, in their order; higher is better. */
    double[] scores(String query, List<Candidate> candidates) {
        List<Features> features = features(query, candidates);
        return features.stream().mapToDouble(this::score).toArray();
    }

    private void learn(String query, List<Candidate> candidates, Map<String, Integer> grades, Random random) {
        List<List<Integer>> byGrade = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < candidates.size(); i++) {
            int grade = grades.getOrDefault(candidates.get(i).docId(), 0);
            byGrade.get(Math.max(0, Math.min(2, grade))).add(i);
        }
        List<Integer> better = new ArrayList<>(byGrade.get(2));
        better.addAll(byGrade.get(1));
        if (better.isEmpty()
                || better.size() == candidates.size() && byGrade.get(2).isEmpty()) {
            return;
        }
        List<Features> features = features(query, candidates);
        for (int pair = 0; pair < PAIRS_A_QUERY; pair++) {
            int high = better.get(random.nextInt(better.size()));
            int highGrade = byGrade.get(2).contains(high) ? 2 : 1;
            List<Integer> worse = highGrade == 2
                            && !byGrade.get(1).isEmpty()
                            && (byGrade.get(0).isEmpty() || random.nextBoolean())
                    ? byGrade.get(1)
                    : byGrade.get(0);
            if (!worse.isEmpty()) {
                step(features.get(high), features.get(worse.get(random.nextInt(worse.size()))));
            }
        }
    }

    /** One step of gradient descent on {@code log(1 + exp(-(high - low)))}. */
    private void step(Features high, Features low) {
        double gradient = -1 / (1 + Math.exp(score(high) - score(low)));
        update(high, gradient);
        update(low, -gradient);
    }

    private void update(Features features, double gradient) {
        float scaled = (float) (gradient * features.scale());
        for (int index : features.indices()) {
            squares[index] += scaled * scaled;
            weights[index] -= (float) (LEARNING_RATE * scaled / (Math.sqrt(squares[index]) + 1e-6));
        }
        for (int i = 0; i < DENSE; i++) {
            double partial = gradient * features.dense()[i];
            denseSquares[i] += partial * partial;
            dense[i] -= LEARNING_RATE * partial / (Math.sqrt(denseSquares[i]) + 1e-6);
        }
    }

    private double score(Features features) {
        double sum = 0;
        for (int index : features.indices()) {
            sum += weights[index];
        }
        sum *= features.scale();
        for (int i = 0; i < DENSE; i++) {
            sum += dense[i] * features.dense()[i];
        }
        return sum;
    }

    private List<Features> features(String query, List<Candidate> candidates) {
        int[] queryStems = stems(query, Integer.MAX_VALUE);
        double best = candidates.stream()
                .mapToDouble(Candidate::firstStageScore)
                .max()
                .orElse(0);
        List<Features> features = new ArrayList<>();
        for (Candidate candidate : candidates) {
            Stems document = documents.computeIfAbsent(
                    candidate.docId(),
                    id -> new Stems(
                            stems(candidate.title(), Integer.MAX_VALUE), stems(candidate.text(), MAX_DOCUMENT_STEMS)));
            features.add(features(queryStems, document, candidate, best));
        }
        return features;
    }

    private static Features features(int[] query, Stems document, Candidate candidate, double best) {
        int[] indices = new int[query.length * (document.title().length + document.text().length + 1)];
        int size = 0;
        for (int queryStem : query) {
            for (int stem : document.title()) {
                indices[size++] = index(queryStem * 31 + 7, stem);
            }
            for (int stem : document.text()) {
                indices[size++] = index(queryStem, stem);
            }
            indices[size++] = index(queryStem, contains(document.text(), queryStem) ? 1 : 2);
        }
        double score = candidate.firstStageScore();
        double[] dense = {
            best > 0 ? score / best : 0,
            Math.log1p(Math.max(0, score)),
            1.0 / candidate.firstStageRank(),
            overlap(query, document.title()),
            overlap(document.title(), query),
            overlap(query, document.text())
        };
        return new Features(indices, (float) (1 / Math.sqrt(Math.max(1, size))), dense);
    }

    private static int index(int queryStem, int documentStem) {
        int hash = queryStem * 0x9E3779B1 ^ Integer.rotateLeft(documentStem * 0x85EBCA6B, 13);
        hash *= 0xC2B2AE35;
        return (hash ^ (hash >>> 15)) >>> (32 - BITS);
    }

    private static double overlap(int[] of, int[] in) {
        int shared = 0;
        for (int stem : of) {
            shared += contains(in, stem) ? 1 : 0;
        }
        return of.length == 0 ? 0 : (double) shared / of.length;
    }

    private static boolean contains(int[] stems, int stem) {
        for (int other : stems) {
            if (other == stem) {
                return true;
            }
        }
        return false;
    }

    private static int[] stems(String text, int limit) {
        Set<Integer> stems = new java.util.LinkedHashSet<>();
        Matcher words = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (words.find() && stems.size() < limit) {
            String word = words.group();
            if (!STOP_WORDS.contains(word)) {
                stems.add(stem(word).hashCode());
            }
        }
        return stems.stream().mapToInt(Integer::intValue).toArray();
    }

    /** A light stem: plural and verb endings cut. */
    private static String stem(String word) {
        String stem = word;
        if (stem.length() > 4 && stem.endsWith("ies")) {
            return stem.substring(0, stem.length() - 3) + "y";
        }
        if (stem.length() > 5 && stem.endsWith("ing")) {
            stem = stem.substring(0, stem.length() - 3);
        } else if (stem.length() > 5 && (stem.endsWith("ed") || stem.endsWith("es"))) {
            stem = stem.substring(0, stem.length() - 2);
        } else if (stem.length() > 3 && stem.endsWith("s") && !stem.endsWith("ss")) {
            stem = stem.substring(0, stem.length() - 1);
        }
        return stem.length() > 4 && stem.endsWith("e") ? stem.substring(0, stem.length() - 1) : stem;
    }
}
