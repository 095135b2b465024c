package rerank.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.transformer.Precision;

/**
 * Finds the fastest arithmetic that scores like float32, by trying: each precision judges the same pairs, twice; the second
 * time is taken. A precision of which any score is further than {@link #MOST_DIFFERENCE} from the reference's is out, however
 * fast it is, and so is one that leaves a pair unjudged that the reference judged.
 */
public final class PrecisionTrial {
    /** The furthest that a score, in [0, 1], may be from the reference's. */
    public static final double MOST_DIFFERENCE = 0.02;

    private static final Logger log = LoggerFactory.getLogger(PrecisionTrial.class);

    /** Everyday questions, and documents that answer one of them each; every question meets every document. */
    private static final List<List<String>> TOPICS = List.of(
            List.of(
                    "How do I remove rust from a cast iron pan?",
                    "Care of cast iron",
                    "Scrub the rust off with steel wool and a little soap, rinse the pan and dry it over a low flame. Rub a"
                            + " thin layer of oil on all sides and bake it upside down for an hour at 200 degrees; let it"
                            + " cool in the oven. Repeat until the surface is black and smooth."),
            List.of(
                    "What are the symptoms of iron deficiency?",
                    "Iron deficiency anemia",
                    "People who lack iron are often tired and pale, short of breath when they climb stairs, and have cold"
                            + " hands. Some have a sore tongue or brittle nails. A blood test shows how much iron is stored;"
                            + " meat, beans and lentils hold it, and tablets help within weeks."),
            List.of(
                    "wireless headphones under 80 dollars with 30 hours of battery",
                    "Merlin over-ear headphones",
                    "Wireless over-ear headphones with soft cushions. They run 35 hours on a charge, take two hours to fill,"
                            + " and cost $74.90. Bluetooth 5.3, a cable is in the box. Available in black and sand."),
            List.of(
                    "list files sorted by size in a terminal",
                    "ls: list the contents of a directory",
                    "Prints the names of files. With -l it shows owners and sizes, with -S it sorts by size, the largest"
                            + " first, and with -h sizes are written for people. Combine them: ls -lhS."));

    private PrecisionTrial() {}

    /**
     * What came of one precision.
     *
     * @param precision that was tried
     * @param pairsPerSecond judged
     * @param largestDifference of a score from the reference's; infinite if a pair was judged by one of them alone
     */
    public record Tried(Precision precision, double pairsPerSecond, double largestDifference) {
        /** Whether it scores like the reference. */
        public boolean isFaithful() {
            return largestDifference <= MOST_DIFFERENCE;
        }
    }

    /**
     * Tries precisions, logs what was found, and returns the fastest faithful one.
     *
     * @param judges loads a judge of a precision, which the trial closes
     * @param precisions the first is the reference, which is always faithful
     */
    public static Precision choose(Function<Precision, ? extends PairJudge> judges, List<Precision> precisions) {
        Precision fastest = precisions.get(0);
        double best = 0;
        for (Tried tried : run(judges, precisions)) {
            log.info(String.format(
                    Locale.ROOT,
                    "precision %s: %.1f pairs/s, scores at most %.4f from %s",
                    tried.precision().id(),
                    tried.pairsPerSecond(),
                    tried.largestDifference(),
                    precisions.get(0).id()));
            if (tried.isFaithful() && tried.pairsPerSecond() > best) {
                best = tried.pairsPerSecond();
                fastest = tried.precision();
            }
        }
        return fastest;
    }

    /** Tries every precision, in the order given. */
    static List<Tried> run(Function<Precision, ? extends PairJudge> judges, List<Precision> precisions) {
        List<Pair> pairs = pairs();
        List<Tried> all = new ArrayList<>();
        List<Judgment> reference = List.of();
        for (Precision precision : precisions) {
            try (PairJudge judge = judges.apply(precision)) {
                List<Judgment> judgments = judge.judge(pairs);
                reference = reference.isEmpty() ? judgments : reference;
                long begun = System.nanoTime();
                judge.judge(pairs);
                double seconds = (System.nanoTime() - begun) / 1e9;
                all.add(new Tried(precision, pairs.size() / seconds, largestDifference(reference, judgments)));
            }
        }
        return all;
    }

    private static double largestDifference(List<Judgment> reference, List<Judgment> judgments) {
        double largest = 0;
        for (int i = 0; i < reference.size(); i++) {
            boolean bothJudged = reference.get(i) instanceof Judgment.Judged;
            if (bothJudged != (judgments.get(i) instanceof Judgment.Judged)) {
                return Double.POSITIVE_INFINITY;
            }
            if (reference.get(i) instanceof Judgment.Judged expected
                    && judgments.get(i) instanceof Judgment.Judged found) {
                largest = Math.max(
                        largest,
                        Math.abs(expected.labels().score() - found.labels().score()));
            }
        }
        return largest;
    }

    private static List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (List<String> asked : TOPICS) {
            for (int i = 0; i < TOPICS.size(); i++) {
                List<String> topic = TOPICS.get(i);
                Candidate candidate = new Candidate("d" + i, topic.get(1), topic.get(2), 1, i + 1);
                pairs.add(new Pair(new Query("trial", asked.get(0)), candidate, Pair.Task.LABEL, null));
            }
        }
        return pairs;
    }
}
