package rerank.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.transformer.KeyValueCache.Purpose;
import rerank.model.transformer.Turn.Read;

/** Reads plans as {@code Decoder.step} does. */
class StepPlanTest {
    private static final Reading READING = Reading.greedy(5, 6);
    private static final int HEADER = 13;

    @TempDir
    static Path directory;

    private static Transformer transformer;

    @BeforeAll
    static void load() {
        transformer = Transformer.load(TinyCheckpoint.write(directory, TinyCheckpoint.config("llama"), 1, false));
    }

    @AfterAll
    static void close() {
        transformer.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void padsLittleAndPlacesEachTokenOnceInAGroup(long seed) {
        Random random = new Random(seed);
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            int length = 1 + random.nextInt(60);
            turns.add(Turn.alone(TinyCheckpoint.tokens(random, length), new int[length], Read.SCORE));
        }

        StepPlan step = StepPlan.of(turns, READING, null, false);

        long[] plan = step.plan();
        long[] index = step.index();
        int tokens = (int) plan[0];
        int at = 3 * tokens;
        int pi = HEADER;
        int[] seen = new int[tokens];
        for (int group = 0; group < plan[8]; group++) {
            int places = (int) (plan[pi] * plan[pi + 1]);
            int real = (int) plan[pi + 2];
            assertThat(places - real).isLessThanOrEqualTo((int) (0.15 * places));
            for (int i = 0; i < real; i++) {
                int token = (int) index[at + places + i];
                int place = (int) index[at + places + real + i];
                assertThat(index[at + place]).isEqualTo(token);
                seen[token]++;
            }
            at += places + 2 * real;
            pi += 6;
        }
        assertThat(tokens).isEqualTo(turns.stream().mapToInt(Turn::count).sum());
        assertThat(seen).containsOnly(1);
        assertThat(plan).hasSize(pi);
        assertThat(index).hasSize(at + 30 + 2);
    }

    @Test
    void padsEqualLengthsTogetherWithoutAnyPadding() {
        List<Turn> turns = IntStream.range(0, 5)
                .mapToObj(i -> Turn.alone(new int[] {i, i, i, i}, new int[4], Read.SCORE))
                .toList();

        long[] plan = StepPlan.of(turns, READING, null, false).plan();

        assertThat(plan[8]).isEqualTo(1);
        assertThat(Arrays.copyOfRange(plan, HEADER, HEADER + 3)).containsExactly(5, 4, 20);
    }

    @Test
    void readsInTheOrderOfTheTurnsWhateverTheOrderOfTheTokens() {
        int[] ids = {9, 8, 7, 6, 5, 4};
        List<Turn> turns = List.of(
                alone(ids, 2, Read.SAMPLE, 0.25f),
                alone(ids, 6, Read.SCORE, 0),
                alone(ids, 4, Read.SAMPLE, 0.75f),
                alone(ids, 3, Read.SCORE, 0));

        StepPlan step = StepPlan.of(turns, READING, null, false);

        long[] index = step.index();
        // The longest first: tokens 0 to 5, 6 to 9, 10 to 12, 13 and 14.
        assertThat(Arrays.copyOf(index, 15)).containsExactly(9, 8, 7, 6, 5, 4, 9, 8, 7, 6, 9, 8, 7, 9, 8);
        assertThat(Arrays.copyOfRange(index, 30, 45)).containsExactly(0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 0, 1, 2, 0, 1);
        assertThat(Arrays.copyOfRange(index, index.length - 6, index.length)).containsExactly(14, 9, 5, 12, 5, 6);
        assertThat(step.uniforms()).containsExactly(0.25f, 0.75f);
        StepResult result = step.result(new float[] {41, 42, -1, Float.NaN, 1, 2, 3, 4});
        assertThat(result.tokenIds()).containsExactly(41, -1, -1, -1);
        assertThat(result.chosen()).containsExactly(-1, 0, Float.NaN, 0);
        assertThat(result.asked()).isDeepEqualTo(new float[][] {{}, {1, 2}, {}, {3, 4}});
    }

    @Test
    void takesRowsOfABlockAsTheyLieWhereEachHasAToken() {
        try (KeyValueCache cache = transformer.newCache(1 << 20)) {
            Slot[] slots = IntStream.range(0, 3)
                    .mapToObj(i -> cache.allocate(Purpose.SEQUENCE, 32))
                    .toArray(Slot[]::new);
            int[] ids = TinyCheckpoint.tokens(new Random(1), 20);
            Turn first = decoding(ids, 4, slots[0]);
            Turn second = decoding(ids, 9, slots[1]);
            Turn third = decoding(ids, 2, slots[2]);

            long[] all = StepPlan.of(List.of(third, first, second), READING, cache, false)
                    .plan();
            long[] two =
                    StepPlan.of(List.of(third, second), READING, cache, false).plan();

            // Tokens remembered (block, the first, how many), then of one block how many tokens, rows and positions,
            // and
            // the first.
            assertThat(Arrays.copyOfRange(all, HEADER, HEADER + 8)).containsExactly(0, 0, 3, 0, 3, 3, 10, 0);
            assertThat(Arrays.copyOfRange(two, HEADER, HEADER + 8)).containsExactly(0, 0, 2, 0, 2, 3, 10, -1);
        }
    }

    private static Turn alone(int[] ids, int count, Read read, float uniform) {
        return new Turn(ids, new int[0], 0, count, null, null, read, uniform, -1);
    }

    private static Turn decoding(int[] ids, int at, Slot slot) {
        return new Turn(ids, new int[0], at, 1, slot, null, Read.SAMPLE, 0, -1);
    }
}
