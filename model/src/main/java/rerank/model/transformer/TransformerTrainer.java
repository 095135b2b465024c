package rerank.model.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import rerank.model.weights.WeightMap;

/**
 * A transformer whose weights are being trained: gradients and AdamW inside the same TorchScript program.
 *
 * <p>{@link #gradients} may be called by several threads at once (data parallel over micro-batches, one native thread
 * each); {@link #step} by one thread while no gradients are being computed. With one native thread a call
 * ({@link NativeThreads}) the same seed and batches give the same weights, however many threads share the work.
 */
public final class TransformerTrainer implements AutoCloseable {
    /** Weight of each loss in the sum that is differentiated. */
    public record LossWeights(float nextToken, float label, float listwise) {}

    /** AdamW and clipping; a {@code maxGradientNorm} of 0 does not clip. */
    public record AdamW(float beta1, float beta2, float epsilon, float weightDecay, float maxGradientNorm) {}

    /** Gradients of one micro-batch with its losses; closed by {@link #step}. */
    public interface Gradients extends AutoCloseable {
        /** Mean next-token loss in nats, 0 if the batch has no such target. */
        float nextTokenLoss();

        /** Mean label loss in nats. */
        float labelLoss();

        /** Mean listwise loss in nats. */
        float listwiseLoss();

        /** Share of groups whose best-scored row has the highest label; NaN without groups. */
        float groupAccuracy();

        @Override
        void close();
    }

    private static final int STATE_FORMAT = 0x52525431;

    private final Program program = ProgramHolder.TRAINING;
    private final TransformerConfig config;
    private final PtNDManager manager;
    private final List<NDArray> weights;

    /** Those of the weights that are not empty, with their optimizer state in the same order. */
    private final List<NDArray> trained;

    private final List<NDArray> firstMoments;
    private final List<NDArray> secondMoments;
    private final List<NDArray> stepCounts;
    private final NDArray inverseFrequencies;
    private final NDArray shape;
    private final NDArray epsilon;

    private TransformerTrainer(TransformerConfig config, PtNDManager manager, List<NDArray> weights) {
        this.config = config;
        this.manager = manager;
        this.weights = named("w[]", weights);
        this.trained = weights.stream().filter(weight -> weight.size() > 0).toList();
        this.firstMoments =
                named("m[]", trained.stream().map(NDArray::zerosLike).toList());
        this.secondMoments =
                named("v[]", trained.stream().map(NDArray::zerosLike).toList());
        this.stepCounts =
                named("s[]", trained.stream().map(weight -> manager.create(0f)).toList());
        this.inverseFrequencies = manager.create(config.inverseFrequencies());
        this.shape =
                manager.create(new long[] {config.layers(), config.heads(), config.keyValueHeads(), config.headSize()});
        this.epsilon = manager.create(config.normEpsilon());
    }

    /**
     * Fresh weights, drawn from normal distributions: embeddings with deviation 0.05, token types 0.02, matrices
     * 1 / sqrt(fan-in); what a block adds to the residual stream is scaled by {@code 0.25 / sqrt(2 x layers)} more, so
     * that at first it neither drowns the embeddings nor grows with depth. Norms are 1, biases 0.
     */
    public static TransformerTrainer fresh(TransformerConfig config, long seed) {
        PtNDManager manager = Program.newManager();
        List<NDArray> weights = new ArrayList<>();
        for (FreshWeights.Values values : FreshWeights.of(config, seed)) {
            weights.add(manager.create(values.numbers(), new Shape(values.shape())));
        }
        return new TransformerTrainer(config, manager, weights);
    }

    /** Starts from a checkpoint directory, in float32. */
    public static TransformerTrainer from(Path checkpoint) {
        TransformerConfig config = ConfigFile.read(checkpoint.resolve("config.json"));
        PtNDManager manager = Program.newManager();
        List<NDArray> weights = new ArrayList<>();
        try (var files = (PtNDManager) manager.newSubManager();
                Weights mapped = Weights.load(checkpoint, config, Precision.FLOAT32, files)) {
            // Copies: what was loaded in inference mode cannot be part of a gradient.
            for (PtNDArray tensor : mapped.tensors()) {
                weights.add(manager.create(tensor.toFloatArray(), tensor.getShape()));
            }
        }
        return new TransformerTrainer(config, manager, weights);
    }

    /**
     * Computes losses and gradients of one micro-batch.
     *
     * @throws IllegalArgumentException if the batch does not fit the model, or no position of it carries a loss
     */
    public Gradients gradients(TrainingBatch batch, LossWeights lossWeights) {
        PackedBatch packed = PackedBatch.of(batch, config);
        var own = (PtNDManager) manager.newSubManager();
        var rows = new Shape(packed.rows(), packed.time());
        var groups = new Shape(packed.rows() / batch.groupSize(), batch.groupSize());
        NDList arguments = new NDList(
                own.create(packed.tokenIds(), rows),
                own.create(packed.tokenTypes(), rows),
                own.create(packed.nextPositions()),
                own.create(packed.nextTokens()),
                own.create(packed.nextWeights()),
                own.create(packed.labelPositions()),
                own.create(packed.labelTargets()),
                own.create(packed.labelWeights()),
                own.create(packed.listwiseTargets(), groups),
                own.create(packed.listwiseMask(), groups),
                own.create(java.util.Arrays.stream(batch.labelTokens())
                        .asLongStream()
                        .toArray()),
                own.create(new float[] {lossWeights.nextToken(), lossWeights.label(), lossWeights.listwise()}));
        arguments.addAll(weights);
        arguments.add(inverseFrequencies);
        arguments.add(shape);
        arguments.add(epsilon);
        arguments.add(method(own, "gradients"));
        NDList found = program.callForTraining(arguments);
        float[] losses = found.get(0).toFloatArray();
        float accuracy = packed.groupAccuracy(found.get(1).toFloatArray(), batch);
        return new NativeGradients(own, named("g[]", found.subList(2, found.size())), losses, accuracy);
    }

    /**
     * Averages the gradients, clips them by global norm, and takes one AdamW step; weight decay on matrices only. Closes
     * the gradients.
     *
     * @return the norm before clipping
     */
    public float step(List<Gradients> gradients, float learningRate, AdamW adamW) {
        if (gradients.isEmpty()) {
            throw new IllegalArgumentException("a step needs gradients of at least one micro-batch");
        }
        try (var own = (PtNDManager) manager.newSubManager()) {
            // Results go to the manager of the first argument, which must therefore be one of this call.
            NDList toAverage = new NDList(own.create(adamW.maxGradientNorm()), own.create((long) trained.size()));
            gradients.forEach(each -> toAverage.addAll(((NativeGradients) each).arrays()));
            toAverage.add(method(own, "average"));
            NDList found = program.callForTraining(toAverage);
            List<NDArray> averages = named("g[]", found.subList(1, found.size()));
            adamW(own, averages, learningRate, adamW, true);
            adamW(own, averages, learningRate, adamW, false);
            return found.head().toFloatArray()[0];
        } finally {
            gradients.forEach(Gradients::close);
        }
    }

    /** Steps the matrices, which decay, or the vectors, which do not. */
    private void adamW(PtNDManager own, List<NDArray> averages, float rate, AdamW adamW, boolean matrices) {
        NDList arguments = new NDList(own.create(
                new float[] {rate, adamW.beta1(), adamW.beta2(), adamW.epsilon(), matrices ? adamW.weightDecay() : 0}));
        for (List<NDArray> arrays : List.of(averages, trained, firstMoments, secondMoments, stepCounts)) {
            for (int i = 0; i < arrays.size(); i++) {
                if (matrices == trained.get(i).getShape().dimension() > 1) {
                    arguments.add(arrays.get(i));
                }
            }
        }
        arguments.add(method(own, "adamw"));
        program.callForTraining(arguments);
    }

    /** A transformer over the current weights, for evaluation between steps; it sees later steps too. */
    public Transformer transformer() {
        return Transformer.over(config, tensors());
    }

    /** The shape. */
    public TransformerConfig config() {
        return config;
    }

    /** Writes {@code config.json} and {@code model.safetensors} in Hugging Face names, as float32 or bf16. */
    public void save(Path directory, boolean bf16) {
        ConfigFile.write(config, directory.resolve("config.json"), bf16);
        Weights.write(directory.resolve(WeightMap.SINGLE_FILE), config, tensors(), bf16);
    }

    /** Writes weights, optimizer moments and step count, so that {@link #restore} continues the same curve. */
    public void saveState(Path file) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
                out.writeInt(STATE_FORMAT);
                out.writeInt(trained.size());
                for (List<NDArray> arrays : state()) {
                    for (NDArray array : arrays) {
                        write(out, array.toFloatArray());
                    }
                }
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("training state " + file + ": cannot be written", e);
        }
    }

    /**
     * Reads what {@link #saveState} wrote.
     *
     * @throws IllegalArgumentException if the file is no such state, or that of another shape
     */
    public void restore(Path file) {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            if (in.readInt() != STATE_FORMAT || in.readInt() != trained.size()) {
                throw new IllegalArgumentException(
                        "training state " + file + ": not a state of a model with " + trained.size() + " tensors");
            }
            for (List<NDArray> arrays : state()) {
                for (NDArray array : arrays) {
                    array.set(read(in, file, (int) array.size()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("training state " + file + ": cannot be read", e);
        }
    }

    @Override
    public void close() {
        manager.close();
    }

    /** All weights in the order of {@link WeightLayout}. */
    PtNDArray[] tensors() {
        return weights.toArray(PtNDArray[]::new);
    }

    private List<List<NDArray>> state() {
        return List.of(trained, firstMoments, secondMoments, stepCounts);
    }

    private static void write(DataOutputStream out, float[] values) throws IOException {
        out.writeInt(values.length);
        for (float value : values) {
            out.writeFloat(value);
        }
    }

    private static float[] read(DataInputStream in, Path file, int expected) throws IOException {
        int length = in.readInt();
        if (length != expected) {
            throw new IllegalArgumentException("training state " + file + ": a tensor of " + length
                    + " numbers where the model has " + expected + "; was the shape changed?");
        }
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = in.readFloat();
        }
        return values;
    }

    /** The argument that picks the method of the program. */
    private static NDArray method(PtNDManager manager, String name) {
        NDArray picked = manager.create(0f);
        picked.setName("module_method:" + name);
        return picked;
    }

    private static List<NDArray> named(String name, List<NDArray> arrays) {
        arrays.forEach(array -> array.setName(name));
        return List.copyOf(arrays);
    }

    record NativeGradients(PtNDManager manager, List<NDArray> arrays, float[] losses, float groupAccuracy)
            implements Gradients {
        @Override
        public float nextTokenLoss() {
            return losses[0];
        }

        @Override
        public float labelLoss() {
            return losses[1];
        }

        @Override
        public float listwiseLoss() {
            return losses[2];
        }

        @Override
        public void close() {
            manager.close();
        }
    }

    private static final class ProgramHolder {
        private static final Program TRAINING = Program.load("Training", "blocks.py", "training.py");
    }
}
