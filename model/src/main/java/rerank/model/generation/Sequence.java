package rerank.model.generation;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import rerank.model.generation.Completion.Finish;
import rerank.model.transformer.Slot;
import rerank.model.transformer.Turn;

/**
 * One prompt on its way to a completion, as a {@link Scheduler} carries it.
 *
 * <p>Its tokens are the prompt, what was generated, and, once that has ended, the forced suffix. The model has seen the
 * first {@code fed} of them. Everything else follows: the others are fed next; when all are, the distribution after the last
 * one is sampled from, or scored. Cutting a completion only moves {@code fed} back, since what a slot holds beyond it is
 * ignored and overwritten.
 */
public final class Sequence {
    private enum State {
        WRITING,
        SCORING,
        DONE
    }

    private static final int UNIFORM_STEPS = 1 << 24;

    private final GenerationRequest request;
    private final int promptLength;
    private final int maxNewTokens;
    private final SplittableRandom random;
    private final long arrivedNanos;

    private State state;
    private int[] tokens;
    private int length;
    private int fed;
    private int generated;
    private float[] logProbs = new float[16];
    private float[] scored = new float[0];
    private Finish finish = Finish.LENGTH;
    private @Nullable String failure;

    /** Decides the token after so many generated ones; kept, so that a step that is tried again draws the same. */
    private float uniform;

    private int uniformOf = -1;
    private @Nullable Slot slot;
    private @Nullable SharedPrefix prefix;
    private boolean sharesNothing;

    /**
     * A sequence that has generated nothing.
     *
     * @param maxNewTokens such that prompt, completion and suffix fit the model's positions
     */
    Sequence(GenerationRequest request, int maxNewTokens) {
        this.request = request;
        this.maxNewTokens = maxNewTokens;
        this.random = new SplittableRandom(request.seed());
        this.tokens = request.prompt().tokenIds().clone();
        this.promptLength = tokens.length;
        this.length = promptLength;
        this.arrivedNanos = System.nanoTime();
        this.state = State.WRITING;
        if (request.maxNewTokens() == 0) {
            end(Finish.LENGTH);
        }
    }

    /** Whether nothing more will be made of it. */
    public boolean isDone() {
        return state == State.DONE;
    }

    /** Why there is no completion; null if there is one. */
    public @Nullable String failure() {
        return failure;
    }

    /** What was asked for. */
    GenerationRequest request() {
        return request;
    }

    long arrivedNanos() {
        return arrivedNanos;
    }

    /** Tokens that the model has not seen. */
    int pending() {
        return length - fed;
    }

    int fed() {
        return fed;
    }

    /** Positions that it may need beyond those of a prefix. */
    int ownPositions(int prefixLength) {
        return promptLength - prefixLength + maxNewTokens + request.suffixLength();
    }

    /** Whether tokens follow those that are fed now, so that they must be remembered. */
    boolean goesOnAfterPrompt() {
        return request.maxNewTokens() > 0;
    }

    @Nullable Slot slot() {
        return slot;
    }

    void holds(@Nullable Slot own) {
        this.slot = own;
    }

    @Nullable SharedPrefix prefix() {
        return prefix;
    }

    /** Begins with a prefix that the model has seen. */
    void beginsWith(SharedPrefix shared) {
        this.prefix = shared;
        this.fed = shared.length();
    }

    /** Whether its prompt is read whole, whatever it shares with others. */
    boolean sharesNothing() {
        return sharesNothing;
    }

    void shareNothing() {
        sharesNothing = true;
    }

    /** The model has seen nothing of it. */
    void startAgain() {
        fed = 0;
    }

    void leavesPrefix() {
        this.prefix = null;
    }

    /** Its next tokens, at most so many. */
    Turn turn(int most) {
        int count = Math.min(most, pending());
        boolean isLast = fed + count == length;
        Constraint constraint = request.constraint();
        Turn.Read read = !isLast ? Turn.Read.NOTHING : state == State.SCORING ? Turn.Read.SCORE : Turn.Read.SAMPLE;
        if (read == Turn.Read.SAMPLE && uniformOf != generated) {
            uniform = random.nextInt(UNIFORM_STEPS) / (float) UNIFORM_STEPS;
            uniformOf = generated;
        }
        return new Turn(
                tokens,
                request.prompt().tokenTypes(),
                fed,
                count,
                slot,
                prefix == null ? null : prefix.asPrefix(),
                read,
                uniform,
                request.adapter(),
                read == Turn.Read.SAMPLE && constraint != null ? constraint.allowed() : null);
    }

    /** Takes what a step read after its turn. */
    void took(Turn turn, int token, float chosen, float[] asked) {
        fed += turn.count();
        if (turn.read() == Turn.Read.SCORE) {
            scored = asked;
            if (isNotANumber(asked)) {
                fail("the model computed what is not a number");
            } else {
                state = State.DONE;
            }
        } else if (turn.read() == Turn.Read.SAMPLE) {
            if (Float.isNaN(chosen)) {
                fail("the model computed what is not a number");
            } else {
                sampled(token, chosen);
            }
        }
    }

    private static boolean isNotANumber(float[] values) {
        for (float value : values) {
            if (Float.isNaN(value)) {
                return true;
            }
        }
        return false;
    }

    private void sampled(int token, float logProb) {
        if (request.stop().isStopToken(token)) {
            end(Finish.STOP);
            return;
        }
        append(token, logProb);
        Constraint constraint = request.constraint();
        if (constraint != null) {
            constraint.wrote(token);
        }
        OptionalInt cut = request.stop().cut(tokens, length - generated, length);
        if (cut.isPresent()) {
            length -= generated - cut.getAsInt();
            generated = cut.getAsInt();
            end(Finish.STOP);
        } else if (request.stop().isEndless(tokens, generated, length)) {
            end(Finish.REPETITION);
        } else if (generated == maxNewTokens) {
            end(Finish.LENGTH);
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
        int[] suffix = request.suffix();
        if (suffix == null) {
            state = State.DONE;
            return;
        }
        state = State.SCORING;
        int kept = length;
        for (int token : suffix) {
            push(token);
        }
        // The distribution after the last token is wanted, so at least that one is fed (again).
        fed = Math.min(Math.min(fed, kept), length - 1);
    }

    /** Ends it without a completion. */
    void fail(String reason) {
        failure = reason;
        state = State.DONE;
    }

    /**
     * What it came to.
     *
     * @throws IllegalStateException if it is not done, or failed
     */
    public Completion completion() {
        if (state != State.DONE || failure != null) {
            throw new IllegalStateException(
                    failure == null ? "the sequence is not done" : "the sequence failed: " + failure);
        }
        return new Completion(
                Arrays.copyOfRange(tokens, promptLength, promptLength + generated),
                Arrays.copyOf(logProbs, generated),
                finish,
                scored);
    }
}
