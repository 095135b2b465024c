package rerank.model.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.transformer.Reading;
import rerank.model.transformer.TinyCheckpoint;
import rerank.model.transformer.Transformer;

/**
 * The law of continuous batching: what a sequence gets does not depend on who comes and goes beside it, nor on how little
 * room there is. Requests of all kinds arrive at random steps at a scheduler whose bounds are so tight that prompts are
 * read in parts, sequences wait, blocks of the cache grow, shrink and close up, and prefixes are thrown away and read again.
 */
class ContinuousBatchingTest {
    private static final List<String> FAMILIES = List.of("qwen2", "qwen3", "llama");
    private static final Reading READING = Reading.withLogProbs(7, 3, 299);
    private static final int LONGEST = 60;
    private static final int MOST_NEW = 20;

    /** Keys and values of two layers, two heads of eight float32 numbers. */
    private static final int POSITION_BYTES = 2 * 2 * 2 * 8 * 4;

    @TempDir
    static Path directory;

    private static final Map<String, Transformer> MODELS = new HashMap<>();

    @BeforeAll
    static void load() {
        for (String family : FAMILIES) {
            MODELS.put(
                    family,
                    Transformer.load(
                            TinyCheckpoint.write(directory.resolve(family), TinyCheckpoint.config(family), 21, false)));
        }
    }

    @AfterAll
    static void close() {
        MODELS.values().forEach(Transformer::close);
    }

    /** A request, when it arrives, and when it is cancelled: at a step, or never. */
    private record Arrival(GenerationRequest request, int step, int cancelledAt) {
        boolean isCancelled() {
            return cancelledAt >= 0;
        }
    }

    static Stream<Arguments> seeds() {
        return FAMILIES.stream()
                .flatMap(family -> Stream.of(1L, 2L, 3L, 4L, 5L, 6L).map(seed -> Arguments.of(family, seed)));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("seeds")
    void aSequenceGetsWhatItGetsAlone(String family, long seed) {
        Random random = new Random(seed);
        List<Arrival> arrivals = arrivals(random, family.equals("llama") ? 3 : 1);
        Scheduler.Limits tight = new Scheduler.Limits(
                8 + random.nextInt(60), 1 + random.nextInt(7), (long) POSITION_BYTES * (96 + random.nextInt(4 * 96)));

        List<Sequence> sequences = together(MODELS.get(family), tight, arrivals);

        for (int i = 0; i < sequences.size(); i++) {
            Arrival arrival = arrivals.get(i);
            String what = "sequence " + i + " of " + tight;
            assertThat(sequences.get(i).failure()).as(what).isNull();
            if (!arrival.isCancelled()) {
                assertThat(sequences.get(i).isDone()).as(what).isTrue();
            }
            if (sequences.get(i).isDone()) {
                assertSame(what, sequences.get(i).completion(), alone(MODELS.get(family), arrival.request()));
            }
        }
    }

    private static List<Sequence> together(Transformer model, Scheduler.Limits limits, List<Arrival> arrivals) {
        Sequence[] sequences = new Sequence[arrivals.size()];
        int settled = 0;
        try (Scheduler scheduler = new Scheduler(model, limits, READING)) {
            int last = arrivals.stream().mapToInt(Arrival::step).max().orElseThrow();
            for (int step = 0; step <= last || !scheduler.isIdle(); step++) {
                assertThat(step)
                        .as("steps until all %s are done", arrivals.size())
                        .isLessThan(10_000);
                for (int i = 0; i < sequences.length; i++) {
                    if (arrivals.get(i).step() == step) {
                        sequences[i] = scheduler.add(arrivals.get(i).request());
                    }
                    if (arrivals.get(i).cancelledAt() == step) {
                        scheduler.cancel(sequences[i]);
                    }
                }
                settled += scheduler.step().size();
                assertThat(scheduler.statistics().cacheBytes()).isLessThanOrEqualTo(limits.cacheBytes());
                assertThat(scheduler.statistics().running()).isLessThanOrEqualTo(limits.maxSequences());
            }
            assertThat(scheduler.statistics().completed()).isEqualTo(settled);
            assertThat(settled + scheduler.statistics().cancelled()).isEqualTo(sequences.length);
            assertThat(scheduler.statistics().reusedTokens()).isPositive();
            assertThat(scheduler.statistics().cacheBytesInUse())
                    .as("only prefixes are left")
                    .isLessThanOrEqualTo(limits.cacheBytes() / 2);
        }
        return Arrays.asList(sequences);
    }

    private static Completion alone(Transformer model, GenerationRequest request) {
        try (Scheduler scheduler = new Scheduler(model, Scheduler.Limits.DEFAULT, READING)) {
            GenerationRequest unshared = new GenerationRequest(
                    new EncodedPrompt(
                            request.prompt().tokenIds(), request.prompt().tokenTypes()),
                    request.maxNewTokens(),
                    request.stop(),
                    request.suffix(),
                    request.seed(),
                    request.adapter());
            Sequence sequence = scheduler.add(unshared);
            while (!scheduler.isIdle()) {
                scheduler.step();
            }
            return sequence.completion();
        }
    }

    private static void assertSame(String what, Completion actual, Completion expected) {
        assertThat(actual.tokenIds()).as(what).isEqualTo(expected.tokenIds());
        assertThat(actual.finish()).as(what).isEqualTo(expected.finish());
        assertThat(actual.logProbs())
                .as(what)
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(expected.logProbs());
        assertThat(actual.scored()).as(what).usingComparatorWithPrecision(1e-4f).containsExactly(expected.scored());
    }

    private static List<Arrival> arrivals(Random random, int types) {
        List<EncodedPrompt> queries = queries(random, types);
        List<Arrival> arrivals = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int step = random.nextInt(60);
            int cancelledAt = random.nextInt(6) == 0 ? step + random.nextInt(12) : -1;
            arrivals.add(new Arrival(request(random, prompt(random, queries, types)), step, cancelledAt));
        }
        return arrivals;
    }

    /** What candidates have in common: two instructions, each with two queries, one of these ending where it begins. */
    private static List<EncodedPrompt> queries(Random random, int types) {
        List<EncodedPrompt> queries = new ArrayList<>();
        for (int instruction = 0; instruction < 2; instruction++) {
            EncodedPrompt first = random(random, 16 + random.nextInt(8), types);
            for (int query = 0; query < 2; query++) {
                EncodedPrompt both = joined(first, random(random, query * (1 + random.nextInt(20)), types));
                queries.add(new EncodedPrompt(
                        both.tokenIds(), both.tokenTypes(), first.tokenIds().length, both.tokenIds().length));
            }
        }
        return queries;
    }

    private static EncodedPrompt prompt(Random random, List<EncodedPrompt> queries, int types) {
        if (random.nextInt(3) == 0) {
            return random(random, 1 + random.nextInt(LONGEST), types);
        }
        EncodedPrompt query = queries.get(random.nextInt(queries.size()));
        int room = LONGEST - query.tokenIds().length;
        EncodedPrompt whole = joined(query, random(random, random.nextInt(room + 1), types));
        return new EncodedPrompt(whole.tokenIds(), whole.tokenTypes(), query.instructionTokens(), query.queryTokens());
    }

    private static GenerationRequest request(Random random, EncodedPrompt prompt) {
        int[] suffix = random.nextInt(3) == 0 ? null : TinyCheckpoint.tokens(random, random.nextInt(4));
        int maxNew = suffix != null && random.nextBoolean() ? 0 : 1 + random.nextInt(MOST_NEW);
        Set<Integer> stops =
                Arrays.stream(TinyCheckpoint.tokens(random, 12)).boxed().collect(Collectors.toSet());
        return new GenerationRequest(
                prompt, maxNew, new StopRule(stops, List.of(), null, 0), suffix, random.nextLong(), -1);
    }

    private static EncodedPrompt random(Random random, int length, int types) {
        return new EncodedPrompt(
                TinyCheckpoint.tokens(random, length),
                random.ints(length, 0, types).toArray());
    }

    private static EncodedPrompt joined(EncodedPrompt first, EncodedPrompt second) {
        int length = first.tokenIds().length;
        int[] types = Arrays.copyOf(first.tokenTypes(), length + second.tokenIds().length);
        System.arraycopy(second.tokenTypes(), 0, types, length, second.tokenIds().length);
        return new EncodedPrompt(first.plus(second.tokenIds()).tokenIds(), types);
    }
}
