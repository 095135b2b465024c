package rerank.model.phrasing;

import java.util.Collection;

/**
 * In how many queries something was met. Explanations of one query say similar things, so that more of them tell hardly more;
 * they are counted one after another.
 */
final class Tally {
    /** So often each thing is met in the mean where all there are have been met. */
    private static final int MEETINGS = 25;

    /** Something met once tells of others that were not met at all, and weighs as much as so many more. */
    private static final int ONCE = 3;

    private int count;
    private int last = -1;

    void add(int query) {
        if (query != last) {
            count++;
            last = query;
        }
    }

    int count() {
        return count;
    }

    private static int sum(Collection<Tally> tallies) {
        return tallies.stream().mapToInt(Tally::count).sum();
    }

    /** Whether things were met so often that all there are may be known. */
    static boolean areOften(Collection<Tally> tallies) {
        return sum(tallies) >= MEETINGS;
    }

    /** Whether hardly anything is left to be met. */
    static boolean areKnown(Collection<Tally> tallies) {
        long once = tallies.stream().filter(tally -> tally.count() == 1).count();
        return !tallies.isEmpty() && sum(tallies) >= MEETINGS * (tallies.size() + ONCE * once);
    }
}
