package rerank.trainer.distillation;

import java.util.List;

/**
 * Several sources mixed by share. Which source the n-th draw comes from is a function of the seed and n alone. Owned by
 * one thread; the draws it returns may be opened by any.
 */
final class Mixture {
    /** A source with its share of the draws; shares need not sum to 1. */
    record Part(ExampleSource source, double share) {}

    /** One draw, not yet opened. */
    record Draw(ExampleSource source, long index) {
        List<TrainingRow> rows() {
            return source.draw(index);
        }
    }

    private final List<Part> parts;
    private final Shuffled randomness;
    private final long[] drawnOf;
    private long drawn;

    Mixture(List<Part> parts, long seed) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a mixture needs at least one source");
        }
        int rows = parts.get(0).source().rowsPerDraw();
        for (Part part : parts) {
            if (!(part.share() > 0)) {
                throw new IllegalArgumentException(
                        "source " + part.source().name() + ": share " + part.share() + " must be above 0");
            }
            if (part.source().rowsPerDraw() != rows) {
                throw new IllegalArgumentException("source " + part.source().name() + ": "
                        + part.source().rowsPerDraw() + " rows a draw, the first source has " + rows);
            }
        }
        this.parts = List.copyOf(parts);
        this.randomness = new Shuffled(1, seed);
        this.drawnOf = new long[parts.size()];
    }

    /** The next draw. */
    Draw next() {
        int which = pick(randomness.random(drawn++).nextDouble());
        return new Draw(parts.get(which).source(), drawnOf[which]++);
    }

    /** Passes over draws that an earlier process made. */
    void skip(long draws) {
        for (long i = 0; i < draws; i++) {
            next();
        }
    }

    /** Epochs of each source so far, in the order of the parts. */
    double[] epochs() {
        double[] epochs = new double[parts.size()];
        for (int i = 0; i < epochs.length; i++) {
            epochs[i] = (double) drawnOf[i] / parts.get(i).source().size();
        }
        return epochs;
    }

    private int pick(double uniform) {
        double left = uniform * parts.stream().mapToDouble(Part::share).sum();
        for (int i = 0; i < parts.size() - 1; i++) {
            left -= parts.get(i).share();
            if (left < 0) {
                return i;
            }
        }
        return parts.size() - 1;
    }
}
