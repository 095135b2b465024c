package rerank.model.ranking;

import java.util.ArrayList;
import java.util.List;

/**
 * The places of a list that a window covers.
 *
 * @param from the first, counted from 0
 * @param to the one after the last
 */
public record WindowRange(int from, int to) {
    /** How far a window is above the one before it: half of it, so that the best half of each is read again. */
    static final int STRIDE = CandidateWindow.MOST / 2;

    /**
     * The windows over a list in the order they are read: from its end to its beginning, each with the best half of the one
     * before (RankGPT, arXiv 2304.09542; FIRST, arXiv 2406.15657). They cover every place; of 100 there are 9. Where every
     * window is put in the same order of merit, the best {@value CandidateWindow#MOST}/2 of the list end up at its top, in
     * that order.
     *
     * @param size of the list
     */
    public static List<WindowRange> over(int size) {
        List<WindowRange> ranges = new ArrayList<>();
        for (int to = size; to > 0; to -= STRIDE) {
            WindowRange range = new WindowRange(Math.max(0, to - CandidateWindow.MOST), to);
            ranges.add(range);
            if (range.from == 0) {
                break;
            }
        }
        return ranges;
    }

    /** The part of a list that the window covers. */
    public <T> List<T> of(List<T> list) {
        return list.subList(from, to);
    }
}
