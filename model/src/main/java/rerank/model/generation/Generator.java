package rerank.model.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.NextTokenRequest;
import rerank.model.transformer.NextTokens;
import rerank.model.transformer.Transformer;

/**
 * Turns prompts into completions, batched over prompts of different length.
 *
 * <p>Prompts are sorted by length, so that little is padded, and split into batches by {@link BatchLimits}. What a
 * sequence gets does not depend on its company, up to rounding: two batches may differ in the last bits of a
 * log-probability, and so, rarely, in a token that was all but a tie.
 *
 * <p>A generator belongs to one thread; the weights it reads are shared and immutable.
 */
public final class Generator {
    private final Transformer transformer;
    private final @Nullable Tokenizer tokenizer;
    private final BatchLimits limits;

    /** A generator over the given transformer; the tokenizer is needed for stop strings alone. */
    public Generator(Transformer transformer, @Nullable Tokenizer tokenizer) {
        this(transformer, tokenizer, BatchLimits.DEFAULT);
    }

    /** A generator with its own bounds on memory. */
    public Generator(Transformer transformer, @Nullable Tokenizer tokenizer, BatchLimits limits) {
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
     * @param scoring read after each completion, in the same key/value cache; null for none
     * @return in the order of the prompts
     * @throws IllegalArgumentException if a prompt is empty, leaves no position for a completion and the suffix, or
     *     holds an id outside the vocabulary
     */
    public List<Completion> generate(
            List<EncodedPrompt> prompts,
            SamplingConfig sampling,
            Set<Integer> stopTokens,
            List<String> stopStrings,
            Completion.@Nullable Scoring scoring) {
        StopRule stop = new StopRule(stopTokens, stopStrings, tokenizer);
        Map<List<Integer>, Integer> seen = new HashMap<>();
        List<Sequence> sequences = new ArrayList<>();
        for (EncodedPrompt prompt : prompts) {
            List<Integer> ids = Arrays.stream(prompt.tokenIds()).boxed().toList();
            int copy = seen.merge(ids, 1, Integer::sum);
            int room = room(prompt, scoring == null ? 0 : scoring.suffix().length, sequences.size());
            sequences.add(new Sequence(
                    prompt,
                    Math.min(sampling.maxNewTokens(), room),
                    stop,
                    scoring,
                    seed(sampling.seed(), ids.hashCode(), copy)));
        }
        int[] asked = scoring == null ? new int[0] : scoring.tokens();
        for (List<Sequence> together : batches(sequences, sampling.maxNewTokens())) {
            complete(together, sampling, asked);
        }
        return sequences.stream().map(Sequence::completion).toList();
    }

    private void complete(List<Sequence> sequences, SamplingConfig sampling, int[] asked) {
        try (Batch batch = new Batch(transformer, sequences, sampling, asked)) {
            batch.prefill(limits.maxPrefillTokens());
            while (!batch.isDone()) {
                batch.step();
            }
        }
    }

    private int room(EncodedPrompt prompt, int suffix, int index) {
        int length = prompt.tokenIds().length;
        int positions = transformer.config().maxPositions();
        if (length == 0) {
            throw new IllegalArgumentException("prompt " + index + " is empty");
        }
        if (length + suffix >= positions) {
            throw new IllegalArgumentException("prompt " + index + " has " + length + " tokens and its suffix " + suffix
                    + "; the model has " + positions + " positions, which leaves none to generate in");
        }
        return positions - length - suffix;
    }

    private static long seed(long seed, long prompt, long copy) {
        return (seed * 0x9E3779B97F4A7C15L + prompt) * 0xBF58476D1CE4E5B9L + copy;
    }

    /** Sorts by length and splits so that rows and cache stay within the limits. */
    private List<List<Sequence>> batches(List<Sequence> sequences, int maxNewTokens) {
        List<Sequence> sorted = new ArrayList<>(sequences);
        sorted.sort(Comparator.comparingInt(sequence -> sequence.prompt().tokenIds().length));
        long tokenBytes = transformer.config().cacheBytesPerToken(transformer.precision());
        List<List<Sequence>> batches = new ArrayList<>();
        List<Sequence> batch = new ArrayList<>();
        for (Sequence sequence : sorted) {
            long longest = sequence.prompt().tokenIds().length + (long) maxNewTokens;
            boolean isFull = batch.size() == limits.maxRows()
                    || (batch.size() + 1) * longest * tokenBytes > limits.maxCacheBytes();
            if (isFull && !batch.isEmpty()) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(sequence);
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }

    /**
     * Reads natural-log probabilities of some tokens right after each prompt: one forward pass, no decoding.
     *
     * @return float[prompts][tokens]
     * @throws IllegalArgumentException if a prompt is empty, longer than the model's positions, or holds an id outside
     *     the vocabulary
     */
    public float[][] score(List<EncodedPrompt> prompts, int[] tokens) {
        int[] byLength = IntStream.range(0, prompts.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> prompts.get(i).tokenIds().length))
                .mapToInt(Integer::intValue)
                .toArray();
        float[][] scores = new float[prompts.size()][];
        int from = 0;
        while (from < byLength.length) {
            int to = from;
            while (to < byLength.length && fits(prompts.get(byLength[to]), to + 1L - from)) {
                to++;
            }
            to = Math.max(to, from + 1);
            score(prompts, Arrays.copyOfRange(byLength, from, to), tokens, scores);
            from = to;
        }
        return scores;
    }

    private boolean fits(EncodedPrompt longest, long rows) {
        return rows * longest.tokenIds().length <= limits.maxPrefillTokens();
    }

    private void score(List<EncodedPrompt> prompts, int[] chosen, int[] tokens, float[][] scores) {
        int[][] ids = new int[chosen.length][];
        int[][] types = new int[chosen.length][];
        for (int i = 0; i < chosen.length; i++) {
            ids[i] = prompts.get(chosen[i]).tokenIds();
            types[i] = prompts.get(chosen[i]).tokenTypes();
            if (ids[i].length > transformer.config().maxPositions()) {
                throw new IllegalArgumentException("prompt " + chosen[i] + " has " + ids[i].length
                        + " tokens; the model has " + transformer.config().maxPositions() + " positions");
            }
        }
        NextTokens next = transformer.next(ids, types, NextTokenRequest.greedy(ids.length, tokens));
        for (int i = 0; i < chosen.length; i++) {
            scores[chosen[i]] = next.asked()[i];
        }
    }
}
