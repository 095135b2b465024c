package rerank.model.phrasing;

import java.nio.IntBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an explanation has quoted so far, the last first. Two are equal when they have quoted the same in the same order.
 *
 * @param words tokens of the last quotation; null at the beginning
 * @param before what was quoted before that
 */
record Quoted(@Nullable IntBuffer words, @Nullable Quoted before) {
    static final Quoted NOTHING = new Quoted(null, null);

    /** With something that is quoted now. */
    Quoted and(IntBuffer quotation) {
        return new Quoted(quotation, this);
    }

    private int count(IntBuffer quotation) {
        int count = 0;
        for (Quoted one = this; one != null; one = one.before()) {
            count += quotation.equals(one.words()) ? 1 : 0;
        }
        return count;
    }

    /** How often words stand in a pair; they are not quoted more often. Not safe for use by several threads. */
    static final class Limit {
        private final Collection<List<Passage>> fields;
        private final Map<IntBuffer, Integer> counts = new HashMap<>();

        Limit(Collection<List<Passage>> fields) {
            this.fields = fields;
        }

        boolean allows(Quoted quoted, IntBuffer quotation) {
            return quoted.count(quotation) < counts.computeIfAbsent(quotation, this::count);
        }

        private int count(IntBuffer words) {
            int count = 0;
            for (List<Passage> field : fields) {
                for (Passage passage : field) {
                    count += passage.count(words);
                }
            }
            return count;
        }
    }
}
