package rerank.trainer.storefront;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rerank.trainer.storefront.Constraint.Having;
import rerank.trainer.storefront.Constraint.Limit;
import rerank.trainer.storefront.Constraint.Wanted;
import rerank.trainer.storefront.Value.Choice;
import rerank.trainer.storefront.Value.Feature;
import rerank.trainer.storefront.Value.Quantity;

/** Makes up constraints that a given product meets. */
final class ConstraintWriter {
    private static final double OTHER_UNIT = 0.4;
    private static final double FITS = 0.5;
    private static final double RULED_OUT = 0.45;

    private final Catalogue catalogue;
    private final Dice dice;

    ConstraintWriter(Catalogue catalogue, Dice dice) {
        this.catalogue = catalogue;
        this.dice = dice;
    }

    /**
     * A constraint on one attribute.
     *
     * @param value what the product states
     * @return null when no limit of the attribute's range is beyond the value, so that there is nothing to ask
     */
    @Nullable Constraint constraint(Category.Use use, Value value) {
        if (value instanceof Feature feature) {
            return new Having(use.attribute(), feature.isPresent());
        }
        if (value instanceof Choice choice) {
            if (!dice.chance(RULED_OUT)) {
                return new Wanted(use.attribute(), choice.word(), false);
            }
            List<String> others = use.values().stream()
                    .filter(word -> !word.equals(choice.word()))
                    .toList();
            return new Wanted(use.attribute(), dice.pick(others), true);
        }
        return limit(use, (Quantity) value);
    }

    private @Nullable Limit limit(Category.Use use, Quantity value) {
        Attribute attribute = catalogue.attribute(use.attribute());
        Attribute.Fits fits = attribute.fits();
        boolean isFit = fits != null && (attribute.comparisonWeights().isEmpty() || dice.chance(FITS));
        Comparison comparison =
                isFit && fits != null ? fits.comparison() : dice.weighted(attribute.comparisonWeights());
        Unit unit = dice.chance(OTHER_UNIT) ? dice.pick(List.copyOf(use.ranges().keySet())) : value.unit();
        List<Quantity> above = new ArrayList<>();
        List<Quantity> below = new ArrayList<>();
        for (long tenths : Grid.of(use, unit)) {
            Quantity limit = new Quantity(tenths, unit);
            if (Comparison.AT_MOST.holds(value, limit, null)) {
                above.add(limit);
            }
            if (Comparison.AT_LEAST.holds(value, limit, null)) {
                below.add(0, limit);
            }
        }
        List<Quantity> side = comparison == Comparison.LESS || comparison == Comparison.AT_MOST ? above : below;
        side.removeIf(limit -> !comparison.holds(value, limit, limit) && comparison != Comparison.BETWEEN);
        if (side.isEmpty() || (comparison == Comparison.BETWEEN && above.isEmpty())) {
            return null;
        }
        Quantity limit = near(side);
        if (comparison != Comparison.BETWEEN) {
            String shown = isFit ? unit.write(limit.tenths()) : unit.write(limit.tenths(), dice);
            return new Limit(use.attribute(), comparison, limit, null, isFit, shown);
        }
        Quantity upper = near(above);
        if (limit.equals(upper)) {
            return null;
        }
        String both = between(limit, upper);
        return new Limit(use.attribute(), comparison, limit, upper, false, both);
    }

    /** One of the first third of a list that begins next to the product's value. */
    private Quantity near(List<Quantity> limits) {
        return limits.get(dice.below(Math.max(1, (limits.size() + 2) / 3)));
    }

    private static String between(Quantity lower, Quantity upper) {
        String first = lower.unit() == Unit.DOLLAR ? lower.unit().write(lower.tenths()) : Unit.number(lower.tenths());
        return first + " and " + upper.unit().write(upper.tenths());
    }
}
