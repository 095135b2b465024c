package rerank.model.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Reading;
import rerank.model.transformer.Transformer;

/**
 * Turns lists of prompts into completions, all at once: for sampling in training and for comparison with other
 * implementations. Serving, where prompts come one after the other, uses a {@link Scheduler}, and so does this.
 *
 * <p>What a sequence gets does not depend on its company, up to rounding: two batches may differ in the last bits of a
 * log-probability, and so, rarely, in a token that was all but a tie.
 *
 * <p>A generator belongs to one thread; the weights it reads are shared and immutable.
 */
public final class Generator {
    private final Transformer transformer;
    private final @Nullable Tokenizer tokenizer;
    private final Scheduler.Limits limits;

    /** A generator over the given transformer; the tokenizer is needed for stop strings alone. */
    public Generator(Transformer transformer, @Nullable Tokenizer tokenizer) {
        this(transformer, tokenizer, Scheduler.Limits.DEFAULT);
    }

    /** A generator with its own bounds on memory. */
    public Generator(Transformer transformer, @Nullable Tokenizer tokenizer, Scheduler.Limits limits) {
        this.transformer = transformer;
        this.tokenizer = tokenizer;
        this.limits = limits;
    }

    /**
     * Generates a completion for every prompt. A completion also ends where it and the scoring's suffix fill the
     * model's positions.
     *
     * <p>Samples depend on the seed and the prompt; of equal prompts in one call each gets its own.
     *
     * @param stopTokens ids that end a completion
     * @param stopStrings texts that end a completion; every token that holds some of the text is cut
     * @param scoring read after each completion as log-probabilities over the whole vocabulary; null for none
     * @return in the order of the prompts
     * @throws IllegalArgumentException if a prompt is empty, leaves no position for a completion and the suffix, or
     *     holds an id outside the vocabulary
     * @throws IllegalStateException if the model fails on one
     */
    public List<Completion> generate(
            List<EncodedPrompt> prompts,
            SamplingConfig sampling,
            Set<Integer> stopTokens,
            List<String> stopStrings,
            Completion.@Nullable Scoring scoring) {
        StopRule stop = new StopRule(stopTokens, stopStrings, tokenizer, 0);
        int[] asked = scoring == null ? new int[0] : scoring.tokens();
        Map<List<Integer>, Integer> seen = new HashMap<>();
        List<GenerationRequest> requests = new ArrayList<>();
        for (EncodedPrompt prompt : prompts) {
            List<Integer> ids = Arrays.stream(prompt.tokenIds()).boxed().toList();
            int copy = seen.merge(ids, 1, Integer::sum);
            requests.add(new GenerationRequest(
                    prompt,
                    sampling.maxNewTokens(),
                    stop,
                    scoring == null ? null : scoring.suffix(),
                    seed(sampling.seed(), ids.hashCode(), copy),
                    -1));
        }
        return complete(requests, new Reading(sampling.temperature(), sampling.topP(), true, asked, true));
    }

    private static long seed(long seed, long prompt, long copy) {
        return (seed * 0x9E3779B97F4A7C15L + prompt) * 0xBF58476D1CE4E5B9L + copy;
    }

    /**
     * Reads natural-log probabilities of some tokens right after each prompt: one forward pass, no decoding.
     *
     * @return float[prompts][tokens]
     * @throws IllegalArgumentException if a prompt is empty, longer than the model's positions, or holds an id outside
     *     the vocabulary
     * @throws IllegalStateException if the model fails on one
     */
    public float[][] score(List<EncodedPrompt> prompts, int[] tokens) {
        List<GenerationRequest> requests =
                prompts.stream().map(GenerationRequest::score).toList();
        return complete(requests, Reading.withLogProbs(tokens)).stream()
                .map(Completion::scored)
                .toArray(float[][]::new);
    }

    private List<Completion> complete(List<GenerationRequest> requests, Reading reading) {
        try (Scheduler scheduler = new Scheduler(transformer, limits, reading)) {
            List<Sequence> sequences = new ArrayList<>();
            for (GenerationRequest request : requests) {
                sequences.add(add(scheduler, request, sequences.size()));
            }
            while (!scheduler.isIdle()) {
                scheduler.step();
            }
            for (int i = 0; i < sequences.size(); i++) {
                if (sequences.get(i).failure() != null) {
                    throw new IllegalStateException(
                            "prompt " + i + ": " + sequences.get(i).failure());
                }
            }
            return sequences.stream().map(Sequence::completion).toList();
        }
    }

    private static Sequence add(Scheduler scheduler, GenerationRequest request, int number) {
        try {
            return scheduler.add(request);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("prompt " + number + ": " + e.getMessage(), e);
        }
    }
}
