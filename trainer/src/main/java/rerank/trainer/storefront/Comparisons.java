package rerank.trainer.storefront;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rerank.trainer.storefront.Constraint.Limit;
import rerank.trainer.storefront.Value.Quantity;

/** The words in which a finding compares a number with the limit asked for. */
final class Comparisons {
    private Comparisons() {}

    /**
     * Words before and after a limit.
     *
     * @param before in lower case
     * @param after in lower case
     * @param limit asked for; null where the limit has two numbers
     * @param shown the limit as the query writes it, in lower case
     */
    record Words(String before, String after, @Nullable Quantity limit, String shown) {
        /** Whether a text is these words around the limit, in any form of its unit. */
        boolean matches(String text) {
            int end = text.length() - after.length();
            if (end <= before.length() || !text.startsWith(before) || !text.endsWith(after)) {
                return false;
            }
            String said = text.substring(before.length(), end);
            return said.equals(shown)
                    || limit != null && limit.unit().read(said).equals(Optional.of(limit.tenths()));
        }
    }

    /** How to say that a limit is met, or missed. */
    static Words words(Attribute attribute, Limit limit, boolean isMet) {
        Attribute.Fits fits = attribute.fits();
        String form = limit.isFit() && fits != null
                ? isMet ? fits.met() : fits.missed()
                : limit.comparison().finding(isMet, "{}");
        String[] around = form.split("\\{}", -1);
        return new Words(
                around[0],
                around[1],
                limit.upper() == null ? limit.limit() : null,
                limit.shown().toLowerCase(Locale.ROOT));
    }

    /** The units that a quantity can be converted to. */
    static List<Unit> unitsOf(Quantity quantity) {
        return Arrays.stream(Unit.values())
                .filter(unit -> unit.convertsTo(quantity.unit()))
                .toList();
    }
}
