package rerank.trainer.storefront;

import java.util.ArrayList;
import java.util.List;

/** The numbers that an attribute takes in a unit. */
final class Grid {
    private Grid() {}

    /** All of them, in tenths, ascending. */
    static List<Long> of(Category.Use use, Unit unit) {
        List<Double> range = use.ranges().getOrDefault(unit, List.of());
        if (range.size() != 3) {
            throw new IllegalArgumentException("catalogue.json: " + use.attribute()
                    + " needs lowest, highest and step in " + unit + ", has " + range);
        }
        long step = Math.round(range.get(2) * 10);
        long highest = Math.round(range.get(1) * 10);
        List<Long> grid = new ArrayList<>();
        for (long tenths = Math.round(range.get(0) * 10); tenths <= highest; tenths += step) {
            grid.add(tenths);
        }
        return grid;
    }
}
