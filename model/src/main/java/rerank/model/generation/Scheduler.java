package rerank.model.generation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.ranking.StepStatistics;
import rerank.model.transformer.KeyValueCache;
import rerank.model.transformer.Reading;
import rerank.model.transformer.Slot;
import rerank.model.transformer.StepResult;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.Turn;

/**
 * Continuous batching: sequences join between steps and leave when they end, at every step.
 *
 * <p>A step takes one token of each sequence that is being decoded, and fills up to its bound with tokens of prompts, in the
 * order of arrival; a long prompt is read in parts, so that decoding never waits for more than a step. What several prompts
 * begin with is read once, see {@link PrefixStore}. A prompt that is only scored needs no cache.
 *
 * <p>A sequence on which the model fails ends alone, with the reason. When memory runs out, steps become smaller and the step
 * is tried again. Belongs to one thread.
 */
public final class Scheduler implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);
    private static final int FEWEST_TOKENS = 32;

    /**
     * Bounds of a scheduler.
     *
     * @param maxStepTokens tokens of a step; bounds activations, and how long decoding waits for prompts. A prompt that fits
     *     these is not cut for the sake of what else is in the step, which may so be up to twice as large
     * @param maxSequences sequences that run at once
     * @param cacheBytes memory of keys and values, those of shared prefixes among them
     */
    public record Limits(int maxStepTokens, int maxSequences, long cacheBytes) {
        /** Suits models from a few million to a few thousand million parameters: 1024 tokens, 64 sequences, 1 GiB. */
        public static final Limits DEFAULT = new Limits(1024, 64, 1L << 30);

        public Limits {
            if (maxStepTokens < 1 || maxSequences < 1 || cacheBytes < 1) {
                throw new IllegalArgumentException("limits must be positive, were maxStepTokens=" + maxStepTokens
                        + ", maxSequences=" + maxSequences + ", cacheBytes=" + cacheBytes);
            }
        }
    }

    private final Transformer transformer;
    private final Model model;
    private final Reading reading;
    private final KeyValueCache cache;
    private final PrefixStore prefixes;
    private final Deque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> running = new ArrayList<>();
    private int maxStepTokens;
    private int maxSequences;
    private long waitingTokens;

    private long steps;
    private long promptTokens;
    private long reusedTokens;
    private long decodedTokens;
    private long sequencesInSteps;
    private long completed;
    private long failed;
    private long cancelled;
    private long shrinks;
    private long waitNanos;
    private long stepNanos;
    private long nativeNanos;

    /**
     * A scheduler without sequences.
     *
     * @param reading what is read of every sequence
     */
    public Scheduler(Transformer transformer, Limits limits, Reading reading) {
        this(transformer, transformer::step, limits, reading);
    }

    /** A scheduler whose steps go through something between it and the transformer. */
    Scheduler(Transformer transformer, Model model, Limits limits, Reading reading) {
        this.transformer = transformer;
        this.model = model;
        this.reading = reading;
        this.cache = transformer.newCache(limits.cacheBytes());
        this.prefixes = new PrefixStore(cache, limits.cacheBytes() / 2);
        this.maxStepTokens = limits.maxStepTokens();
        this.maxSequences = limits.maxSequences();
    }

    /** What runs a step: {@link Transformer#step}, which may fail. */
    @FunctionalInterface
    interface Model {
        StepResult step(List<Turn> turns, KeyValueCache cache, Reading reading);
    }

    /** A turn and who takes what comes of it: a sequence, or a prefix. */
    private record Planned(
            Turn turn,
            @Nullable Sequence sequence,
            @Nullable SharedPrefix prefix) {}

    /**
     * Takes a request in; it begins when there is room.
     *
     * @throws IllegalArgumentException if the prompt holds what the model does not know, or leaves no position to write in
     */
    public Sequence add(GenerationRequest request) {
        EncodedPrompt prompt = request.prompt();
        transformer.check(prompt.tokenIds(), prompt.tokenTypes());
        int positions = transformer.config().maxPositions();
        int fixed = prompt.tokenIds().length + request.suffixLength();
        if (fixed > positions || (request.maxNewTokens() > 0 && fixed == positions)) {
            throw new IllegalArgumentException("a prompt has " + prompt.tokenIds().length + " tokens and its suffix "
                    + request.suffixLength() + "; the model has " + positions
                    + " positions, which leaves none to generate in");
        }
        Sequence sequence = new Sequence(request, Math.min(request.maxNewTokens(), positions - fixed));
        waiting.add(sequence);
        waitingTokens += sequence.pending();
        return sequence;
    }

    /** Whether more requests would find something to do soon: what waits would not fill the next steps. */
    public boolean hasRoom() {
        return waitingTokens < 2L * maxStepTokens && waiting.size() < 2 * maxSequences;
    }

    /** Whether there is nothing to do. */
    public boolean isIdle() {
        return waiting.isEmpty() && running.isEmpty();
    }

    /** Forgets a sequence, and what it holds, at once; does nothing if it is done. */
    public void cancel(Sequence sequence) {
        if (waiting.remove(sequence)) {
            waitingTokens -= sequence.pending();
        } else if (!running.remove(sequence)) {
            return;
        }
        // What the model made of it so far may be no numbers without anybody having seen that.
        leave(sequence, true);
        cancelled++;
    }

    /**
     * Runs a step.
     *
     * @return the sequences that are done now, with a completion or a failure
     */
    public List<Sequence> step() {
        long begun = System.nanoTime();
        long nativeBefore = transformer.nativeNanos();
        List<Sequence> done = new ArrayList<>();
        List<Planned> plan = plan(done);
        if (!plan.isEmpty()) {
            run(plan);
        }
        for (Iterator<Sequence> all = running.iterator(); all.hasNext(); ) {
            Sequence sequence = all.next();
            if (sequence.isDone()) {
                all.remove();
                leave(sequence, sequence.failure() != null);
                done.add(sequence);
            }
        }
        for (Sequence sequence : done) {
            completed += sequence.failure() == null ? 1 : 0;
            failed += sequence.failure() == null ? 0 : 1;
        }
        stepNanos += System.nanoTime() - begun;
        nativeNanos += transformer.nativeNanos() - nativeBefore;
        return done;
    }

    private void leave(Sequence sequence, boolean clear) {
        Slot slot = sequence.slot();
        if (slot != null) {
            if (clear) {
                cache.clear(slot);
            }
            cache.release(slot);
            sequence.holds(null);
        }
        SharedPrefix prefix = sequence.prefix();
        if (prefix != null) {
            prefix.removeUser();
            sequence.leavesPrefix();
        }
    }

    /** Chooses the turns of a step: decoding first, then prompts that have begun, then new ones. */
    private List<Planned> plan(List<Sequence> done) {
        List<Planned> plan = new ArrayList<>();
        int room = maxStepTokens;
        for (Sequence sequence : running) {
            if (sequence.pending() == 1) {
                plan.add(new Planned(sequence.turn(1), sequence, null));
                room--;
            }
        }
        for (Sequence sequence : running) {
            if (sequence.pending() > 1 && (room > 0 || plan.isEmpty())) {
                Turn turn = sequence.turn(Math.max(1, room));
                plan.add(new Planned(turn, sequence, null));
                room -= turn.count();
            }
        }
        for (SharedPrefix prefix : prefixes.unready()) {
            room = plan(prefix, room, plan);
        }
        return admit(plan, room, done);
    }

    private int plan(SharedPrefix prefix, int room, List<Planned> plan) {
        if (room < 1 && !plan.isEmpty()) {
            return room;
        }
        Turn turn = prefix.turn(Math.max(1, room));
        plan.add(new Planned(turn, null, prefix));
        return room - turn.count();
    }

    private List<Planned> admit(List<Planned> plan, int roomLeft, List<Sequence> done) {
        int room = roomLeft;
        List<Planned> admitted = new ArrayList<>(plan);
        boolean anyPrompt = false;
        Iterator<Sequence> inOrder = waiting.iterator();
        while (inOrder.hasNext() && room > 0 && running.size() < maxSequences) {
            Sequence sequence = inOrder.next();
            int unreadyBefore = prefixes.unready().size();
            SharedPrefix prefix = sequence.sharesNothing()
                    ? null
                    : prefixes.of(
                            sequence.request().prompt(), sequence.request().adapter());
            if (prefix != null && !prefix.isReady()) {
                // Read in this step; the sequences that begin with it join the next one.
                List<SharedPrefix> unready = prefixes.unready();
                if (unready.size() > unreadyBefore) {
                    room = plan(unready.get(unready.size() - 1), room, admitted);
                }
                continue;
            }
            int own = sequence.pending() - (prefix == null ? 0 : prefix.length());
            boolean fits = own <= room || (!anyPrompt && own <= maxStepTokens);
            boolean inParts = own > maxStepTokens;
            if (!fits && !inParts) {
                break;
            }
            boolean needsSlot = inParts || sequence.goesOnAfterPrompt();
            if (needsSlot && !holdsSlot(sequence, prefix)) {
                if (running.isEmpty() && admitted.isEmpty()) {
                    if (prefix != null) {
                        // The two may be too much where the whole prompt in one place is not.
                        sequence.shareNothing();
                        return admit(plan, room, done);
                    }
                    inOrder.remove();
                    waitingTokens -= sequence.pending();
                    sequence.fail(noRoomAtAll(sequence));
                    done.add(sequence);
                    continue;
                }
                break;
            }
            inOrder.remove();
            waitingTokens -= sequence.pending();
            waitNanos += System.nanoTime() - sequence.arrivedNanos();
            if (prefix != null) {
                prefix.addUser();
                sequence.beginsWith(prefix);
                reusedTokens += prefix.length();
            }
            running.add(sequence);
            Turn turn = sequence.turn(inParts ? room : own);
            admitted.add(new Planned(turn, sequence, null));
            room -= turn.count();
            anyPrompt = true;
        }
        return admitted;
    }

    private boolean holdsSlot(Sequence sequence, @Nullable SharedPrefix prefix) {
        int positions = sequence.ownPositions(prefix == null ? 0 : prefix.length());
        if (prefix != null) {
            prefix.addUser();
        }
        Slot slot = cache.allocate(KeyValueCache.Purpose.SEQUENCE, positions);
        while (slot == null && prefixes.dropOldest()) {
            slot = cache.allocate(KeyValueCache.Purpose.SEQUENCE, positions);
        }
        if (prefix != null) {
            prefix.removeUser();
        }
        sequence.holds(slot);
        return slot != null;
    }

    private String noRoomAtAll(Sequence sequence) {
        int positions = sequence.ownPositions(0);
        long needed = cache.bytesOf(positions);
        String reason = "its " + positions + " positions need " + needed + " bytes of keys and values, ";
        return needed > cache.limitBytes()
                ? reason + "the cache may hold " + cache.limitBytes()
                        + "; give it more, or lower the bounds on prompt and explanation"
                : reason
                        + "which the machine does not have left; lower the bound on them, or on prompt and explanation";
    }

    private void run(List<Planned> plan) {
        List<Turn> turns = plan.stream().map(Planned::turn).toList();
        try {
            take(plan, model.step(turns, cache, reading));
        } catch (RuntimeException | OutOfMemoryError e) {
            if (Transformer.isOutOfMemory(e) && shrink()) {
                startAgain(plan);
                return;
            }
            alone(plan, e);
        }
    }

    /** Sequences without a slot were to be run whole in the step that failed, and may be too long for the next one. */
    private void startAgain(List<Planned> plan) {
        for (int i = plan.size() - 1; i >= 0; i--) {
            Sequence sequence = plan.get(i).sequence;
            if (sequence != null && sequence.slot() == null) {
                running.remove(sequence);
                leave(sequence, false);
                sequence.startAgain();
                waiting.addFirst(sequence);
                waitingTokens += sequence.pending();
            }
        }
    }

    private void take(List<Planned> plan, StepResult result) {
        steps++;
        sequencesInSteps += plan.size();
        for (int i = 0; i < plan.size(); i++) {
            Planned planned = plan.get(i);
            int count = planned.turn.count();
            decodedTokens += count == 1 && planned.turn.from() > 0 ? 1 : 0;
            promptTokens += count == 1 && planned.turn.from() > 0 ? 0 : count;
            if (planned.sequence != null) {
                planned.sequence.took(planned.turn, result.tokenIds()[i], result.chosen()[i], result.asked()[i]);
            } else if (planned.prefix != null) {
                planned.prefix.took(planned.turn);
            }
        }
    }

    /** Runs each turn of a failed step by itself; those that fail again end. */
    private void alone(List<Planned> plan, Throwable error) {
        for (Planned planned : plan) {
            Throwable own = error;
            if (plan.size() > 1) {
                try {
                    take(List.of(planned), model.step(List.of(planned.turn), cache, reading));
                    continue;
                } catch (RuntimeException | OutOfMemoryError e) {
                    own = e;
                }
            }
            log.warn("the model failed on a sequence; it ends alone", own);
            String reason = "the model failed on it: " + firstLine(own);
            if (planned.sequence != null) {
                planned.sequence.fail(reason);
            } else if (planned.prefix != null) {
                failWith(planned.prefix, reason);
            }
        }
    }

    private void failWith(SharedPrefix prefix, String reason) {
        prefixes.drop(prefix);
        for (Iterator<Sequence> all = waiting.iterator(); all.hasNext(); ) {
            Sequence sequence = all.next();
            if (prefix.isPrefixOf(sequence.request())) {
                all.remove();
                waitingTokens -= sequence.pending();
                sequence.fail(reason);
                running.add(sequence);
            }
        }
    }

    private static String firstLine(Throwable error) {
        String message = String.valueOf(error.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    /** Halves the steps to come; false if they are as small as can be. */
    private boolean shrink() {
        prefixes.dropOldest();
        if (maxStepTokens <= FEWEST_TOKENS && maxSequences == 1) {
            return false;
        }
        maxStepTokens = Math.min(maxStepTokens, Math.max(FEWEST_TOKENS, maxStepTokens / 2));
        maxSequences = Math.max(1, maxSequences / 2);
        shrinks++;
        log.warn(
                "memory ran out in a step; from now on {} tokens and {} sequences at most",
                maxStepTokens,
                maxSequences);
        return true;
    }

    /** Figures since the start. */
    public StepStatistics statistics() {
        return new StepStatistics(
                steps,
                promptTokens,
                reusedTokens,
                decodedTokens,
                sequencesInSteps,
                completed,
                failed,
                cancelled,
                shrinks,
                waiting.size(),
                running.size(),
                waitNanos,
                stepNanos,
                nativeNanos,
                cache.bytes(),
                cache.bytesInUse(),
                cache.limitBytes());
    }

    @Override
    public void close() {
        cache.close();
    }
}
