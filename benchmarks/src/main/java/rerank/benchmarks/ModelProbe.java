package rerank.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import rerank.model.generation.GenerationRequest;
import rerank.model.generation.Scheduler;
import rerank.model.generation.StopRule;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.ranking.StepStatistics;
import rerank.model.transformer.Reading;
import rerank.model.transformer.Transformer;

/** Runs a model over random token ids in the ways that serving does, and says how long it took. */
final class ModelProbe {
    private static final long CACHE_BYTES = 2L << 30;
    private static final int STEP_TOKENS = 1024;

    /** Steps of decoding before those that count: caches grow in them. */
    private static final int STEPS_BEFORE = 3;

    private final Transformer transformer;
    private final Random random = new Random(7);

    ModelProbe(Transformer transformer) {
        this.transformer = transformer;
    }

    /** Seconds to read prompts of so many tokens. */
    double prefillSeconds(int prompts, int tokens) {
        try (Scheduler scheduler = scheduler(prompts, STEP_TOKENS)) {
            for (int i = 0; i < prompts; i++) {
                scheduler.add(GenerationRequest.score(prompt(tokens, 0)));
            }
            return seconds(scheduler);
        }
    }

    /**
     * Decoding of sequences side by side.
     *
     * @param secondsPerStep median
     * @param overhead share of the time in steps that was outside native calls
     */
    record Decoding(double secondsPerStep, double overhead) {}

    /** Decodes so many steps of sequences that began with prompts of so many tokens. */
    Decoding decode(int sequences, int promptTokens, int steps) {
        try (Scheduler scheduler = scheduler(sequences, STEP_TOKENS)) {
            for (int i = 0; i < sequences; i++) {
                scheduler.add(generation(prompt(promptTokens, 0), steps + 2 * STEPS_BEFORE + sequences));
            }
            while (scheduler.statistics().waiting() > 0) {
                scheduler.step();
            }
            for (int i = 0; i < STEPS_BEFORE; i++) {
                scheduler.step();
            }
            StepStatistics before = scheduler.statistics();
            double[] seconds = new double[steps];
            for (int i = 0; i < steps; i++) {
                long begun = System.nanoTime();
                scheduler.step();
                seconds[i] = (System.nanoTime() - begun) / 1e9;
            }
            StepStatistics after = scheduler.statistics();
            double overhead = 1
                    - (double) (after.nativeNanos() - before.nativeNanos()) / (after.stepNanos() - before.stepNanos());
            return new Decoding(Median.of(seconds), overhead);
        }
    }

    /**
     * A rerank request in the abstract.
     *
     * @param candidates of one query
     * @param documentTokens of each candidate
     * @param sharedTokens instruction and query before them
     * @param generatedTokens explanation of each; 0 scores alone
     */
    record Request(int candidates, int documentTokens, int sharedTokens, int generatedTokens) {}

    /**
     * Seconds a request takes.
     *
     * @param shares whether the shared tokens are read once
     * @param together how many candidates run at once
     */
    double requestSeconds(Request request, boolean shares, int together) {
        int[] shared = random.ints(
                        request.sharedTokens(), 0, transformer.config().vocabularySize())
                .toArray();
        try (Scheduler scheduler = scheduler(together, STEP_TOKENS)) {
            for (int i = 0; i < request.candidates(); i++) {
                EncodedPrompt whole = prompt(request.sharedTokens() + request.documentTokens(), 0);
                System.arraycopy(shared, 0, whole.tokenIds(), 0, shared.length);
                EncodedPrompt prompt =
                        new EncodedPrompt(whole.tokenIds(), whole.tokenTypes(), 0, shares ? request.sharedTokens() : 0);
                scheduler.add(
                        request.generatedTokens() == 0
                                ? GenerationRequest.score(prompt)
                                : generation(prompt, request.generatedTokens()));
            }
            return seconds(scheduler);
        }
    }

    private static double seconds(Scheduler scheduler) {
        long begun = System.nanoTime();
        while (!scheduler.isIdle()) {
            scheduler.step();
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    private Scheduler scheduler(int sequences, int stepTokens) {
        return new Scheduler(
                transformer, new Scheduler.Limits(stepTokens, sequences, CACHE_BYTES), Reading.greedy(0, 1, 2));
    }

    private static GenerationRequest generation(EncodedPrompt prompt, int tokens) {
        return GenerationRequest.generate(prompt, tokens, StopRule.NEVER);
    }

    private EncodedPrompt prompt(int tokens, int shared) {
        int[] ids =
                random.ints(tokens, 0, transformer.config().vocabularySize()).toArray();
        return new EncodedPrompt(ids, new int[tokens], 0, shared);
    }

    /** The middle one. */
    static final class Median {
        private Median() {}

        static double of(double... values) {
            List<Double> sorted = new ArrayList<>();
            for (double value : values) {
                sorted.add(value);
            }
            sorted.sort(Double::compare);
            int middle = sorted.size() / 2;
            return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        }
    }
}
