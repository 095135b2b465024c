package rerank.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedRowsTest {
    private static final int[] LABELS = {1, 2, 3};
    private static final TransformerConfig CONFIG =
            new TransformerConfig("llama", 2, 32, 4, 2, 8, 24, 40, 400, 10_000, null, 1e-6, true, false, false, 0);

    /** Beside a row of 300 tokens attention goes another way than among short ones. */
    @ParameterizedTest
    @ValueSource(ints = {1, 64, 300})
    void aRowIsComputedAlikeWhateverStandsBesideIt(int neighbour) {
        Random random = new Random(4);
        int[] row = random.ints(50, 0, CONFIG.vocabularySize()).toArray();
        int[] other = random.ints(neighbour, 0, CONFIG.vocabularySize()).toArray();
        try (TransformerTrainer trainer = TransformerTrainer.fresh(CONFIG, 9)) {
            float[] alone = trainer.labelLogProbs(
                            new int[][] {row}, new int[][] {new int[row.length]}, new int[] {row.length - 1}, LABELS)[
                    0];
            float[] beside = trainer.labelLogProbs(
                            new int[][] {other, row},
                            new int[][] {new int[other.length], new int[row.length]},
                            new int[] {0, row.length - 1},
                            LABELS)[1];

            assertThat(beside).containsExactly(alone, within(1e-5f));
        }
    }

    /** The last position of a long row sees its first token, and none sees a later one. */
    @ParameterizedTest
    @ValueSource(ints = {100, 300})
    void aPositionSeesWhatIsBeforeIt(int length) {
        int[] row = new Random(5).ints(length, 0, CONFIG.vocabularySize()).toArray();
        int[] otherBegin = row.clone();
        otherBegin[0] = (row[0] + 1) % CONFIG.vocabularySize();
        int[] otherEnd = row.clone();
        otherEnd[length - 1] = (row[length - 1] + 1) % CONFIG.vocabularySize();
        try (TransformerTrainer trainer = TransformerTrainer.fresh(CONFIG, 9)) {
            float[] last = labels(trainer, row, length - 1);
            float[] lastButOne = labels(trainer, row, length - 2);

            assertThat(labels(trainer, otherBegin, length - 1)).isNotEqualTo(last);
            assertThat(labels(trainer, otherEnd, length - 2)).containsExactly(lastButOne, within(1e-6f));
        }
    }

    private static float[] labels(TransformerTrainer trainer, int[] row, int position) {
        return trainer.labelLogProbs(
                        new int[][] {row}, new int[][] {new int[row.length]}, new int[] {position}, LABELS)[0];
    }
}
