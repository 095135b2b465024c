package rerank.trainer.learning;

import java.util.List;
import java.util.Locale;

/**
 * How probable it is that users look at a position, relative to the first, with the range that the data leave open.
 *
 * @param positions from the first; never rising, and what lies below the last is taken to be as it is
 */
public record Propensities(List<Position> positions) {
    /** Every position is looked at: clicks are taken as they are. */
    public static final Propensities NONE = new Propensities(List.of(new Position(1, 1, 1, 1, Double.NaN, Double.NaN)));

    /**
     * One position.
     *
     * @param propensity probability of examination relative to the first position, in (0, 1]
     * @param low lower end of its 95 % interval
     * @param high upper end
     * @param impressions it rests on
     * @param bySwaps from neighbours whose order was left to chance alone; NaN where there were none
     * @param byClickModel from the click model alone; NaN where it was not fitted
     */
    public record Position(
            double propensity, double low, double high, long impressions, double bySwaps, double byClickModel) {
        public Position {
            if (!(propensity > 0 && propensity <= 1)) {
                throw new IllegalArgumentException("propensity " + propensity + " is not in (0, 1]");
            }
        }
    }

    public Propensities {
        if (positions.isEmpty()) {
            throw new IllegalArgumentException("propensities need at least one position");
        }
        positions = List.copyOf(positions);
    }

    /** The propensity of a position from 1. */
    public double of(int position) {
        return positions.get(Math.min(position, positions.size()) - 1).propensity();
    }

    /** {@code min(1 / propensity, cap)}. */
    public double weight(int position, double cap) {
        return Math.min(1 / of(position), cap);
    }

    /** A table for people. */
    public String table() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%8s  %10s  %-16s  %8s  %11s  %11s%n",
                "position",
                "propensity",
                "95 % interval",
                "by swaps",
                "click model",
                "impressions"));
        for (int i = 0; i < positions.size(); i++) {
            Position position = positions.get(i);
            text.append(String.format(
                    Locale.ROOT,
                    "%8d  %10.3f  %-16s  %8s  %11s  %11d%n",
                    i + 1,
                    position.propensity(),
                    String.format(Locale.ROOT, "%.3f to %.3f", position.low(), position.high()),
                    number(position.bySwaps()),
                    number(position.byClickModel()),
                    position.impressions()));
        }
        return text.toString();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }
}
