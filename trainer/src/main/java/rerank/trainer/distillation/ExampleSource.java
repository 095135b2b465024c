package rerank.trainer.distillation;

import java.util.List;

/**
 * A collection of things to learn from. Immutable, so that several threads draw at once; a draw is a function of its
 * index alone, so that a resumed run draws the same.
 */
public interface ExampleSource {
    /** Names the source in logs. */
    String name();

    /** Number of items: every run of so many indices draws each once, in another order. */
    int size();

    /** Rows that one draw gives; always the same, since rows of one draw form a listwise group. */
    int rowsPerDraw();

    /**
     * Draws an item.
     *
     * @param index from 0, without bound
     */
    List<TrainingRow> draw(long index);
}
