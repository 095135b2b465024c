package rerank.model.generation;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import rerank.model.generation.Completion.Finish;
import rerank.model.prompt.EncodedPrompt;

/**
 * One prompt on its way to a completion: what to feed next, and what to make of the token after it.
 *
 * <p>Its tokens are the prompt, what was generated, and, once that has ended, the forced suffix. A cache row holds the
 * first {@code cached} of them. Everything else follows: the token at {@code cached} is fed next; when the last token
 * has been fed, the distribution after it is sampled from, or scored. Cutting a completion only moves {@code cached}
 * back, since what a row holds beyond it is ignored.
 */
final class Sequence {
    private enum State {
        WRITING,
        SCORING,
        DONE
    }

    private static final int UNIFORM_STEPS = 1 << 24;

    private final EncodedPrompt prompt;
    private final int maxNewTokens;
    private final StopRule stop;
    private final Completion.@Nullable Scoring scoring;
    private final SplittableRandom random;

    private State state = State.WRITING;
    private int[] tokens;
    private int length;
    private int cached;
    private int generated;
    private float[] logProbs = new float[16];
    private float[] scored = new float[0];
    private Finish finish = Finish.LENGTH;

    /**
     * A sequence that has generated nothing.
     *
     * @param maxNewTokens such that prompt, completion and suffix fit the model's positions
     * @param seed of this sequence's own random numbers
     */
    Sequence(EncodedPrompt prompt, int maxNewTokens, StopRule stop, Completion.@Nullable Scoring scoring, long seed) {
        this.prompt = prompt;
        this.maxNewTokens = maxNewTokens;
        this.stop = stop;
        this.scoring = scoring;
        this.random = new SplittableRandom(seed);
        this.tokens = prompt.tokenIds().clone();
        this.length = tokens.length;
    }

    EncodedPrompt prompt() {
        return prompt;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** The token to feed next, unless it is done. */
    int nextToken() {
        return tokens[cached];
    }

    /** Its row in the token-type table. */
    int nextTokenType() {
        return cached < prompt.tokenTypes().length ? prompt.tokenTypes()[cached] : 0;
    }

    /** Where the next token goes: the number of tokens the cache row holds. */
    int position() {
        return cached;
    }

    /** A number in [0, 1) for the sample after the next token, if there is one to take; one is used up for each. */
    float uniform() {
        boolean isSampledNext = state == State.WRITING && cached + 1 == length;
        return isSampledNext ? nextUniform() : 0;
    }

    /** A number in [0, 1) for the sample after the prompt. */
    float firstUniform() {
        return nextUniform();
    }

    private float nextUniform() {
        return random.nextInt(UNIFORM_STEPS) / (float) UNIFORM_STEPS;
    }

    /** The whole prompt was fed; this follows it. */
    void onPrefill(int token, float logProb) {
        cached = length;
        onDistribution(token, logProb, new float[0]);
    }

    /** The next token was fed; this follows it. */
    void onStep(int token, float logProb, float[] asked) {
        cached++;
        if (cached == length) {
            onDistribution(token, logProb, asked);
        }
    }

    private void onDistribution(int token, float logProb, float[] asked) {
        if (state == State.SCORING) {
            scored = asked;
            state = State.DONE;
        } else if (stop.isStopToken(token)) {
            end(Finish.STOP);
        } else {
            append(token, logProb);
            OptionalInt cut = stop.cut(Arrays.copyOfRange(tokens, length - generated, length));
            if (cut.isPresent()) {
                length -= generated - cut.getAsInt();
                generated = cut.getAsInt();
                end(Finish.STOP);
            } else if (generated == maxNewTokens) {
                end(Finish.LENGTH);
            }
        }
    }

    private void append(int token, float logProb) {
        push(token);
        if (generated == logProbs.length) {
            logProbs = Arrays.copyOf(logProbs, 2 * generated);
        }
        logProbs[generated++] = logProb;
    }

    private void push(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
    }

    private void end(Finish why) {
        finish = why;
        if (scoring == null) {
            state = State.DONE;
            return;
        }
        state = State.SCORING;
        int kept = length;
        for (int token : scoring.suffix()) {
            push(token);
        }
        // The distribution after the last token is wanted, so at least that one is fed (again).
        cached = Math.min(Math.min(cached, kept), length - 1);
    }

    Completion completion() {
        int begin = prompt.tokenIds().length;
        return new Completion(
                Arrays.copyOfRange(tokens, begin, begin + generated),
                Arrays.copyOf(logProbs, generated),
                finish,
                scored);
    }
}
