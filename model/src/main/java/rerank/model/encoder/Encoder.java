package rerank.model.encoder;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import rerank.model.tokenizer.PairTokens;
import rerank.model.transformer.Arguments;
import rerank.model.transformer.Precision;
import rerank.model.transformer.Program;
import rerank.model.transformer.Weights;
import rerank.model.weights.ConfigJson;

/**
 * A cross-encoder with immutable weights: pairs in, the head's logits out, one native call over all layers for as many
 * pairs as are given. Pairs of any lengths may come together; none is padded, so the cost is that of their tokens.
 *
 * <p>Its calls may come from several threads, see {@link rerank.model.transformer.NativeThreads}. Native memory of a call
 * is freed when it returns; the weights, when this object is closed, which must not happen during a call.
 */
public final class Encoder implements AutoCloseable {
    /** Each loaded with the first model of its family, and kept. */
    private static final Map<Family, Program> PROGRAMS = new ConcurrentHashMap<>();

    private final EncoderConfig config;
    private final Program program;
    private final PtNDManager manager;
    private final Weights weights;
    private final IValue weightList;
    private final IValue shape;
    private final IValue epsilon;
    private final IValue rotary;

    private Encoder(EncoderConfig config, PtNDManager manager, Weights weights) {
        this.config = config;
        this.program = PROGRAMS.computeIfAbsent(Family.of(config.family()).orElseThrow(), Family::load);
        this.manager = manager;
        this.weights = weights;
        this.weightList = IValue.listFrom(weights.tensors());
        this.shape = IValue.listFrom(shape(config));
        this.epsilon = IValue.from(config.normEpsilon());
        this.rotary = IValue.listFrom(rotary(config, manager));
    }

    /**
     * Loads a Hugging Face checkpoint directory. Weights stored as the precision wants them are memory-mapped, except
     * where they are stacked; others are converted.
     *
     * @throws rerank.model.weights.CheckpointException saying what is wrong with the directory, also that it holds no head
     *     to rank by
     * @throws IllegalArgumentException for int8, which is of language models
     */
    public static Encoder load(Path checkpoint, Precision precision) {
        if (precision == Precision.INT8) {
            throw new IllegalArgumentException("checkpoint " + checkpoint
                    + " is a cross-encoder, which computes in float32 or bfloat16, not in int8");
        }
        EncoderConfig config = EncoderConfig.read(checkpoint.resolve(ConfigJson.FILE));
        PtNDManager manager = Program.newManager();
        try {
            return new Encoder(config, manager, Weights.load(checkpoint, EncoderLayout.of(config), precision, manager));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** The shape. */
    public EncoderConfig config() {
        return config;
    }

    /**
     * Runs pairs together.
     *
     * @return float[pairs][labels], in the order of the pairs
     */
    public float[][] logits(List<PairTokens> pairs) {
        PackedRows rows = PackedRows.of(pairs, config);
        float[][] logits = new float[pairs.size()][];
        try (Arguments arguments = new Arguments(manager)) {
            PtNDArray result = arguments.tensor(program.call("classify", all(rows, arguments)));
            float[][] inRows = Arguments.rows(result);
            for (int row = 0; row < inRows.length; row++) {
                logits[rows.order()[row]] = inRows[row];
            }
        }
        return logits;
    }

    /** Runs pairs together and returns everything there is to see, in the order of the pairs. */
    public List<EncoderTrace> trace(List<PairTokens> pairs) {
        PackedRows rows = PackedRows.of(pairs, config);
        EncoderTrace[] traces = new EncoderTrace[pairs.size()];
        try (Arguments arguments = new Arguments(manager)) {
            PtNDArray[] result = arguments.tuple(program.call("trace", all(rows, arguments)));
            float[][] logits = Arguments.rows(result[0]);
            float[][] hidden = Arguments.rows(result[1]);
            float[][] norms = Arguments.rows(result[2]);
            for (int row = 0; row < traces.length; row++) {
                int from = (int) rows.starts()[row];
                int to = from + pairs.get(rows.order()[row]).length();
                traces[rows.order()[row]] = new EncoderTrace(
                        logits[row], Arrays.copyOfRange(hidden, from, to), Arrays.copyOfRange(norms, from, to));
            }
        }
        return List.of(traces);
    }

    private IValue[] all(PackedRows rows, Arguments arguments) {
        return new IValue[] {
            arguments.longs(rows.tokenIds()),
            arguments.longs(rows.tokenTypes()),
            arguments.longs(rows.positions()),
            arguments.longs(rows.starts()),
            arguments.integers(rows.groups()),
            weightList,
            shape,
            epsilon,
            rotary
        };
    }

    @Override
    public void close() {
        weightList.close();
        shape.close();
        epsilon.close();
        rotary.close();
        weights.close();
        manager.close();
    }

    /** As told at the top of {@code encoder.py} and {@code modernbert.py}. */
    private static long[] shape(EncoderConfig config) {
        EncoderConfig.ModernBert modern = config.modernBert();
        if (modern == null) {
            return new long[] {config.layers(), config.heads()};
        }
        long[] shape = new long[4 + config.layers()];
        shape[0] = config.layers();
        shape[1] = config.heads();
        shape[2] = modern.mean() ? 1 : 0;
        shape[3] = modern.reach();
        for (int layer = 0; layer < config.layers(); layer++) {
            shape[4 + layer] = modern.looksEverywhere().get(layer) ? 1 : 0;
        }
        return shape;
    }

    private static PtNDArray[] rotary(EncoderConfig config, PtNDManager manager) {
        EncoderConfig.ModernBert modern = config.modernBert();
        if (modern == null) {
            return new PtNDArray[0];
        }
        int headSize = config.hiddenSize() / config.heads();
        return new PtNDArray[] {
            (PtNDArray) manager.create(frequencies(modern.theta(), headSize)),
            (PtNDArray) manager.create(frequencies(modern.nearbyTheta(), headSize))
        };
    }

    private static float[] frequencies(double theta, int headSize) {
        float[] frequencies = new float[headSize / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(theta, -2.0 * i / headSize);
        }
        return frequencies;
    }
}
