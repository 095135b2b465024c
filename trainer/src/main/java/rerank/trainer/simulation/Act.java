package rerank.trainer.simulation;

/**
 * What a user does with one document of a ranking.
 *
 * @param position where the document was shown, from 1
 * @param kind what is done
 * @param value seconds of DWELL; 0 otherwise
 */
public record Act(int position, Kind kind, double value) {
    /** Kinds of acts. */
    public enum Kind {
        CLICK,
        DWELL,
        SAVE
    }

    public Act {
        if (position < 1) {
            throw new IllegalArgumentException("positions count from 1, was " + position);
        }
    }

    /** A click on a position. */
    static Act click(int position) {
        return new Act(position, Kind.CLICK, 0);
    }
}
