package rerank.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.engine.EngineException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.generation.Completion.Finish;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.ranking.StepStatistics;
import rerank.model.transformer.Reading;
import rerank.model.transformer.TinyCheckpoint;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.TransformerConfig;
import rerank.model.transformer.Turn;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;

/** On a model with one poisoned token, whose embedding is not a number. */
class SchedulerTest {
    private static final Reading READING = Reading.withLogProbs(7, 3, 298);
    private static final int POISON = 299;
    private static final int POSITION_BYTES = 2 * 2 * 2 * 8 * 4;
    private static final long ROOMY = 1 << 20;

    @TempDir
    static Path directory;

    private static Transformer transformer;

    private final Random random = new Random(1);

    /** The turns of each step that went through. */
    private final List<List<Turn>> steps = new ArrayList<>();

    @BeforeAll
    static void load() {
        TransformerConfig config = TinyCheckpoint.config("qwen3");
        TinyCheckpoint.write(directory, config, 31, false);
        List<SafeTensorsWriter.Tensor> tensors = TinyCheckpoint.tensors(config, 31);
        SafeTensorsWriter.Tensor embedding = tensors.stream()
                .filter(tensor -> tensor.name().equals("model.embed_tokens.weight"))
                .findFirst()
                .orElseThrow();
        int width = config.hiddenSize();
        Arrays.fill(embedding.values().get(), POISON * width, (POISON + 1) * width, Float.NaN);
        SafeTensorsWriter.write(directory.resolve("model.safetensors"), tensors, ElementType.F32);
        transformer = Transformer.load(directory);
    }

    @AfterAll
    static void close() {
        transformer.close();
    }

    @Test
    void decodesATokenInEveryStepWhileALongPromptIsReadInParts() {
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(16, 4, ROOMY))) {
            Sequence decoding = scheduler.add(generate(tokens(5), 12));
            scheduler.step();
            Sequence reading = scheduler.add(GenerationRequest.score(unshared(tokens(100))));

            runToTheEnd(scheduler);

            assertSame(decoding, alone(decoding));
            assertSame(reading, alone(reading));
        }
        assertThat(steps.subList(0, 12)).allMatch(turns -> turns.stream().anyMatch(SchedulerTest::isSampled));
        assertThat(steps.subList(1, 7)).allMatch(turns -> tokensOf(turns) == 16);
    }

    @Test
    void beginsInTheOrderOfArrivalAsFarAsAStepHasRoom() {
        List<Integer> begun = new ArrayList<>();
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(32, 3, ROOMY))) {
            for (int length : new int[] {20, 12, 3, 30, 2, 5, 6, 7}) {
                scheduler.add(GenerationRequest.score(unshared(tokens(length))));
            }
            runToTheEnd(scheduler);
        }
        steps.forEach(turns -> turns.forEach(turn -> begun.add(turn.count())));

        assertThat(begun).containsExactly(20, 12, 3, 30, 2, 5, 6, 7);
        assertThat(steps).extracting(List::size).containsExactly(2, 1, 2, 3);
    }

    @Test
    void hasRoomWhileWhatWaitsWouldNotFillTheNextSteps() {
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(32, 2, ROOMY))) {
            assertThat(scheduler.hasRoom()).isTrue();
            scheduler.add(generate(tokens(63), 1));
            assertThat(scheduler.hasRoom()).isTrue();
            scheduler.add(generate(tokens(1), 1));
            assertThat(scheduler.hasRoom()).as("64 tokens wait").isFalse();

            scheduler.step();

            assertThat(scheduler.hasRoom()).isTrue();
            runToTheEnd(scheduler);
            for (int i = 0; i < 4; i++) {
                assertThat(scheduler.hasRoom()).isTrue();
                scheduler.add(generate(tokens(1), 1));
            }
            assertThat(scheduler.hasRoom()).as("4 sequences wait").isFalse();
        }
    }

    @Test
    void whatIsCancelledLeavesItsRoomAtOnce() {
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(32, 2, ROOMY))) {
            List<Sequence> running =
                    List.of(scheduler.add(generate(tokens(5), 20)), scheduler.add(generate(tokens(5), 20)));
            scheduler.step();
            List<Sequence> waiting = IntStream.range(0, 4)
                    .mapToObj(i -> scheduler.add(generate(tokens(50), 20)))
                    .toList();
            assertThat(scheduler.hasRoom()).isFalse();

            waiting.forEach(scheduler::cancel);
            running.forEach(scheduler::cancel);
            running.forEach(scheduler::cancel);

            assertThat(scheduler.hasRoom()).isTrue();
            assertThat(scheduler.isIdle()).isTrue();
            assertThat(scheduler.statistics().cancelled()).isEqualTo(6);
            assertThat(scheduler.statistics().cacheBytesInUse()).isZero();
            assertThat(scheduler.step()).isEmpty();
        }
    }

    @Test
    void scoresBehindASuffixWithoutGenerating() {
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(64, 4, ROOMY))) {
            EncodedPrompt prompt = unshared(tokens(20));
            int[] suffix = tokens(3);
            Sequence forced = scheduler.add(new GenerationRequest(prompt, 0, StopRule.NEVER, suffix, 0, -1));
            Sequence whole = scheduler.add(GenerationRequest.score(prompt.plus(suffix)));

            runToTheEnd(scheduler);

            assertThat(forced.completion().tokenIds()).isEmpty();
            assertThat(forced.completion().scored())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(whole.completion().scored());
        }
    }

    @Test
    void readsInstructionAndQueryOnceForAllCandidatesAlsoForLateOnes() {
        int[] instruction = tokens(20);
        int[] query = joined(instruction, tokens(25));
        int[] otherQuery = joined(instruction, tokens(30));
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(256, 8, ROOMY))) {
            List<Sequence> sequences = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                sequences.add(scheduler.add(candidate(query, 20, 10)));
            }
            runToTheEnd(scheduler);
            assertReadAndReused(scheduler, 45 + 3 * 10, 3 * 45);

            sequences.add(scheduler.add(candidate(query, 20, 7)));
            runToTheEnd(scheduler);
            assertReadAndReused(scheduler, 45 + 3 * 10 + 7, 4 * 45);

            sequences.add(scheduler.add(candidate(otherQuery, 20, 5)));
            runToTheEnd(scheduler);
            assertReadAndReused(scheduler, 45 + 3 * 10 + 7 + 30 + 5, 4 * 45 + 50);
            sequences.forEach(sequence -> assertSame(sequence, alone(sequence)));
        }
    }

    @Test
    void forgetsThePrefixThatWasNotUsedForLongest() {
        int[] one = tokens(32);
        int[] two = tokens(32);
        int[] three = tokens(32);
        long roomForTwo = 2L * 2 * 32 * POSITION_BYTES;
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(64, 4, roomForTwo))) {
            assertThat(readFor(scheduler, one)).isEqualTo(32 + 4);
            assertThat(readFor(scheduler, two)).isEqualTo(32 + 4);
            assertThat(readFor(scheduler, one)).isEqualTo(4);
            assertThat(readFor(scheduler, three)).isEqualTo(32 + 4);
            assertThat(readFor(scheduler, one)).isEqualTo(4);
            assertThat(readFor(scheduler, two)).isEqualTo(32 + 4);
            assertThat(scheduler.statistics().cacheBytesInUse()).isEqualTo(roomForTwo / 2);
        }
    }

    @Test
    void givesPrefixesUpForSequencesThatNeedTheRoom() {
        long roomFor96 = 96L * POSITION_BYTES;
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(128, 4, roomFor96))) {
            readFor(scheduler, tokens(40));
            assertThat(scheduler.statistics().cacheBytesInUse()).isPositive();

            Sequence large = scheduler.add(generate(tokens(80), 16));
            runToTheEnd(scheduler);

            assertSame(large, alone(large));
            assertThat(scheduler.statistics().cacheBytesInUse()).isZero();
        }
    }

    /** 48 positions of prefix and 64 of its own are too much, 96 are not. */
    @Test
    void readsAPromptWholeWhereThereIsNoRoomForItsPrefixBesideIt() {
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(128, 4, 96L * POSITION_BYTES))) {
            int[] query = tokens(40);
            EncodedPrompt prompt = new EncodedPrompt(joined(query, tokens(30)), new int[70], 0, 40);
            Sequence sequence = scheduler.add(new GenerationRequest(prompt, 20, StopRule.NEVER, null, 0, -1));

            runToTheEnd(scheduler);

            assertSame(sequence, alone(sequence));
        }
    }

    @Test
    void saysWhatASequenceThatCanNeverFitWouldNeedAndGoesOn() {
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(128, 4, 32L * POSITION_BYTES))) {
            Sequence tooLarge = scheduler.add(generate(tokens(40), 20));
            Sequence fits = scheduler.add(generate(tokens(20), 12));

            runToTheEnd(scheduler);

            assertThat(tooLarge.failure())
                    .isEqualTo("its 60 positions need 16384 bytes of keys and values, the cache may hold 8192; give it"
                            + " more, or lower the bounds on prompt and explanation");
            assertSame(fits, alone(fits));
            assertThat(scheduler.statistics().failed()).isEqualTo(1);
        }
    }

    @Test
    void refusesAPromptThatLeavesNoPositionWithItsNumbers() {
        try (Scheduler scheduler = scheduler(Scheduler.Limits.DEFAULT)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> scheduler.add(generate(tokens(256), 1)))
                    .withMessageContaining("a prompt has 256 tokens")
                    .withMessageContaining("256 positions");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> scheduler.add(generate(tokens(257), 1)))
                    .withMessage("a sequence has 257 tokens, the model has 256 positions");
            assertThat(scheduler.isIdle()).isTrue();
        }
    }

    @Test
    void aSequenceOfWhichTheModelMakesNoNumbersEndsAlone() {
        long roomForThree = 3L * 64 * POSITION_BYTES;
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(128, 4, roomForThree))) {
            int[] poisoned = tokens(30);
            poisoned[20] = POISON;
            Sequence bad = scheduler.add(generate(poisoned, 20));
            Sequence scored = scheduler.add(GenerationRequest.score(unshared(poisoned)));
            List<Sequence> good = new ArrayList<>();
            good.add(scheduler.add(generate(tokens(30), 25)));
            good.add(scheduler.add(generate(tokens(35), 25)));
            good.add(scheduler.add(GenerationRequest.score(unshared(tokens(30)))));
            scheduler.step();
            good.add(scheduler.add(generate(tokens(3), 50)));

            runToTheEnd(scheduler);

            assertThat(bad.failure()).isEqualTo("the model computed what is not a number");
            assertThat(scored.failure()).isEqualTo("the model computed what is not a number");
            good.forEach(sequence -> assertSame(sequence, alone(sequence)));
            assertThat(scheduler.statistics().failed()).isEqualTo(2);
        }
    }

    /** The second row of a block held no numbers; who gets it next looks past what it has written itself. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSlotIsCleanForTheNextAfterAPoisonedSequence(boolean cancelled) {
        long roomForTwo = 2L * 96 * POSITION_BYTES;
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(40, 4, roomForTwo))) {
            int[] poisoned = tokens(65);
            poisoned[10] = POISON;
            Sequence before = scheduler.add(generate(tokens(60), 30));
            Sequence bad = scheduler.add(generate(poisoned, 30));
            scheduler.step();
            scheduler.step();
            assertThat(bad.isDone())
                    .as("only the first of its tokens were read")
                    .isFalse();
            assertThat(steps.get(1)).hasSize(2);
            if (cancelled) {
                scheduler.cancel(bad);
            }
            Sequence next = scheduler.add(generate(tokens(4), 85));

            runToTheEnd(scheduler);

            assertThat(bad.isDone()).isNotEqualTo(cancelled);
            assertSame(next, alone(next));
            assertSame(before, alone(before));
        }
    }

    @Test
    void aPoisonedPrefixFailsItsOwnSequencesAlone() {
        int[] poisoned = tokens(32);
        poisoned[5] = POISON;
        int[] query = tokens(32);
        long roomForOnePrefix = 2L * 32 * POSITION_BYTES;
        try (Scheduler scheduler = scheduler(new Scheduler.Limits(128, 4, roomForOnePrefix))) {
            List<Sequence> bad =
                    List.of(scheduler.add(candidate(poisoned, 0, 5)), scheduler.add(candidate(poisoned, 0, 6)));
            runToTheEnd(scheduler);
            Sequence good = scheduler.add(candidate(query, 0, 5));
            runToTheEnd(scheduler);

            assertThat(bad).extracting(Sequence::failure).containsOnly("the model computed what is not a number");
            assertSame(good, alone(good));
        }
    }

    @Test
    void aSequenceThatTheModelThrowsForEndsAlone() {
        int[] cursed = tokens(10);
        cursed[0] = 123;
        try (Scheduler scheduler = failing(
                new Scheduler.Limits(128, 4, ROOMY),
                turns -> turns.stream().anyMatch(turn -> turn.tokenIds()[0] == 123),
                new EngineException("index out of range\nand a long trace"))) {
            Sequence bad = scheduler.add(generate(cursed, 5));
            List<Sequence> good = List.of(
                    scheduler.add(generate(tokensWithout(123, 10), 5)),
                    scheduler.add(GenerationRequest.score(unshared(tokensWithout(123, 10)))));

            runToTheEnd(scheduler);

            assertThat(bad.failure()).isEqualTo("the model failed on it: index out of range");
            good.forEach(sequence -> assertSame(sequence, alone(sequence)));
            assertThat(scheduler.statistics().cacheBytesInUse()).isZero();
        }
    }

    @Test
    void aPrefixThatTheModelThrowsForFailsThoseThatBeginWithIt() {
        int[] cursed = tokens(20);
        cursed[0] = 123;
        try (Scheduler scheduler = failing(
                new Scheduler.Limits(128, 4, ROOMY),
                turns -> turns.stream().anyMatch(turn -> turn.tokenIds()[0] == 123),
                new EngineException("index out of range"))) {
            List<Sequence> bad =
                    List.of(scheduler.add(candidate(cursed, 0, 5)), scheduler.add(candidate(cursed, 0, 5)));
            Sequence good = scheduler.add(candidate(tokensWithout(123, 20), 0, 5));

            runToTheEnd(scheduler);

            assertThat(bad).extracting(Sequence::failure).containsOnly("the model failed on it: index out of range");
            assertSame(good, alone(good));
            assertThat(scheduler.statistics().failed()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DefaultCPUAllocator: can't allocate memory: you tried to allocate", "CUDA out of memory."})
    void stepsBecomeSmallerWhenMemoryRunsOutAndNobodyIsTheWorse(String message) {
        try (Scheduler scheduler = failing(
                new Scheduler.Limits(256, 8, ROOMY), turns -> tokensOf(turns) > 70, new EngineException(message))) {
            List<Sequence> sequences = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                sequences.add(scheduler.add(generate(tokens(20 + 9 * i), 10)));
                sequences.add(scheduler.add(GenerationRequest.score(unshared(tokens(20 + 9 * i)))));
                sequences.add(scheduler.add(candidate(tokens(20), 0, 9 * i + 1)));
            }

            runToTheEnd(scheduler);

            sequences.forEach(sequence -> assertSame(sequence, alone(sequence)));
            assertThat(scheduler.statistics().shrinks()).isBetween(1L, 3L);
            assertThat(scheduler.statistics().failed()).isZero();
        }
    }

    @Test
    void aSampleIsTheSameWhenItsStepIsTriedAgain() {
        Reading sampling = new Reading(1, 1, true, new int[0], true);
        List<int[]> drawn = new ArrayList<>();
        int[] prompt = tokens(10);
        for (int failures : new int[] {0, 3}) {
            int[] left = {failures};
            try (Scheduler scheduler = new Scheduler(
                    transformer,
                    (turns, cache, reading) -> {
                        if (turns.get(0).from() > 11 && left[0]-- > 0) {
                            throw new EngineException("out of memory");
                        }
                        return transformer.step(turns, cache, reading);
                    },
                    Scheduler.Limits.DEFAULT,
                    sampling)) {
                Sequence sequence =
                        scheduler.add(new GenerationRequest(unshared(prompt), 20, StopRule.NEVER, null, 77, -1));
                runToTheEnd(scheduler);
                drawn.add(sequence.completion().tokenIds());
            }
        }

        assertThat(drawn.get(1)).isEqualTo(drawn.get(0));
    }

    @Test
    void sequencesFailWhenThereIsNoMemoryForTheSmallestStepAndLaterOnesDoNot() {
        boolean[] isFull = {true};
        try (Scheduler scheduler = failing(
                new Scheduler.Limits(64, 4, ROOMY), turns -> isFull[0], new OutOfMemoryError("out of memory"))) {
            List<Sequence> bad =
                    List.of(scheduler.add(generate(tokens(10), 5)), scheduler.add(generate(tokens(40), 5)));
            runToTheEnd(scheduler);
            isFull[0] = false;
            Sequence good = scheduler.add(generate(tokens(50), 5));
            runToTheEnd(scheduler);

            assertThat(bad).extracting(Sequence::failure).containsOnly("the model failed on it: out of memory");
            assertSame(good, alone(good));
        }
    }

    @Test
    void endsACompletionThatOnlyGoesRound() {
        int[] prompt = null;
        int[] free = null;
        for (int i = 0; i < 200 && free == null; i++) {
            prompt = tokens(6);
            int[] ids = completed(new GenerationRequest(unshared(prompt), 150, StopRule.NEVER, null, 0, -1))
                    .tokenIds();
            free = IntStream.range(100, 150).allMatch(t -> ids[t] == ids[t - 6]) ? ids : null;
        }
        assertThat(free)
                .as("a completion that goes round in a cycle of 1, 2, 3 or 6")
                .isNotNull();

        Completion cut = completed(new GenerationRequest(
                unshared(prompt), 150, new StopRule(Set.of(), List.of(), null, 24), new int[0], 0, -1));

        assertThat(cut.finish()).isEqualTo(Finish.REPETITION);
        assertThat(cut.tokenIds()).hasSizeBetween(24, 149).isEqualTo(Arrays.copyOf(free, cut.tokenIds().length));
        assertThat(cut.scored()).hasSize(3);
    }

    private Completion completed(GenerationRequest request) {
        try (Scheduler scheduler = new Scheduler(transformer, Scheduler.Limits.DEFAULT, READING)) {
            Sequence sequence = scheduler.add(request);
            runToTheEnd(scheduler);
            return sequence.completion();
        }
    }

    private Scheduler scheduler(Scheduler.Limits limits) {
        return failing(limits, turns -> false, new IllegalStateException());
    }

    /** A scheduler whose steps are written down, and some of which fail. */
    private Scheduler failing(Scheduler.Limits limits, Predicate<List<Turn>> fails, Throwable failure) {
        return new Scheduler(
                transformer,
                (turns, cache, reading) -> {
                    if (fails.test(turns)) {
                        if (failure instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) failure;
                    }
                    steps.add(turns);
                    return transformer.step(turns, cache, reading);
                },
                limits,
                READING);
    }

    private static void runToTheEnd(Scheduler scheduler) {
        for (int step = 0; !scheduler.isIdle(); step++) {
            assertThat(step).as("steps").isLessThan(2000);
            scheduler.step();
        }
    }

    /** How many tokens the model reads for a candidate of the query. */
    private long readFor(Scheduler scheduler, int[] query) {
        long before = scheduler.statistics().promptTokens();
        Sequence sequence = scheduler.add(candidate(query, 0, 4));
        runToTheEnd(scheduler);
        assertSame(sequence, alone(sequence));
        return scheduler.statistics().promptTokens() - before;
    }

    private static void assertReadAndReused(Scheduler scheduler, long read, long reused) {
        StepStatistics statistics = scheduler.statistics();
        assertThat(statistics.promptTokens()).isEqualTo(read);
        assertThat(statistics.reusedTokens()).isEqualTo(reused);
    }

    private Completion alone(Sequence sequence) {
        GenerationRequest request = sequence.request();
        return completed(new GenerationRequest(
                unshared(request.prompt().tokenIds()),
                request.maxNewTokens(),
                request.stop(),
                request.suffix(),
                request.seed(),
                request.adapter()));
    }

    private static void assertSame(Sequence sequence, Completion expected) {
        Completion actual = sequence.completion();
        assertThat(actual.tokenIds()).isEqualTo(expected.tokenIds());
        assertThat(actual.finish()).isEqualTo(expected.finish());
        assertThat(actual.logProbs()).usingComparatorWithPrecision(1e-4f).containsExactly(expected.logProbs());
        assertThat(actual.scored()).usingComparatorWithPrecision(1e-4f).containsExactly(expected.scored());
    }

    private int[] tokens(int length) {
        return random.ints(length, 0, POISON).toArray();
    }

    private int[] tokensWithout(int first, int length) {
        int[] tokens = tokens(length);
        tokens[0] = tokens[0] == first ? first + 1 : tokens[0];
        return tokens;
    }

    private static EncodedPrompt unshared(int[] ids) {
        return new EncodedPrompt(ids, new int[ids.length]);
    }

    private static GenerationRequest generate(int[] ids, int maxNewTokens) {
        return new GenerationRequest(unshared(ids), maxNewTokens, StopRule.NEVER, null, 0, -1);
    }

    private GenerationRequest candidate(int[] query, int instructionTokens, int own) {
        int[] ids = joined(query, tokens(own));
        return GenerationRequest.score(new EncodedPrompt(ids, new int[ids.length], instructionTokens, query.length));
    }

    private static int[] joined(int[] first, int[] second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }

    private static boolean isSampled(Turn turn) {
        return turn.read() == Turn.Read.SAMPLE;
    }

    private static int tokensOf(List<Turn> turns) {
        return turns.stream().mapToInt(Turn::count).sum();
    }
}
