package rerank.model.generation;

import org.jspecify.annotations.Nullable;
import rerank.model.prompt.EncodedPrompt;

/**
 * What to make of a prompt.
 *
 * @param prompt what comes first
 * @param maxNewTokens bound on generated tokens; 0 generates nothing
 * @param stop what ends a completion early
 * @param suffix tokens forced after the completion, behind which the scheduler's tokens are scored; null for no scoring
 * @param seed of the sequence's own random numbers
 * @param adapter which of the transformer's adapters it uses; -1 for none
 * @param constraint which tokens may come; null for all. It goes along with the one sequence that is made of the request
 */
public record GenerationRequest(
        EncodedPrompt prompt,
        int maxNewTokens,
        StopRule stop,
        int @Nullable [] suffix,
        long seed,
        int adapter,
        @Nullable Constraint constraint) {
    public GenerationRequest {
        if (maxNewTokens < 0 || (maxNewTokens == 0 && suffix == null)) {
            throw new IllegalArgumentException("a request generates or scores; it had maxNewTokens=" + maxNewTokens
                    + (suffix == null ? " and no suffix" : ""));
        }
        if (prompt.tokenIds().length == 0) {
            throw new IllegalArgumentException("a prompt is empty; it has at least one token");
        }
    }

    /** A request that leaves the model free. */
    public GenerationRequest(
            EncodedPrompt prompt, int maxNewTokens, StopRule stop, int @Nullable [] suffix, long seed, int adapter) {
        this(prompt, maxNewTokens, stop, suffix, seed, adapter, null);
    }

    /** Reads the scheduler's tokens right after a prompt. */
    public static GenerationRequest score(EncodedPrompt prompt) {
        return new GenerationRequest(prompt, 0, StopRule.NEVER, new int[0], 0, -1);
    }

    /** Generates up to so many tokens after a prompt. */
    public static GenerationRequest generate(EncodedPrompt prompt, int maxNewTokens, StopRule stop) {
        return new GenerationRequest(prompt, maxNewTokens, stop, null, 0, -1);
    }

    /** Tokens forced after the completion. */
    int suffixLength() {
        return suffix == null ? 0 : suffix.length;
    }
}
