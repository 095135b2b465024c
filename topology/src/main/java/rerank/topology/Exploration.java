package rerank.topology;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.List;
import rerank.schemas.RankedItem;

/**
 * Leaves the order of two neighbours to chance on some queries, so that the data tell how much of a click is owed to the
 * position (RandPair; Joachims, Swaminathan and Schnabel, "Unbiased Learning-to-Rank with Biased Feedback", 2017).
 *
 * <p>Everything follows from the query id: whether the query is explored, which rank {@code k} is drawn, uniformly, and
 * the coin that decides whether the results at {@code k} and {@code k + 1} change places. So a query that is answered
 * again after a crash is answered alike.
 *
 * @param share of the queries that are explored, in [0, 1]
 */
public record Exploration(double share) {
    /** Every ranking goes out as it was made. */
    public static final Exploration NONE = new Exploration(0);

    private static final double ONE_HALF = 0.5;
    private static final double UNIT = 0x1.0p-53;

    public Exploration {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must lie in [0, 1], was " + share);
        }
    }

    /**
     * What chance did.
     *
     * @param rank the order of the results at this rank and the next was left to chance; 0: it was not asked
     * @param swapped whether it swapped them
     */
    record Draw(int rank, boolean swapped) {
        static final Draw NONE = new Draw(0, false);
    }

    /**
     * Explores a ranking, or leaves it as it is.
     *
     * @param items the results as they will be shown; on an explored query two of them get new ranks and propensities
     * @param deepest the last rank that may be touched
     */
    Draw explore(String queryId, List<RankedItem> items, int deepest) {
        int judged = (int) items.stream().takeWhile(RankedItem::getJudged).count();
        Draw draw = draw(queryId, Math.min(judged, deepest));
        if (draw.rank() > 0) {
            RankedItem upper = items.get(draw.rank() - 1);
            RankedItem lower = items.get(draw.rank());
            upper.setPropensity(ONE_HALF);
            lower.setPropensity(ONE_HALF);
            if (draw.swapped()) {
                upper.setRank(draw.rank() + 1);
                lower.setRank(draw.rank());
                Collections.swap(items, draw.rank() - 1, draw.rank());
            }
        }
        return draw;
    }

    /** @param results how many results, from the top, may change places */
    Draw draw(String queryId, int results) {
        if (share == 0 || results < 2) {
            return Draw.NONE;
        }
        ByteBuffer chance = ByteBuffer.wrap(chance(queryId));
        if ((chance.getLong() >>> 11) * UNIT >= share) {
            return Draw.NONE;
        }
        int rank = 1 + (int) Long.remainderUnsigned(chance.getLong(), results - 1);
        return new Draw(rank, (chance.get() & 1) == 1);
    }

    /** Not the hash of the id alone, by which canaries are chosen: the two choices must not depend on each other. */
    private static byte[] chance(String queryId) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(("explore|" + queryId).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
