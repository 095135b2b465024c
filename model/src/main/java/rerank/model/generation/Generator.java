package rerank.model.generation;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Transformer;

/**
 * Turns prompts into completions, batched over prompts of different length.
 *
 * <p>A generator belongs to one thread; the weights it reads are shared and immutable.
 */
public final class Generator {
    /** A generator over the given transformer; the tokenizer is needed for stop strings alone. */
    public Generator(Transformer transformer, Tokenizer tokenizer) {
        throw new UnsupportedOperationException("to be written");
    }

    /**
     * Generates a completion for every prompt.
     *
     * @param stopTokens ids that end a completion
     * @param stopStrings texts that end a completion; the completion's tokens are cut before the text
     * @param scoring read after each completion, in the same key/value cache; null for none
     * @return in the order of the prompts
     */
    public List<Completion> generate(
            List<EncodedPrompt> prompts,
            SamplingConfig sampling,
            Set<Integer> stopTokens,
            List<String> stopStrings,
            Completion.@Nullable Scoring scoring) {
        throw new UnsupportedOperationException("to be written");
    }

    /**
     * Reads natural-log probabilities of some tokens right after each prompt: one forward pass, no decoding.
     *
     * @return float[prompts][tokens]
     */
    public float[][] score(List<EncodedPrompt> prompts, int[] tokens) {
        throw new UnsupportedOperationException("to be written");
    }
}
