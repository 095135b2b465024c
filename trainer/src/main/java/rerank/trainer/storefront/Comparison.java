package rerank.trainer.storefront;

import org.jspecify.annotations.Nullable;
import rerank.trainer.storefront.Value.Quantity;

/** How a number is limited. */
enum Comparison {
    LESS("under %s", "not under %s"),
    AT_MOST("within %s", "over %s"),
    MORE("over %s", "not over %s"),
    AT_LEAST("at least %s", "below %s"),
    BETWEEN("between %s", "not between %s");

    private final String met;
    private final String missed;

    Comparison(String met, String missed) {
        this.met = met;
        this.missed = missed;
    }

    boolean holds(Quantity value, Quantity limit, @Nullable Quantity upper) {
        int order = value.compareTo(limit);
        return switch (this) {
            case LESS -> order < 0;
            case AT_MOST -> order <= 0;
            case MORE -> order > 0;
            case AT_LEAST -> order >= 0;
            case BETWEEN -> order >= 0 && upper != null && value.compareTo(upper) <= 0;
        };
    }

    /** What the teacher says of a value compared to a limit. */
    String finding(boolean isMet, String limit) {
        return String.format(isMet ? met : missed, limit);
    }
}
