package rerank.model.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes down for {@code Decoder.step} which of a step's tokens belong together: a header and one entry a group as numbers,
 * and one array of indices, so that a step costs one array to hand over. The program reads both in the order they are
 * written here.
 *
 * <p>Tokens of sequences that bring one come first, by block and row of the cache; then those that bring more, the longest
 * first, so that the ones padded together are of similar length.
 */
final class StepPlan {
    private static final int HEADER = 13;

    /** Prompts are padded together while at most this share of the places is padding. */
    private static final double MOST_PADDING = 0.15;

    private final List<Turn> turns;
    private final Reading reading;
    private final @Nullable KeyValueCache cache;
    private final List<Turn> ordered = new ArrayList<>();
    private final Map<Turn, Integer> starts = new java.util.IdentityHashMap<>();
    private final Numbers plan = new Numbers(64);
    private final Numbers index;
    private int tokens;

    private StepPlan(List<Turn> turns, Reading reading, @Nullable KeyValueCache cache) {
        this.turns = turns;
        this.reading = reading;
        this.cache = cache;
        this.index = new Numbers(
                16 * turns.size() + 8 * turns.stream().mapToInt(Turn::count).sum() + reading.asked().length);
    }

    /**
     * Plans a step.
     *
     * @param onDevice whether the indices are to be moved to an accelerator
     */
    static StepPlan of(List<Turn> turns, Reading reading, @Nullable KeyValueCache cache, boolean onDevice) {
        StepPlan plan = new StepPlan(turns, reading, cache);
        plan.write(onDevice);
        return plan;
    }

    /** Header and groups. */
    long[] plan() {
        return plan.toArray();
    }

    /** Indices of tokens, rows and positions. */
    long[] index() {
        return index.toArray();
    }

    private static boolean decodes(Turn turn) {
        return turn.count() == 1 && turn.slot() != null;
    }

    private void write(boolean onDevice) {
        Map<KeyValueCache.Block, List<Turn>> decoding = new LinkedHashMap<>();
        List<Turn> prompts = new ArrayList<>();
        for (Turn turn : turns) {
            Slot slot = turn.slot();
            if (slot != null && decodes(turn)) {
                decoding.computeIfAbsent(slot.block(), block -> new ArrayList<>())
                        .add(turn);
            } else {
                prompts.add(turn);
            }
        }
        decoding.values().forEach(rows -> rows.sort(Comparator.comparingInt(StepPlan::row)));
        decoding.values().forEach(ordered::addAll);
        prompts.sort(Comparator.comparingInt(turn -> -turn.count()));
        ordered.addAll(prompts);
        writeTokens();
        plan.fill(HEADER);
        plan.set(0, tokens);
        plan.set(6, writeCached());
        plan.set(7, writeDecoding(decoding));
        plan.set(8, writePrompts(prompts));
        plan.set(9, writePrefixes());
        plan.set(10, writeAdapters());
        plan.set(1, writeReads(Turn.Read.SAMPLE));
        plan.set(2, writeReads(Turn.Read.SCORE));
        plan.set(12, writeAllowed());
        plan.set(3, reading.asked().length);
        for (int token : reading.asked()) {
            index.add(token);
        }
        plan.set(4, reading.normalized() ? 1 : 0);
        plan.set(5, reading.logProbs() ? 1 : 0);
        plan.set(11, onDevice ? 1 : 0);
    }

    private static int row(Turn turn) {
        Slot slot = turn.slot();
        return slot == null ? -1 : slot.row();
    }

    private int start(Turn turn) {
        return starts.getOrDefault(turn, 0);
    }

    private long blockIndex(Slot slot) {
        if (cache == null) {
            throw new IllegalArgumentException("a turn with a slot needs the cache that the slot is of");
        }
        return cache.indexOf(slot.block());
    }

    private void writeTokens() {
        for (Turn turn : ordered) {
            starts.put(turn, tokens);
            tokens += turn.count();
            for (int i = turn.from(); i < turn.from() + turn.count(); i++) {
                index.add(turn.tokenIds()[i]);
            }
        }
        for (Turn turn : ordered) {
            for (int i = turn.from(); i < turn.from() + turn.count(); i++) {
                index.add(turn.tokenType(i));
            }
        }
        for (Turn turn : ordered) {
            for (int i = turn.from(); i < turn.from() + turn.count(); i++) {
                index.add(i);
            }
        }
    }

    /** Tokens next to each other that go into one block. */
    private int writeCached() {
        int runs = 0;
        int from = 0;
        while (from < ordered.size()) {
            Slot slot = ordered.get(from).slot();
            int to = from + 1;
            if (slot != null) {
                while (to < ordered.size() && isOf(slot.block(), ordered.get(to).slot())) {
                    to++;
                }
                writeRun(slot, ordered.subList(from, to));
                runs++;
            }
            from = to;
        }
        return runs;
    }

    private static boolean isOf(KeyValueCache.Block block, @Nullable Slot slot) {
        return slot != null && slot.block() == block;
    }

    private void writeRun(Slot any, List<Turn> writers) {
        plan.add(blockIndex(any));
        plan.add(start(writers.get(0)));
        plan.add(writers.stream().mapToInt(Turn::count).sum());
        writers.forEach(turn -> addRepeated(row(turn), turn.count()));
        writers.forEach(turn -> addRange(turn.cached(), turn.count()));
    }

    private int writeDecoding(Map<KeyValueCache.Block, List<Turn>> decoding) {
        for (List<Turn> rows : decoding.values()) {
            Turn last = rows.get(rows.size() - 1);
            int blockRows = row(last) + 1;
            int longest = rows.stream().mapToInt(Turn::cached).max().orElse(0) + 1;
            boolean inOrder = rows.size() == blockRows;
            Slot any = last.slot();
            if (any != null) {
                plan.add(blockIndex(any));
            }
            plan.add(rows.size());
            plan.add(blockRows);
            plan.add(longest);
            plan.add(inOrder ? start(rows.get(0)) : -1);
            rows.forEach(turn -> index.add(start(turn)));
            rows.forEach(turn -> index.add(row(turn)));
            long[] seen = new long[blockRows];
            rows.forEach(turn -> seen[row(turn)] = turn.cached());
            index.addAll(seen);
        }
        return decoding.size();
    }

    private int writePrompts(List<Turn> longestFirst) {
        int groups = 0;
        int from = 0;
        while (from < longestFirst.size()) {
            int to = from + 1;
            long real = longestFirst.get(from).count();
            if (longestFirst.get(from).cached() == 0) {
                while (to < longestFirst.size()
                        && joins(longestFirst.get(from), longestFirst.get(to), to - from, real)) {
                    real += longestFirst.get(to).count();
                    to++;
                }
            }
            writePromptGroup(longestFirst.subList(from, to), (int) real);
            groups++;
            from = to;
        }
        return groups;
    }

    private static boolean joins(Turn longest, Turn next, int rows, long real) {
        long places = (rows + 1L) * longest.count();
        return next.cached() == 0 && places - real - next.count() <= MOST_PADDING * places;
    }

    private void writePromptGroup(List<Turn> together, int real) {
        Turn longest = together.get(0);
        Slot slot = longest.slot();
        plan.add(together.size());
        plan.add(longest.count());
        plan.add(real);
        plan.add(longest.cached() > 0 && slot != null ? blockIndex(slot) : -1);
        plan.add(row(longest));
        plan.add(longest.cached());
        for (Turn turn : together) {
            addRange(start(turn), turn.count());
            addRepeated(start(turn) + turn.count() - 1, longest.count() - turn.count());
        }
        together.forEach(turn -> addRange(start(turn), turn.count()));
        for (int i = 0; i < together.size(); i++) {
            addRange(i * longest.count(), together.get(i).count());
        }
    }

    private int writePrefixes() {
        Map<Slot, List<Turn>> byPrefix = new LinkedHashMap<>();
        for (Turn turn : ordered) {
            Turn.Prefix prefix = turn.prefix();
            if (prefix != null) {
                byPrefix.computeIfAbsent(prefix.slot(), slot -> new ArrayList<>())
                        .add(turn);
            }
        }
        byPrefix.forEach((slot, lookers) -> {
            Turn.Prefix prefix = lookers.get(0).prefix();
            plan.add(blockIndex(slot));
            plan.add(slot.row());
            plan.add(prefix == null ? 0 : prefix.length());
            plan.add(lookers.stream().mapToInt(Turn::count).sum());
            lookers.forEach(turn -> addRange(start(turn), turn.count()));
        });
        return byPrefix.size();
    }

    private int writeAdapters() {
        Map<Integer, List<Turn>> byAdapter = new TreeMap<>();
        for (Turn turn : ordered) {
            if (turn.adapter() >= 0) {
                byAdapter
                        .computeIfAbsent(turn.adapter(), adapter -> new ArrayList<>())
                        .add(turn);
            }
        }
        byAdapter.forEach((adapter, users) -> {
            plan.add(adapter);
            plan.add(users.stream().mapToInt(Turn::count).sum());
            users.forEach(turn -> addRange(start(turn), turn.count()));
        });
        return byAdapter.size();
    }

    private int writeReads(Turn.Read read) {
        int count = 0;
        for (Turn turn : turns) {
            if (turn.read() == read) {
                index.add(start(turn) + turn.count() - 1);
                count++;
            }
        }
        return count;
    }

    /** Which tokens the samples of some turns may be: for each the place of its sample, then the tokens. */
    private int writeAllowed() {
        List<Turn> sampled =
                turns.stream().filter(turn -> turn.read() == Turn.Read.SAMPLE).toList();
        Numbers tokensAllowed = new Numbers(64);
        for (int i = 0; i < sampled.size(); i++) {
            int[] allowed = sampled.get(i).allowed();
            if (allowed != null) {
                addRepeated(i, allowed.length);
                for (int token : allowed) {
                    tokensAllowed.add(token);
                }
            }
        }
        index.addAll(tokensAllowed.toArray());
        return tokensAllowed.size;
    }

    /** The numbers that decide samples, in the order of the sampled turns. */
    float[] uniforms() {
        List<Turn> sampled =
                turns.stream().filter(turn -> turn.read() == Turn.Read.SAMPLE).toList();
        float[] uniforms = new float[sampled.size()];
        for (int i = 0; i < uniforms.length; i++) {
            uniforms[i] = sampled.get(i).uniform();
        }
        return uniforms;
    }

    /** Takes the program's answer apart. */
    StepResult result(float[] found) {
        int sampled = (int) plan.get(1);
        int[] ids = new int[turns.size()];
        float[] chosen = new float[turns.size()];
        float[][] asked = new float[turns.size()][];
        int sample = 0;
        int score = 2 * sampled;
        for (int i = 0; i < ids.length; i++) {
            boolean isSampled = turns.get(i).read() == Turn.Read.SAMPLE;
            boolean isScored = turns.get(i).read() == Turn.Read.SCORE;
            chosen[i] = isSampled ? found[sampled + sample] : 0;
            ids[i] = isSampled && !Float.isNaN(chosen[i]) ? (int) found[sample] : -1;
            sample += isSampled ? 1 : 0;
            asked[i] = isScored ? Arrays.copyOfRange(found, score, score + reading.asked().length) : new float[0];
            score += asked[i].length;
        }
        return new StepResult(ids, chosen, asked);
    }

    private void addRange(int from, int count) {
        for (int i = 0; i < count; i++) {
            index.add(from + i);
        }
    }

    private void addRepeated(int number, int count) {
        for (int i = 0; i < count; i++) {
            index.add(number);
        }
    }

    /** A growing array of longs. */
    private static final class Numbers {
        private long[] numbers;
        private int size;

        Numbers(int room) {
            this.numbers = new long[Math.max(16, room)];
        }

        void add(long number) {
            if (size == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * size);
            }
            numbers[size++] = number;
        }

        void addAll(long[] more) {
            for (long number : more) {
                add(number);
            }
        }

        void fill(int zeros) {
            for (int i = 0; i < zeros; i++) {
                add(0);
            }
        }

        void set(int at, long number) {
            numbers[at] = number;
        }

        long get(int at) {
            return numbers[at];
        }

        long[] toArray() {
            return Arrays.copyOf(numbers, size);
        }
    }
}
