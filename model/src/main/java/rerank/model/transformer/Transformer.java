package rerank.model.transformer;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A decoder-only transformer with immutable weights. A step over any mix of prompts and sequences being decoded is one
 * native call over all layers.
 *
 * <p>Its calls may come from several threads; each thread has its own team of native threads, see
 * {@link NativeThreads}. Native memory of a call is freed when it returns; the weights, when this object is closed, which
 * must not happen during a call.
 */
public final class Transformer implements AutoCloseable {
    private static final Program PROGRAM = Program.decoder();

    /** Of a product of ordinary numbers with 8-bit operands; a kernel that computes something else is further off. */
    private static final double MOST_INT8_ERROR = 0.5;

    private final TransformerConfig config;
    private final Precision precision;
    private final Device device;
    private final Kernel kernel;
    private final PtNDManager manager;
    private final Weights weights;
    private final IValue weightList;
    private final IValue packedList;
    private final IValue frequencies;
    private final IValue shape;
    private final IValue epsilon;
    private final IValue kind;
    private final IValue none;
    private final IValue noNumbers;
    private final LongAdder nativeNanos = new LongAdder();
    private volatile Adapters adapters;

    private Transformer(
            TransformerConfig config,
            Precision precision,
            Device device,
            Kernel kernel,
            PtNDManager manager,
            Weights weights) {
        this.config = config;
        this.precision = precision;
        this.device = device;
        this.kernel = kernel;
        this.manager = manager;
        this.weights = weights;
        PtNDArray[] packed = PackedMatrices.of(weights.tensors(), kernel, manager);
        this.packedList = IValue.listFrom(packed);
        this.weightList = IValue.listFrom(weights.tensors());
        this.frequencies = IValue.from(device.moved((PtNDArray) manager.create(config.inverseFrequencies()), manager));
        this.shape = IValue.listFrom(config.layers(), config.heads(), config.keyValueHeads(), config.headSize());
        this.epsilon = IValue.from(config.normEpsilon());
        this.kind = IValue.from((long) kernel.ordinal());
        this.none = IValue.listFrom(new PtNDArray[0]);
        this.noNumbers = IValue.from((PtNDArray) manager.create(new Shape(0)));
        this.adapters = Adapters.none();
    }

    /** Loads a Hugging Face checkpoint directory for float32 arithmetic on the CPU. */
    public static Transformer load(Path checkpoint) {
        return load(checkpoint, Precision.FLOAT32, Device.cpu());
    }

    /**
     * Loads a Hugging Face checkpoint directory to serve. Matrices are put in the form that the fastest kernels want;
     * embeddings stored as the precision wants them are memory-mapped.
     *
     * @throws rerank.model.weights.CheckpointException saying what is wrong with the directory
     * @throws IllegalArgumentException if the device cannot compute in this precision
     */
    public static Transformer load(Path checkpoint, Precision precision, Device device) {
        Kernel kernel = device.kernel(precision);
        if (kernel == Kernel.INT8 && !supports(precision)) {
            throw new IllegalArgumentException(
                    "precision int8: this CPU or this build of libtorch has no 8-bit products"
                            + " that compute what they should; use bfloat16 or float32");
        }
        return load(checkpoint, precision, device, kernel);
    }

    /** Loads a checkpoint with its matrices as they are, for {@link #trace}. */
    public static Transformer loadPlain(Path checkpoint, Precision precision) {
        return load(checkpoint, precision, Device.cpu(), Kernel.PLAIN);
    }

    private static Transformer load(Path checkpoint, Precision precision, Device device, Kernel kernel) {
        TransformerConfig config = TransformerConfig.read(checkpoint.resolve("config.json"));
        PtNDManager manager = Program.newManager();
        try {
            Weights weights = Weights.load(checkpoint, config, precision, manager);
            weights.moveTo(device, manager);
            return new Transformer(config, precision, device, kernel, manager, weights);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** A transformer over float32 weights that someone else changes and closes; it sees the changes. */
    static Transformer over(TransformerConfig config, PtNDArray[] weights) {
        return new Transformer(
                config, Precision.FLOAT32, Device.cpu(), Kernel.PLAIN, Program.newManager(), Weights.borrowed(weights));
    }

    /** Whether this CPU computes in a precision; tried out, once. */
    public static boolean supports(Precision precision) {
        return precision.kernel() != Kernel.INT8 || Int8Support.IS_THERE;
    }

    /** Whether a failure says that memory ran out, so that a smaller step may go through. */
    public static boolean isOutOfMemory(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof OutOfMemoryError
                || message.contains("out of memory")
                || message.contains("can't allocate memory");
    }

    /** The shape. */
    public TransformerConfig config() {
        return config;
    }

    /** The arithmetic. */
    public Precision precision() {
        return precision;
    }

    /** Where it computes. */
    public Device device() {
        return device;
    }

    /** Time spent inside native calls by all threads so far. */
    public long nativeNanos() {
        return nativeNanos.sum();
    }

    /**
     * An empty cache; the caller closes it, before this transformer.
     *
     * @param limitBytes bound on the memory of keys and values
     */
    public KeyValueCache newCache(long limitBytes) {
        return new KeyValueCache(config, precision, manager, shape, weightList, limitBytes);
    }

    /**
     * Runs a step: the turns' tokens go through all layers, their keys and values into their slots, and what they ask for is
     * read. What a turn gets does not depend on the others, up to rounding. A turn may not begin with a prefix that another
     * turn of the step writes.
     *
     * @param turns at least one; token ids within the vocabulary, see {@link #check}
     * @param cache holds the slots and prefixes of the turns; null if they have none
     */
    public StepResult step(List<Turn> turns, @Nullable KeyValueCache cache, Reading reading) {
        StepPlan plan = StepPlan.of(turns, reading, cache, !device.isCpu());
        try (Arguments arguments = new Arguments(manager)) {
            IValue uniforms =
                    reading.temperature() == 0 ? noNumbers : device.moved(arguments.floats(plan.uniforms()), arguments);
            IValue[] all = {
                arguments.integers(plan.plan()),
                arguments.longs(plan.index()),
                uniforms,
                arguments.decimal(reading.temperature()),
                arguments.decimal(reading.topP()),
                cache == null ? none : cache.tensors(),
                weightList,
                packedList,
                adapters.list(),
                frequencies,
                shape,
                epsilon,
                kind
            };
            long begun = System.nanoTime();
            float[] found = arguments.tensor(PROGRAM.call("step", all)).toFloatArray();
            nativeNanos.add(System.nanoTime() - begun);
            for (Turn turn : turns) {
                Slot slot = turn.slot();
                if (slot != null) {
                    slot.wrote(turn.cached() + turn.count());
                }
            }
            return plan.result(found);
        }
    }

    /**
     * Runs whole prompts and reads after each the most probable token and the log-probabilities of some tokens; nothing is
     * cached.
     *
     * @param tokenIds one row a prompt, of any lengths from 1
     * @param tokenTypes of the same lengths
     * @param asked tokens whose log-probabilities are wanted
     */
    public StepResult next(int[][] tokenIds, int[][] tokenTypes, int... asked) {
        List<Turn> turns = new ArrayList<>();
        for (int row = 0; row < tokenIds.length; row++) {
            check(tokenIds[row], tokenTypes[row]);
            turns.add(Turn.alone(tokenIds[row], tokenTypes[row], Turn.Read.SAMPLE));
        }
        StepResult sampled = step(turns, null, Reading.withLogProbs());
        if (asked.length == 0) {
            return sampled;
        }
        List<Turn> scored = turns.stream()
                .map(turn -> Turn.alone(turn.tokenIds(), turn.tokenTypes(), Turn.Read.SCORE))
                .toList();
        return new StepResult(
                sampled.tokenIds(),
                sampled.chosen(),
                step(scored, null, Reading.withLogProbs(asked)).asked());
    }

    /**
     * Checks what a native error would not name.
     *
     * @throws IllegalArgumentException if the sequence is empty or a token's id or type is not of this model
     */
    public void check(int[] tokenIds, int[] tokenTypes) {
        if (tokenIds.length == 0) {
            throw new IllegalArgumentException("a sequence is empty; it has at least one token");
        }
        if (tokenIds.length > config.maxPositions()) {
            throw new IllegalArgumentException("a sequence has " + tokenIds.length + " tokens, the model has "
                    + config.maxPositions() + " positions");
        }
        for (int id : tokenIds) {
            if (id < 0 || id >= config.vocabularySize()) {
                throw new IllegalArgumentException(
                        "token id " + id + " is not in [0, " + config.vocabularySize() + ")");
            }
        }
        int types = Math.max(1, config.tokenTypes());
        for (int type : tokenTypes) {
            if (type < 0 || type >= types) {
                throw new IllegalArgumentException("token type " + type + " is not in [0, " + types + ")");
            }
        }
    }

    /**
     * Low-rank adapters that turns may name by their place in the list. May be called while steps run: a step uses the list
     * that is there when it begins. Sequences that run and shared prefixes go by an adapter's number: while they are there,
     * a number keeps its adapter.
     *
     * @param loaded replaces the adapters of before, which the caller closes once no step uses them
     */
    public void use(Adapters loaded) {
        this.adapters = loaded;
    }

    /** Numbers as an array of this model's element type on its device. */
    PtNDArray adapted(PtNDManager owner, float[] numbers, Shape size) {
        try (PtNDArray made = (PtNDArray) owner.create(numbers, size);
                IValue tensor = IValue.from(made);
                IValue type = IValue.from(precision.scalarType());
                IValue cast = PROGRAM.call("cast", tensor, type)) {
            return device.moved(cast.toTensor(owner), owner);
        }
    }

    /**
     * Runs padded rows and returns everything there is to see. Needs the matrices as they are: {@link #loadPlain}.
     *
     * @param tokenIds int[B][T], any id where there is padding
     * @param tokenTypes int[B][T]
     * @param real boolean[B][T]: false at padding, before or after the tokens
     * @param positions int[B][T]: of each token in its own sequence
     */
    public Trace trace(int[][] tokenIds, int[][] tokenTypes, boolean[][] real, int[][] positions) {
        if (kernel != Kernel.PLAIN) {
            throw new IllegalStateException("a model loaded to serve cannot be traced; use loadPlain");
        }
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
        Arrays.asList(weightList, packedList, frequencies, shape, epsilon, kind, none, noNumbers)
                .forEach(IValue::close);
        weights.close();
        manager.close();
    }

    private static final class Int8Support {
        private static final boolean IS_THERE = works();

        private static boolean works() {
            try (IValue error = PROGRAM.call("int8_error")) {
                return error.toDouble() < MOST_INT8_ERROR;
            } catch (RuntimeException e) {
                return false;
            }
        }
    }
}
