package rerank.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.generation.Completion.Finish;
import rerank.model.generation.Completion.Scoring;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.tokenizer.TinyTokenizer;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.StepResult;
import rerank.model.transformer.TinyCheckpoint;
import rerank.model.transformer.Transformer;

class GeneratorTest {
    /** Small enough that prompts are read in parts and sequences wait for room. */
    private static final Scheduler.Limits TIGHT = new Scheduler.Limits(32, 3, 1 << 18);

    private static final float CLOSE = 1e-4f;

    @TempDir
    static Path directory;

    private static Transformer transformer;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() {
        TinyCheckpoint.write(directory, TinyCheckpoint.config("llama"), 11, false);
        new TinyTokenizer().writeTo(directory);
        transformer = Transformer.load(directory);
        tokenizer = Tokenizer.load(directory);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
        transformer.close();
    }

    /** Prompts of many lengths with token types; ids are bytes, so that the tokenizer can spell what follows. */
    private static List<EncodedPrompt> prompts(int count, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    int[] ids = random.ints(1 + random.nextInt(40), 0, 256).toArray();
                    return new EncodedPrompt(ids, random.ints(ids.length, 0, 3).toArray());
                })
                .toList();
    }

    private static StepResult next(EncodedPrompt prompt, int... asked) {
        return transformer.next(new int[][] {prompt.tokenIds()}, new int[][] {prompt.tokenTypes()}, asked);
    }

    private static List<Completion> generate(
            Scheduler.Limits limits, List<EncodedPrompt> prompts, SamplingConfig sampling, Scoring scoring) {
        return new Generator(transformer, tokenizer, limits).generate(prompts, sampling, Set.of(), List.of(), scoring);
    }

    private static void assertSame(Completion actual, Completion expected) {
        assertThat(actual.tokenIds()).isEqualTo(expected.tokenIds());
        assertThat(actual.finish()).isEqualTo(expected.finish());
        assertThat(actual.logProbs()).usingComparatorWithPrecision(CLOSE).containsExactly(expected.logProbs());
        assertThat(actual.scored()).usingComparatorWithPrecision(CLOSE).containsExactly(expected.scored());
    }

    @Test
    void decodesGreedilyWhatRecomputationWithoutACacheGives() {
        List<EncodedPrompt> prompts = prompts(8, 1);

        List<Completion> completions = generate(TIGHT, prompts, SamplingConfig.greedy(90), null);

        for (int i = 0; i < prompts.size(); i++) {
            EncodedPrompt text = prompts.get(i);
            Completion completion = completions.get(i);
            assertThat(completion.tokenIds()).hasSize(90);
            assertThat(completion.finish()).isEqualTo(Finish.LENGTH);
            for (int t = 0; t < 90; t++) {
                StepResult expected = next(text);
                assertThat(completion.tokenIds()[t]).isEqualTo(expected.tokenIds()[0]);
                assertThat(completion.logProbs()[t]).isCloseTo(expected.chosen()[0], within(CLOSE));
                text = text.plus(completion.tokenIds()[t]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void samplesTheSameFromTheSameSeedInAnyCompany(long seed) {
        SamplingConfig sampling = new SamplingConfig(20, 1.1f, 0.9f, seed);
        List<EncodedPrompt> prompts = prompts(9, 100 + seed);

        List<Completion> together = generate(Scheduler.Limits.DEFAULT, prompts, sampling, null);
        List<Completion> split = generate(TIGHT, prompts, sampling, null);

        for (int i = 0; i < prompts.size(); i++) {
            assertSame(split.get(i), together.get(i));
            assertSame(generate(TIGHT, List.of(prompts.get(i)), sampling, null).get(0), together.get(i));
        }
    }

    @Test
    void samplesDifferentlyFromAnotherSeedAndForCopiesOfAPrompt() {
        List<EncodedPrompt> copies = List.of(prompts(1, 5).get(0), prompts(1, 5).get(0));

        List<Completion> one = generate(TIGHT, copies, new SamplingConfig(20, 1, 1, 1), null);
        List<Completion> two = generate(TIGHT, copies, new SamplingConfig(20, 1, 1, 2), null);

        assertThat(one.get(0).tokenIds()).isNotEqualTo(one.get(1).tokenIds());
        assertThat(one.get(0).tokenIds()).isNotEqualTo(two.get(0).tokenIds());
    }

    @Test
    void endsBeforeAStopToken() {
        List<EncodedPrompt> prompts = prompts(5, 6);
        List<Completion> free = generate(TIGHT, prompts, SamplingConfig.greedy(12), null);
        int stop = free.get(2).tokenIds()[4];

        List<Completion> stopped = new Generator(transformer, null, TIGHT)
                .generate(prompts, SamplingConfig.greedy(12), Set.of(stop), List.of(), null);

        for (int i = 0; i < prompts.size(); i++) {
            int[] ids = free.get(i).tokenIds();
            int end = IntStream.range(0, ids.length)
                    .filter(t -> ids[t] == stop)
                    .findFirst()
                    .orElse(ids.length);
            assertThat(stopped.get(i).tokenIds()).isEqualTo(Arrays.copyOf(ids, end));
            assertThat(stopped.get(i).logProbs()).hasSize(end);
            assertThat(stopped.get(i).finish()).isEqualTo(end < ids.length ? Finish.STOP : Finish.LENGTH);
        }
        assertThat(stopped.get(2).finish()).isEqualTo(Finish.STOP);
    }

    @Test
    void cutsBeforeAStopStringThatSeveralTokensSpell() {
        List<EncodedPrompt> prompts = spellable();
        List<Completion> free = generate(TIGHT, prompts, SamplingConfig.greedy(12), null);
        int[] ids = free.get(0).tokenIds();
        String stop = tokenizer.decode(Arrays.copyOfRange(ids, 5, 8), false);

        Completion cut = new Generator(transformer, tokenizer, TIGHT)
                .generate(prompts, SamplingConfig.greedy(12), Set.of(), List.of("never written", stop), null)
                .get(0);

        int first = tokenizer.decode(ids, false).indexOf(stop);
        assertThat(cut.finish()).isEqualTo(Finish.STOP);
        assertThat(tokenizer.decode(cut.tokenIds(), false))
                .isEqualTo(tokenizer.decode(ids, false).substring(0, first));
        assertThat(cut.tokenIds()).hasSizeLessThanOrEqualTo(5).isEqualTo(Arrays.copyOf(ids, cut.tokenIds().length));
    }

    /** A prompt whose greedy completion begins with plain characters, each one token. */
    private static List<EncodedPrompt> spellable() {
        for (long seed = 0; seed < 2000; seed++) {
            List<EncodedPrompt> prompts = prompts(1, 1000 + seed);
            int[] ids = generate(TIGHT, prompts, SamplingConfig.greedy(12), null)
                    .get(0)
                    .tokenIds();
            if (Arrays.stream(ids).limit(8).allMatch(id -> id >= ' ' && id < 127)) {
                return prompts;
            }
        }
        throw new IllegalStateException("no seed gives a completion in plain characters");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void scoresAfterTheCompletionAndTheForcedSuffix(int suffixLength) {
        int[] suffix = TinyCheckpoint.tokens(new Random(8), suffixLength);
        int[] labels = {7, 3, 299};
        List<EncodedPrompt> prompts = prompts(7, 9);
        int stop =
                generate(TIGHT, prompts, SamplingConfig.greedy(10), null).get(3).tokenIds()[2];

        List<Completion> completions = new Generator(transformer, tokenizer, TIGHT)
                .generate(prompts, SamplingConfig.greedy(10), Set.of(stop), List.of(), new Scoring(suffix, labels));

        assertThat(completions).extracting(Completion::finish).contains(Finish.STOP, Finish.LENGTH);
        for (int i = 0; i < prompts.size(); i++) {
            EncodedPrompt whole =
                    prompts.get(i).plus(completions.get(i).tokenIds()).plus(suffix);
            assertThat(completions.get(i).scored())
                    .usingComparatorWithPrecision(CLOSE)
                    .containsExactly(next(whole, labels).asked()[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void scoresAfterACompletionThatAStopStringCut(int suffixLength) {
        int[] suffix = TinyCheckpoint.tokens(new Random(8), suffixLength);
        int[] labels = {1, 2};
        List<EncodedPrompt> prompts = spellable();
        int[] ids =
                generate(TIGHT, prompts, SamplingConfig.greedy(12), null).get(0).tokenIds();

        for (int from : new int[] {0, 3}) {
            String stop = tokenizer.decode(Arrays.copyOfRange(ids, from, from + 3), false);
            Completion cut = new Generator(transformer, tokenizer, TIGHT)
                    .generate(prompts, SamplingConfig.greedy(12), Set.of(), List.of(stop), new Scoring(suffix, labels))
                    .get(0);

            EncodedPrompt whole = prompts.get(0).plus(cut.tokenIds()).plus(suffix);
            assertThat(cut.finish()).isEqualTo(Finish.STOP);
            assertThat(cut.scored())
                    .usingComparatorWithPrecision(CLOSE)
                    .containsExactly(next(whole, labels).asked()[0]);
        }
    }

    @Test
    void scoresPromptsInTheirOrder() {
        List<EncodedPrompt> prompts = prompts(11, 12);
        int[] labels = {5, 250};

        float[][] scores = new Generator(transformer, null, TIGHT).score(prompts, labels);

        for (int i = 0; i < prompts.size(); i++) {
            assertThat(scores[i])
                    .usingComparatorWithPrecision(CLOSE)
                    .containsExactly(next(prompts.get(i), labels).asked()[0]);
        }
    }

    @Test
    void endsACompletionWhereThePositionsEnd() {
        int room = 6;
        Scoring scoring = new Scoring(new int[] {1, 2}, new int[] {3});
        int[] ids = TinyCheckpoint.tokens(new Random(13), TinyCheckpoint.POSITIONS - 2 - room);
        List<EncodedPrompt> prompts = List.of(new EncodedPrompt(ids, new int[ids.length]));

        Completion completion =
                generate(TIGHT, prompts, SamplingConfig.greedy(50), scoring).get(0);

        assertThat(completion.tokenIds()).hasSize(room);
        assertThat(completion.finish()).isEqualTo(Finish.LENGTH);
        assertThat(completion.scored()).hasSize(1);
    }

    @Test
    void saysWhichPromptIsTooLong() {
        int[] ids = new int[TinyCheckpoint.POSITIONS];
        List<EncodedPrompt> prompts = List.of(prompts(1, 1).get(0), new EncodedPrompt(ids, new int[ids.length]));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> generate(TIGHT, prompts, SamplingConfig.greedy(1), null))
                .withMessageContaining("prompt 1: a prompt has 256 tokens")
                .withMessageContaining("256 positions");
    }

    @Test
    void asksForATokenizerWhenThereAreStopStrings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Generator(transformer, null)
                        .generate(prompts(1, 1), SamplingConfig.greedy(1), Set.of(), List.of("###"), null))
                .withMessageContaining("need a tokenizer");
    }

    @Test
    void givesNothingForNothing() {
        assertThat(generate(TIGHT, List.of(), SamplingConfig.greedy(1), null)).isEmpty();
        assertThat(new Generator(transformer, null).score(List.of(), new int[] {1}))
                .isEmpty();
    }
}
