package rerank.model.generation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import rerank.model.transformer.KeyValueCache;
import rerank.model.transformer.NextTokenRequest;
import rerank.model.transformer.NextTokens;
import rerank.model.transformer.Transformer;

/**
 * Sequences that are decoded together, each in its row of one cache. Rows of finished sequences are fed a token of no
 * consequence until a quarter of the rows is finished; then they are dropped, at the price of a copy of the others.
 */
final class Batch implements AutoCloseable {
    /** Positions a cache has, and later gains, beyond those needed now. */
    private static final int HEADROOM = 64;

    private final Transformer transformer;
    private final SamplingConfig sampling;
    private final int[] asked;
    private final KeyValueCache cache;
    private List<Sequence> rows;

    /**
     * A batch whose prompts have not been run.
     *
     * @param asked tokens whose log-probabilities are wanted after each completion
     */
    Batch(Transformer transformer, List<Sequence> sequences, SamplingConfig sampling, int[] asked) {
        this.transformer = transformer;
        this.sampling = sampling;
        this.asked = asked;
        this.rows = List.copyOf(sequences);
        int longest = longestPrompt(sequences);
        this.cache = transformer.newCache(sequences.size(), longest + Math.min(HEADROOM, sampling.maxNewTokens() + 1));
    }

    private static int longestPrompt(List<Sequence> sequences) {
        return sequences.stream()
                .mapToInt(sequence -> sequence.prompt().tokenIds().length)
                .max()
                .orElse(0);
    }

    /** Runs the prompts, in as few calls as the bound on tokens allows. */
    void prefill(int maxTokens) {
        int from = 0;
        while (from < rows.size()) {
            int to = from + 1;
            while (to < rows.size() && longestPrompt(rows.subList(from, to + 1)) * (to + 1L - from) <= maxTokens) {
                to++;
            }
            prefill(from, rows.subList(from, to));
            from = to;
        }
    }

    private void prefill(int firstRow, List<Sequence> sequences) {
        int[][] ids = sequences.stream().map(s -> s.prompt().tokenIds()).toArray(int[][]::new);
        int[][] types = sequences.stream().map(s -> s.prompt().tokenTypes()).toArray(int[][]::new);
        float[] uniforms = new float[ids.length];
        for (int i = 0; i < uniforms.length; i++) {
            uniforms[i] = sequences.get(i).firstUniform();
        }
        NextTokens next = transformer.prefill(ids, types, cache, firstRow, request(uniforms, new int[0]));
        for (int i = 0; i < ids.length; i++) {
            sequences.get(i).onPrefill(next.ids()[i], next.logProbs()[i]);
        }
    }

    private NextTokenRequest request(float[] uniforms, int[] tokens) {
        return new NextTokenRequest(sampling.temperature(), sampling.topP(), uniforms, tokens);
    }

    /** Feeds one token to every unfinished sequence. */
    void step() {
        dropFinished();
        int[] ids = new int[rows.size()];
        int[] types = new int[rows.size()];
        int[] positions = new int[rows.size()];
        float[] uniforms = new float[rows.size()];
        for (int i = 0; i < ids.length; i++) {
            Sequence sequence = rows.get(i);
            if (!sequence.isDone()) {
                ids[i] = sequence.nextToken();
                types[i] = sequence.nextTokenType();
                positions[i] = sequence.position();
                uniforms[i] = sequence.uniform();
            }
        }
        NextTokens next = transformer.decode(ids, types, positions, cache, request(uniforms, asked));
        for (int i = 0; i < ids.length; i++) {
            if (!rows.get(i).isDone()) {
                rows.get(i).onStep(next.ids()[i], next.logProbs()[i], next.asked()[i]);
            }
        }
    }

    /** Whether every sequence has its completion. */
    boolean isDone() {
        return rows.stream().allMatch(Sequence::isDone);
    }

    private void dropFinished() {
        int[] unfinished = IntStream.range(0, rows.size())
                .filter(row -> !rows.get(row).isDone())
                .toArray();
        int used = Arrays.stream(unfinished)
                .map(row -> rows.get(row).position())
                .max()
                .orElse(0);
        boolean isFull = used == cache.capacity();
        if (isFull || 4 * unfinished.length <= 3 * rows.size()) {
            cache.keep(unfinished, used, isFull ? used + HEADROOM : cache.capacity());
            List<Sequence> before = rows;
            rows = Arrays.stream(unfinished).mapToObj(before::get).toList();
        }
    }

    @Override
    public void close() {
        cache.close();
    }
}
