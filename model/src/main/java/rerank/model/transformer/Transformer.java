package rerank.model.transformer;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A decoder-only transformer with immutable weights. Every method is one native call over all layers.
 *
 * <p>Its calls may come from several threads; each thread has its own team of native threads, see
 * {@link NativeThreads}. Native memory of a call is freed when it returns; the weights, when this object is closed, which
 * must not happen during a call.
 */
public final class Transformer implements AutoCloseable {
    private static final Program PROGRAM = Program.decoder();

    private final TransformerConfig config;
    private final Precision precision;
    private final PtNDManager manager;
    private final Weights weights;
    private final IValue weightList;
    private final IValue frequencies;
    private final IValue shape;
    private final IValue epsilon;
    private final IValue noCache;

    private Transformer(TransformerConfig config, Precision precision, PtNDManager manager, Weights weights) {
        this.config = config;
        this.precision = precision;
        this.manager = manager;
        this.weights = weights;
        this.weightList = IValue.listFrom(weights.tensors());
        this.frequencies = IValue.from((PtNDArray) manager.create(config.inverseFrequencies()));
        this.shape = IValue.listFrom(config.layers(), config.heads(), config.keyValueHeads(), config.headSize());
        this.epsilon = IValue.from(config.normEpsilon());
        this.noCache = IValue.listFrom(new PtNDArray[0]);
    }

    /** Loads a Hugging Face checkpoint directory for float32 arithmetic. */
    public static Transformer load(Path checkpoint) {
        return load(checkpoint, Precision.FLOAT32);
    }

    /**
     * Loads a Hugging Face checkpoint directory. Weights stored as the precision wants them are memory-mapped, except
     * where they are stacked; others are converted.
     *
     * @throws rerank.model.weights.CheckpointException saying what is wrong with the directory
     */
    public static Transformer load(Path checkpoint, Precision precision) {
        TransformerConfig config = TransformerConfig.read(checkpoint.resolve("config.json"));
        PtNDManager manager = Program.newManager();
        try {
            return new Transformer(config, precision, manager, Weights.load(checkpoint, config, precision, manager));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** A transformer over float32 weights that someone else changes and closes; it sees the changes. */
    static Transformer over(TransformerConfig config, PtNDArray[] weights) {
        return new Transformer(config, Precision.FLOAT32, Program.newManager(), Weights.borrowed(weights));
    }

    /** The shape. */
    public TransformerConfig config() {
        return config;
    }

    /** The arithmetic. */
    public Precision precision() {
        return precision;
    }

    /** An empty cache; the caller closes it, before this transformer. */
    public KeyValueCache newCache(int rows, int capacity) {
        try (IValue rowCount = IValue.from((long) rows);
                IValue room = IValue.from((long) capacity)) {
            IValue keys = PROGRAM.call("new_cache", rowCount, room, shape, weightList);
            IValue values = PROGRAM.call("new_cache", rowCount, room, shape, weightList);
            return new KeyValueCache(manager, rows, capacity, keys, values);
        }
    }

    /**
     * Runs whole prompts and reads the token after each; nothing is cached.
     *
     * @param tokenIds one row a prompt, of any lengths from 1
     * @param tokenTypes of the same lengths
     */
    public NextTokens next(int[][] tokenIds, int[][] tokenTypes, NextTokenRequest request) {
        return prefill(tokenIds, tokenTypes, 0, noCache, noCache, request);
    }

    /**
     * Runs whole prompts into a cache and reads the token after each.
     *
     * @param tokenIds one row a prompt, of any lengths from 1 to the cache's capacity
     * @param tokenTypes of the same lengths
     * @param firstRow the cache's row of the first prompt; the others follow
     */
    public NextTokens prefill(
            int[][] tokenIds, int[][] tokenTypes, KeyValueCache cache, int firstRow, NextTokenRequest request) {
        if (firstRow + tokenIds.length > cache.rows()) {
            throw new IllegalArgumentException(tokenIds.length + " prompts from row " + firstRow
                    + " on do not fit a cache of " + cache.rows() + " rows");
        }
        return prefill(tokenIds, tokenTypes, firstRow, cache.keys(), cache.values(), request);
    }

    private NextTokens prefill(
            int[][] tokenIds, int[][] tokenTypes, int firstRow, IValue keys, IValue values, NextTokenRequest request) {
        long[] last = IntStream.range(0, tokenIds.length)
                .mapToLong(row -> tokenIds[row].length - 1)
                .toArray();
        try (Arguments arguments = new Arguments(manager)) {
            return read(
                    request,
                    arguments,
                    "prefill",
                    arguments.padded(tokenIds, config.vocabularySize(), "token id"),
                    arguments.padded(tokenTypes, Math.max(1, config.tokenTypes()), "token type"),
                    arguments.longs(last),
                    arguments.integer(firstRow),
                    keys,
                    values);
        }
    }

    /**
     * Feeds one token to every row of a cache, each at its own position, and reads the token after it. Positions before
     * it must hold what the row was fed; those after it are ignored, and so may be left over from anything.
     *
     * @param tokenIds one a row
     * @param tokenTypes of the same number
     * @param positions where each is written, from 0; less than the capacity
     */
    public NextTokens decode(
            int[] tokenIds, int[] tokenTypes, int[] positions, KeyValueCache cache, NextTokenRequest request) {
        int longest = IntStream.of(positions).max().orElseThrow() + 1;
        if (tokenIds.length != cache.rows() || longest > cache.capacity()) {
            throw new IllegalArgumentException(tokenIds.length + " tokens up to position " + (longest - 1)
                    + " do not fit a cache of " + cache.rows() + " rows and " + cache.capacity() + " positions");
        }
        try (Arguments arguments = new Arguments(manager)) {
            return read(
                    request,
                    arguments,
                    "decode",
                    arguments.longs(IntStream.of(tokenIds).asLongStream().toArray()),
                    arguments.longs(IntStream.of(tokenTypes).asLongStream().toArray()),
                    arguments.longs(IntStream.of(positions).asLongStream().toArray()),
                    arguments.integer(longest),
                    cache.keys(),
                    cache.values());
        }
    }

    /** Appends what both ways of running share, runs, and copies the result out. */
    private NextTokens read(NextTokenRequest request, Arguments arguments, String method, IValue... own) {
        IValue[] all = Arrays.copyOf(own, own.length + 8);
        all[own.length] = weightList;
        all[own.length + 1] = frequencies;
        all[own.length + 2] = shape;
        all[own.length + 3] = epsilon;
        all[own.length + 4] = arguments.decimal(request.temperature());
        all[own.length + 5] = arguments.decimal(request.topP());
        all[own.length + 6] = arguments.floats(request.uniforms());
        all[own.length + 7] =
                arguments.longs(IntStream.of(request.asked()).asLongStream().toArray());
        PtNDArray[] result = arguments.tuple(PROGRAM.call(method, all));
        int[] ids = LongStream.of(result[0].toLongArray())
                .mapToInt(Math::toIntExact)
                .toArray();
        return new NextTokens(ids, result[1].toFloatArray(), Arguments.rows(result[2]));
    }

    /**
     * Runs padded rows and returns everything there is to see.
     *
     * @param tokenIds int[B][T], any id where there is padding
     * @param tokenTypes int[B][T]
     * @param real boolean[B][T]: false at padding, before or after the tokens
     * @param positions int[B][T]: of each token in its own sequence
     */
    public Trace trace(int[][] tokenIds, int[][] tokenTypes, boolean[][] real, int[][] positions) {
        try (Arguments arguments = new Arguments(manager)) {
            PtNDArray[] result = arguments.tuple(PROGRAM.call(
                    "trace",
                    arguments.padded(tokenIds, config.vocabularySize(), "token id"),
                    arguments.padded(tokenTypes, Math.max(1, config.tokenTypes()), "token type"),
                    arguments.flags(real),
                    arguments.padded(positions, config.maxPositions(), "position"),
                    weightList,
                    frequencies,
                    shape,
                    epsilon));
            return new Trace(Arguments.cube(result[0]), Arguments.cube(result[1]), Arguments.cube(result[2]));
        }
    }

    @Override
    public void close() {
        weightList.close();
        frequencies.close();
        shape.close();
        epsilon.close();
        noCache.close();
        weights.close();
        manager.close();
    }
}
