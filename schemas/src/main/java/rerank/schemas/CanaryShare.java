package rerank.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Which queries belong to a canary: those whose hash, as a fraction, is below its share. It depends on the query's id alone,
 * so every worker, every retry and whoever reads the results later come to the same answer, and a share that grows keeps the
 * queries it had.
 */
public final class CanaryShare {
    /** 2 to the power of 64. */
    private static final double RANGE = 0x1p64;

    private CanaryShare() {}

    /**
     * Whether a query belongs to a canary.
     *
     * @param share of all queries; nothing belongs to 0, everything to 1
     */
    public static boolean holds(String queryId, double share) {
        return fraction(queryId) < share;
    }

    /** The first 8 bytes of the SHA-256 of the id in UTF-8, as an unsigned fraction of 2^64; in [0, 1). */
    private static double fraction(String queryId) {
        long hash = ByteBuffer.wrap(sha256().digest(queryId.getBytes(StandardCharsets.UTF_8)))
                .getLong();
        // 53 bits, all that a double holds: more would round up to 1.
        return (hash >>> 11) * 0x1p11 / RANGE;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
