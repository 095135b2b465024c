package rerank.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.transformer.KeyValueCache.Purpose;
import rerank.model.transformer.Turn.Read;

class KeyValueCacheTest {
    private static final Reading READING = Reading.withLogProbs(1, 100, 299);
    private static final int POSITION_BYTES = 2 * 2 * 2 * 8 * 4;
    private static final int[] NO_TYPES = {};

    @TempDir
    static Path directory;

    private static Transformer transformer;

    private final Random random = new Random(1);

    @BeforeAll
    static void load() {
        transformer = Transformer.load(TinyCheckpoint.write(directory, TinyCheckpoint.config("qwen2"), 41, false));
    }

    @AfterAll
    static void close() {
        transformer.close();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 32",
        "32, 32",
        "33, 48",
        "48, 48",
        "49, 64",
        "65, 96",
        "97, 128",
        "129, 192",
        "193, 256",
        "6000, 6144"
    })
    void slotsComeInSizes(int positions, int capacity) {
        assertThat(KeyValueCache.capacityFor(positions)).isEqualTo(capacity);
        try (KeyValueCache cache = transformer.newCache(1L << 40)) {
            assertThat(cache.bytesOf(positions)).isEqualTo((long) capacity * POSITION_BYTES);
            if (capacity <= 256) {
                assertThat(cache.allocate(Purpose.SEQUENCE, positions).capacity())
                        .isEqualTo(capacity);
            }
        }
    }

    @Test
    void holdsAsMuchAsItsBoundAllowsAndNoMore() {
        long limit = 10L * 32 * POSITION_BYTES;
        try (KeyValueCache cache = transformer.newCache(limit)) {
            List<Slot> slots = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                slots.add(cache.allocate(Purpose.SEQUENCE, 20));
                assertThat(cache.bytes()).isLessThanOrEqualTo(limit);
                assertThat(cache.bytesInUse()).isEqualTo((i + 1L) * 32 * POSITION_BYTES);
            }
            assertThat(slots).doesNotContainNull();

            assertThat(cache.allocate(Purpose.SEQUENCE, 20)).isNull();
            assertThat(cache.allocate(Purpose.PREFIX, 1)).isNull();
            cache.release(slots.get(3));
            assertThat(cache.allocate(Purpose.SEQUENCE, 20)).isNotNull();
            assertThat(cache.allocate(Purpose.SEQUENCE, 20)).isNull();
        }
    }

    @Test
    void givesBackWhatIsFreeWhereAnotherSizeNeedsIt() {
        long limit = 256L * POSITION_BYTES;
        try (KeyValueCache cache = transformer.newCache(limit)) {
            List<Slot> slots = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                slots.add(cache.allocate(Purpose.SEQUENCE, 32));
            }
            assertThat(cache.allocate(Purpose.SEQUENCE, 200)).isNull();
            slots.forEach(cache::release);
            assertThat(cache.bytes()).isEqualTo(limit);
            assertThat(cache.bytesInUse()).isZero();

            assertThat(cache.allocate(Purpose.PREFIX, 200)).isNotNull();
            assertThat(cache.bytes()).isEqualTo(limit);
        }
    }

    /** 65 536 numbers a position: more than any machine has for so many positions, whatever it promises. */
    @Test
    void saysThereIsNoRoomWhereTheMachineHasNoMemoryLeft(@TempDir Path other) {
        TransformerConfig wide = new TransformerConfig(
                "llama", 1, 8, 4096, 4096, 16, 8, 300, 1 << 30, 10_000, null, 1e-5, true, false, false, 0);
        try (Transformer model = Transformer.load(TinyCheckpoint.write(other, wide, 1, false));
                KeyValueCache cache = model.newCache(Long.MAX_VALUE / 2)) {
            assertThat(cache.allocate(Purpose.SEQUENCE, 1 << 30)).isNull();
            assertThat(cache.bytes()).isZero();

            assertThat(cache.allocate(Purpose.SEQUENCE, 1)).isNotNull();
        }
    }

    @Test
    void whatASlotHoldsFollowsItWhereverItsRowGoes() {
        try (KeyValueCache cache = transformer.newCache(1 << 20)) {
            List<int[]> texts = new ArrayList<>();
            List<Slot> slots = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                texts.add(TinyCheckpoint.tokens(random, 10 + i));
                slots.add(cache.allocate(Purpose.SEQUENCE, 30));
                read(cache, texts.get(i), 0, 9 + i, slots.get(i));
            }
            for (int released : new int[] {0, 3, 3}) {
                cache.release(slots.remove(released));
                texts.remove(released);
            }
            assertThat(slots.stream().map(Slot::row)).containsExactlyInAnyOrder(0, 1, 2);
            // A block of another size takes what is free, which closes up the rows of this one.
            assertThat(cache.allocate(Purpose.SEQUENCE, 100)).isNotNull();

            assertContinues(cache, texts, slots);
        }
    }

    @Test
    void whatSlotsHoldSurvivesGivingBack() {
        long limit = (4L * 32 + 64) * POSITION_BYTES;
        try (KeyValueCache cache = transformer.newCache(limit)) {
            List<int[]> texts = new ArrayList<>();
            List<Slot> slots = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                texts.add(TinyCheckpoint.tokens(random, 10 + i));
                slots.add(cache.allocate(Purpose.SEQUENCE, 30));
                read(cache, texts.get(i), 0, 9 + i, slots.get(i));
            }
            cache.release(slots.remove(1));
            texts.remove(1);

            assertThat(cache.allocate(Purpose.SEQUENCE, 50)).isNotNull();

            assertThat(cache.bytes()).isEqualTo(limit);
            assertContinues(cache, texts, slots);
        }
    }

    @Test
    void copiesTheFirstPositionsToASlotOfAnyKind() {
        try (KeyValueCache cache = transformer.newCache(1 << 20)) {
            int[] text = TinyCheckpoint.tokens(random, 40);
            int[] other = text.clone();
            System.arraycopy(TinyCheckpoint.tokens(random, 20), 0, other, 20, 20);
            Slot source = cache.allocate(Purpose.PREFIX, 30);
            read(cache, text, 0, 30, source);
            Slot target = cache.allocate(Purpose.SEQUENCE, 60);

            cache.copy(source, target, 20);

            StepResult result = transformer.step(
                    List.of(new Turn(other, NO_TYPES, 20, 20, target, null, Read.SCORE, 0, -1)), cache, READING);
            assertThat(result.asked()[0]).usingComparatorWithPrecision(1e-4f).containsExactly(atOnce(other));
            assertThat(target.used()).isEqualTo(40);
        }
    }

    @Test
    void clearsWhatIsNoNumber() {
        try (KeyValueCache cache = transformer.newCache(1 << 20)) {
            int[] text = TinyCheckpoint.tokens(random, 30);
            Slot slot = cache.allocate(Purpose.SEQUENCE, 32);
            read(cache, text, 0, 29, slot);

            cache.clear(slot);

            try (PtNDManager manager = Program.newManager()) {
                for (PtNDArray tensor : cache.tensors().toTensorArray(manager)) {
                    assertThat(tensor.toFloatArray()).containsOnly(0);
                }
            }
        }
    }

    /** The last token of each text comes out as if everything had been read at once. */
    private static void assertContinues(KeyValueCache cache, List<int[]> texts, List<Slot> slots) {
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            int last = texts.get(i).length - 1;
            turns.add(new Turn(texts.get(i), NO_TYPES, last, 1, slots.get(i), null, Read.SCORE, 0, -1));
        }
        StepResult result = transformer.step(turns, cache, READING);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(result.asked()[i]).usingComparatorWithPrecision(1e-4f).containsExactly(atOnce(texts.get(i)));
        }
    }

    private static float[] atOnce(int[] text) {
        return transformer.step(List.of(Turn.alone(text, NO_TYPES, Read.SCORE)), null, READING)
                .asked()[0];
    }

    private static void read(KeyValueCache cache, int[] text, int from, int count, Slot slot) {
        transformer.step(
                List.of(new Turn(text, NO_TYPES, from, count, slot, null, Read.NOTHING, 0, -1)), cache, READING);
    }
}
