package rerank.trainer.refinement;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.distillation.TaughtData;
import rerank.trainer.teacher.GroupSource;
import rerank.trainer.teacher.LabeledCandidate;
import rerank.trainer.teacher.TrainingGroup;

/**
 * Draws pairs to sample answers for: of each query one candidate that is relevant, at least partially, and one that is
 * not. The n-th draw is a function of the seed and n.
 */
final class PairSource {
    private static final int PAIRS_PER_QUERY = 2;
    private static final int DEV_CANDIDATES = 20;
    private static final long DEV_SEED = 7;

    private final List<GroupSource> sources;
    private final List<Double> shares;
    private final long seed;

    PairSource(List<GroupSource> sources, List<Double> shares, long seed) {
        this.sources = List.copyOf(sources);
        this.shares = List.copyOf(shares);
        this.seed = seed;
    }

    /**
     * Some pairs, at least as many as wanted if that is even.
     *
     * @param from how many were drawn before
     */
    List<TaughtPair> pairs(long from, int wanted) {
        List<TaughtPair> pairs = new ArrayList<>();
        for (long index = from / PAIRS_PER_QUERY; pairs.size() < wanted; index++) {
            // Seeds in a row give a Random first numbers that are all but the same, so they are mixed first.
            var random = new Random(new SplittableRandom(seed * 0x9E3779B97F4A7C15L + index).nextLong());
            TrainingGroup group = sources.get(pick(random.nextDouble())).group(index);
            List<LabeledCandidate> candidates = new ArrayList<>(group.candidates());
            Collections.shuffle(candidates, random);
            add(pairs, group.query(), candidates, true);
            add(pairs, group.query(), candidates, false);
        }
        return pairs;
    }

    private static void add(
            List<TaughtPair> pairs, Query query, List<LabeledCandidate> candidates, boolean isRelevant) {
        candidates.stream()
                .filter(candidate -> candidate.label() > 0 == isRelevant)
                .findFirst()
                .ifPresent(candidate -> pairs.add(
                        new TaughtPair(query, candidate.candidate(), candidate.label(), candidate.explanation())));
    }

    private int pick(double uniform) {
        double left = uniform * shares.stream().mapToDouble(Double::doubleValue).sum();
        for (int i = 0; i < shares.size() - 1; i++) {
            left -= shares.get(i);
            if (left < 0) {
                return i;
            }
        }
        return shares.size() - 1;
    }

    /**
     * Pairs of dev queries, relevant and irrelevant in equal number: up to two of each from the first stage's best. Labels
     * are those of the judgments; an explanation is there where the teacher knows the pair.
     *
     * @param queries at most
     */
    static List<TaughtPair> dev(TaughtData data, int queries) {
        Dataset dataset = data.dataset();
        List<Query> all = new ArrayList<>(dataset.queries("dev"));
        Collections.shuffle(all, new Random(DEV_SEED));
        List<TaughtPair> pairs = new ArrayList<>();
        int taken = 0;
        for (Query query : all) {
            List<TaughtPair> relevant = new ArrayList<>();
            List<TaughtPair> irrelevant = new ArrayList<>();
            dataset.candidates(query.id(), DEV_CANDIDATES).forEach(candidate -> {
                int label = Math.min(2, dataset.qrels("dev").grade(query.id(), candidate.docId()));
                String explanation = data.teacher()
                        .teach(query, candidate)
                        .filter(lesson -> lesson.label() == label)
                        .map(lesson -> lesson.explanation())
                        .orElse("");
                (label > 0 ? relevant : irrelevant).add(new TaughtPair(query, candidate, label, explanation));
            });
            int each = Math.min(2, Math.min(relevant.size(), irrelevant.size()));
            pairs.addAll(relevant.subList(0, each));
            pairs.addAll(irrelevant.subList(0, each));
            taken += each > 0 ? 1 : 0;
            if (taken == queries) {
                break;
            }
        }
        return pairs;
    }
}
