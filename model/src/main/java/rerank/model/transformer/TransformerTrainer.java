package rerank.model.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rerank.model.adapter.Adapter;
import rerank.model.adapter.AdapterConfig;
import rerank.model.weights.WeightMap;

/**
 * A transformer that is being trained, all its weights or an adapter beside them: gradients, AdamW and Muon inside
 * one TorchScript program.
 *
 * <p>{@link #gradients} may be called by several threads at once (data parallel over micro-batches, one native thread
 * each); {@link #step} by one thread while no gradients are being computed. With one native thread a call
 * ({@link NativeThreads}) the same seed and batches give the same weights, however many threads share the work.
 */
public final class TransformerTrainer implements AutoCloseable {
    /** Weight of each loss in the sum that is differentiated. */
    public record LossWeights(float nextToken, float label, float listwise) {}

    /** Weight of each loss of a {@link ListBatch} in the sum that is differentiated. */
    public record ListLossWeights(float list, float grade, float divergence) {}

    /**
     * Gradients of a {@link ListBatch} with its losses, each the weighted sum that the batch asks for.
     *
     * @param gradients to be added to others and given to {@link #step}
     * @param list cross-entropy of the lists, in nats
     * @param grade cross-entropy of the grades, in nats
     * @param divergence KL(model || reference) of the labels, in nats
     * @param scores expected label over 2 of each row, before the gradients are applied
     */
    public record ListGradients(Gradients gradients, float list, float grade, float divergence, float[] scores) {}

    /**
     * AdamW and clipping.
     *
     * @param weightDecay of matrices
     * @param maxGradientNorm global norm that gradients are cut to; 0 does not cut
     * @param muonMomentum of Muon (Jordan et al., 2024, scaled as by Liu et al., arXiv:2502.16982), which then steps the
     *     matrices of the blocks in AdamW's place with the same rate and decay; 0 leaves all to AdamW
     */
    public record AdamW(
            float beta1, float beta2, float epsilon, float weightDecay, float maxGradientNorm, float muonMomentum) {
        /** AdamW for all that is trained. */
        public AdamW(float beta1, float beta2, float epsilon, float weightDecay, float maxGradientNorm) {
            this(beta1, beta2, epsilon, weightDecay, maxGradientNorm, 0);
        }
    }

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

    /** Before it stand embedding, final norm, head and token types, see {@link WeightLayout}. */
    private static final int FIRST_OF_BLOCKS = 4;

    private final Program program = ProgramHolder.TRAINING;
    private final TransformerConfig config;
    private final TrainerSetup setup;
    private final PtNDManager manager;
    private final List<NDArray> weights;
    private final List<NDArray> adapter;

    /** Those of the weights, or of the adapter, that are not empty. */
    private final List<NDArray> trained;

    private final NDArray inverseFrequencies;
    private final NDArray shape;

    /** Made at the first step; a trainer that takes none, such as a reference, has none. */
    private @Nullable Optimizer optimizer;

    /** Weights with the adapter in them, as of the last evaluation; null where there is no adapter. */
    private @Nullable PtNDManager mergedManager;

    private PtNDArray[] merged = new PtNDArray[0];

    private TransformerTrainer(
            TransformerConfig config, TrainerSetup setup, PtNDManager manager, List<NDArray> weights, long seed) {
        this.config = config;
        this.setup = setup;
        this.manager = manager;
        this.weights = named("w[]", weights);
        this.adapter = named("a[]", new StartingWeights(manager, setup).adapter(config, seed));
        this.trained = (setup.adapter() == null ? weights : adapter)
                .stream().filter(array -> array.size() > 0).toList();
        this.inverseFrequencies = manager.create(config.inverseFrequencies());
        this.shape =
                manager.create(new long[] {config.layers(), config.heads(), config.keyValueHeads(), config.headSize()});
    }

    /** {@link #fresh(TransformerConfig, TrainerSetup, long)} with {@link TrainerSetup#PLAIN}. */
    public static TransformerTrainer fresh(TransformerConfig config, long seed) {
        return fresh(config, TrainerSetup.PLAIN, seed);
    }

    /**
     * Fresh weights, drawn from normal distributions: embeddings with deviation 0.05, token types 0.02, matrices
     * 1 / sqrt(fan-in); what a block adds to the residual stream is scaled by {@code 0.25 / sqrt(2 x layers)} more, so
     * that at first it neither drowns the embeddings nor grows with depth. Norms are 1, biases 0.
     */
    public static TransformerTrainer fresh(TransformerConfig config, TrainerSetup setup, long seed) {
        PtNDManager manager = Program.newManager();
        return new TransformerTrainer(
                config, setup, manager, new StartingWeights(manager, setup).fresh(config, seed), seed);
    }

    /** Weights of this shape made of native random numbers, quickly: for measuring how fast training is, not for training. */
    public static TransformerTrainer random(TransformerConfig config, TrainerSetup setup) {
        PtNDManager manager = Program.newManager();
        return new TransformerTrainer(config, setup, manager, new StartingWeights(manager, setup).random(config), 1);
    }

    /** Starts from a checkpoint directory, with {@link TrainerSetup#PLAIN}. */
    public static TransformerTrainer from(Path checkpoint) {
        return from(checkpoint, TrainerSetup.PLAIN, 0);
    }

    /**
     * Starts from a checkpoint directory.
     *
     * @param seed of a fresh adapter; not used without one
     */
    public static TransformerTrainer from(Path checkpoint, TrainerSetup setup, long seed) {
        TransformerConfig config = ConfigFile.read(checkpoint.resolve("config.json"));
        PtNDManager manager = Program.newManager();
        return new TransformerTrainer(
                config, setup, manager, new StartingWeights(manager, setup).of(checkpoint, config), seed);
    }

    /**
     * Computes losses and gradients of one micro-batch.
     *
     * @param seed of the adapter's dropout; not used without one
     * @throws IllegalArgumentException if the batch does not fit the model, or no position of it carries a loss
     */
    public Gradients gradients(TrainingBatch batch, LossWeights lossWeights, int seed) {
        PackedBatch packed = PackedBatch.of(batch, config);
        var own = (PtNDManager) manager.newSubManager();
        var groups = new Shape(packed.tokens().rows() / batch.groupSize(), batch.groupSize());
        NDList arguments = inputs(own, packed);
        arguments.addAll(new NDList(
                own.create(packed.nextWeights()),
                own.create(packed.labelPositions()),
                own.create(packed.labelTargets()),
                own.create(packed.labelWeights()),
                own.create(packed.listwiseTargets(), groups),
                own.create(packed.listwiseMask(), groups),
                own.create(Arrays.stream(batch.labelTokens()).asLongStream().toArray()),
                own.create(new float[] {lossWeights.nextToken(), lossWeights.label(), lossWeights.listwise()})));
        addModel(own, arguments, seed);
        arguments.add(method(own, setup.adapter() == null ? "gradients" : "adapter_gradients"));
        NDList found = program.callForTraining(arguments);
        float[] losses = found.get(0).toFloatArray();
        float accuracy = packed.groupAccuracy(found.get(1).toFloatArray(), batch);
        return new NativeGradients(own, named("g[]", found.subList(2, found.size())), losses, accuracy);
    }

    /**
     * Computes losses and gradients of one micro-batch of lists that users acted on.
     *
     * @param seed of the adapter's dropout; not used without one
     * @throws IllegalArgumentException if the batch does not fit the model
     */
    public ListGradients gradients(ListBatch batch, ListLossWeights lossWeights, int seed) {
        PackedRows rows = PackedRows.of(batch.tokenIds(), batch.tokenTypes(), config);
        var own = (PtNDManager) manager.newSubManager();
        var shape = new Shape(batch.lists().length, batch.longest());
        NDList arguments = tokens(own, rows);
        arguments.addAll(new NDList(
                own.create(batch.flatRows(), shape),
                own.create(batch.flatReference(), new Shape(rows.rows(), 3)),
                own.create(batch.divergenceWeights()),
                own.create(rows.among(batch.labelPositions())),
                own.create(Arrays.stream(batch.grades()).asLongStream().toArray()),
                own.create(batch.gradeWeights()),
                own.create(batch.flatTargets(), shape),
                own.create(batch.flatOffsets(), shape),
                own.create(Arrays.stream(batch.labelTokens()).asLongStream().toArray()),
                own.create(new float[] {lossWeights.list(), lossWeights.grade(), lossWeights.divergence()}),
                own.create(new float[] {batch.logOddsScale(), batch.temperature(), batch.marginScale()})));
        addModel(own, arguments, seed);
        arguments.add(method(own, setup.adapter() == null ? "list_gradients" : "adapter_list_gradients"));
        NDList found = program.callForTraining(arguments);
        float[] losses = found.get(0).toFloatArray();
        float[] scores = found.get(1).toFloatArray();
        return new ListGradients(
                new NativeGradients(own, named("g[]", found.subList(2, found.size())), losses, Float.NaN),
                losses[0],
                losses[1],
                losses[2],
                scores);
    }

    /** {@link #gradients(TrainingBatch, LossWeights, int)} for what has no dropout. */
    public Gradients gradients(TrainingBatch batch, LossWeights lossWeights) {
        return gradients(batch, lossWeights, 0);
    }

    /**
     * Natural-log probabilities of a batch's next tokens, without dropout.
     *
     * @return float[B][T]: of {@code tokenIds[b][t + 1]} at position t, 0 where no weight says that it is wanted
     */
    public float[][] logProbs(TrainingBatch batch) {
        PackedBatch packed = PackedBatch.of(batch, config);
        int[] starts = packed.tokens().starts();
        float[][] rows = new float[starts.length][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = new float[batch.tokenIds()[row].length];
        }
        try (var own = (PtNDManager) manager.newSubManager()) {
            NDList arguments = inputs(own, packed);
            addModel(own, arguments, 0);
            arguments.add(method(own, setup.adapter() == null ? "log_probs" : "adapter_log_probs"));
            float[] found = program.callForTraining(arguments).head().toFloatArray();
            int row = 0;
            for (int i = 0; i < found.length && packed.nextWeights()[i] != 0; i++) {
                int position = (int) packed.nextPositions()[i];
                while (row + 1 < starts.length && starts[row + 1] <= position) {
                    row++;
                }
                rows[row][position - starts[row]] = found[i];
            }
        }
        return rows;
    }

    /**
     * Natural-log probabilities of the three labels among themselves, without dropout.
     *
     * @param labelPositions whose logits predict the label, one a row
     * @return float[B][3]
     */
    public float[][] labelLogProbs(int[][] tokenIds, int[][] tokenTypes, int[] labelPositions, int[] labelTokens) {
        PackedRows rows = PackedRows.of(tokenIds, tokenTypes, config);
        try (var own = (PtNDManager) manager.newSubManager()) {
            NDList arguments = tokens(own, rows);
            arguments.add(own.create(rows.among(labelPositions)));
            arguments.add(own.create(Arrays.stream(labelTokens).asLongStream().toArray()));
            addModel(own, arguments, 0);
            arguments.add(method(own, setup.adapter() == null ? "label_log_probs" : "adapter_label_log_probs"));
            float[] found = program.callForTraining(arguments).head().toFloatArray();
            float[][] logProbs = new float[rows.rows()][];
            for (int row = 0; row < logProbs.length; row++) {
                logProbs[row] = Arrays.copyOfRange(found, 3 * row, 3 * row + 3);
            }
            return logProbs;
        }
    }

    /** Tokens, and the positions and targets of the next-token loss. */
    private static NDList inputs(PtNDManager own, PackedBatch packed) {
        NDList arguments = tokens(own, packed.tokens());
        arguments.add(own.create(packed.nextPositions()));
        arguments.add(own.create(packed.nextTokens()));
        return arguments;
    }

    private static NDList tokens(PtNDManager own, PackedRows rows) {
        return new NDList(own.create(rows.tokenIds()), own.create(rows.tokenTypes()), own.create(rows.lengths()));
    }

    private void addModel(PtNDManager own, NDList arguments, int seed) {
        arguments.addAll(weights);
        arguments.addAll(adapter);
        arguments.add(inverseFrequencies);
        arguments.add(shape);
        arguments.add(settings(own, seed));
    }

    private NDArray settings(PtNDManager own, int seed) {
        AdapterConfig with = setup.adapter();
        return own.create(new double[] {
            config.normEpsilon(),
            setup.precision().scalarType(),
            setup.recomputesActivations() ? 1 : 0,
            with == null ? 0 : with.scaling(),
            with == null ? 0 : with.dropout(),
            seed
        });
    }

    /**
     * Adds the gradients of a further micro-batch, in place, and closes them; a step of several micro-batches is taken
     * on their sum, so that no more than the sum and those in work are held.
     *
     * @return the first
     */
    public Gradients add(Gradients into, Gradients more) {
        var sum = (NativeGradients) into;
        var added = (NativeGradients) more;
        try (var own = (PtNDManager) manager.newSubManager()) {
            NDList arguments = new NDList(sum.arrays());
            arguments.addAll(named("h[]", added.arrays()));
            arguments.add(method(own, "accumulate"));
            program.callForTraining(arguments).close();
        } finally {
            added.close();
        }
        sum.count(added);
        return sum;
    }

    /**
     * Averages gradients over the micro-batches that were summed in them, clips them by global norm, and takes one step
     * of AdamW, or of AdamW and Muon; weight decay on matrices only. Closes the gradients.
     *
     * @return the norm before clipping
     */
    public float step(Gradients gradients, float learningRate, AdamW adamW) {
        var sum = (NativeGradients) gradients;
        closeMerged();
        try (var own = (PtNDManager) manager.newSubManager()) {
            NDList toAverage = new NDList(own.create(adamW.maxGradientNorm()), own.create((long) sum.batches()));
            toAverage.addAll(sum.arrays());
            toAverage.add(method(own, "average"));
            float norm = program.callForTraining(toAverage).head().toFloatArray()[0];
            optimizer().step(own, sum.arrays(), learningRate, adamW);
            return norm;
        } finally {
            gradients.close();
        }
    }

    /** Whether a trained tensor is a matrix of a block: not an embedding, the head, an adapter or a vector. */
    private boolean isMatrixOfBlock(NDArray array) {
        return setup.adapter() == null
                && array.getShape().dimension() > 1
                && weights.subList(FIRST_OF_BLOCKS, weights.size()).stream().anyMatch(each -> each == array);
    }

    private Optimizer optimizer() {
        if (optimizer == null) {
            optimizer = new Optimizer(
                    program,
                    setup.precision(),
                    manager,
                    trained,
                    trained.stream().map(this::isMatrixOfBlock).toList());
        }
        return optimizer;
    }

    /**
     * A transformer over the current weights, for evaluation between steps, which end it; several threads may each take
     * one in turn.
     */
    public synchronized Transformer transformer() {
        return Transformer.over(config, setup.adapter() == null ? tensors() : merged());
    }

    private PtNDArray[] merged() {
        if (mergedManager == null) {
            var made = (PtNDManager) manager.newSubManager();
            NDList arguments = new NDList(made.create(
                    new long[] {config.layers(), config.heads(), config.keyValueHeads(), config.headSize()}));
            arguments.add(settings(made, 0));
            arguments.addAll(weights);
            arguments.addAll(adapter);
            arguments.add(method(made, "merged"));
            merged = program.callForTraining(arguments).stream()
                    .map(PtNDArray.class::cast)
                    .toArray(PtNDArray[]::new);
            mergedManager = made;
        }
        return merged;
    }

    private void closeMerged() {
        if (mergedManager != null) {
            mergedManager.close();
            mergedManager = null;
        }
    }

    /** The shape. */
    public TransformerConfig config() {
        return config;
    }

    /** Number of trained numbers. */
    public long parameters() {
        return trained.stream().mapToLong(NDArray::size).sum();
    }

    /**
     * Writes what was trained: {@code config.json} and {@code model.safetensors} in Hugging Face names, as float32 or
     * bf16; or the adapter alone, in PEFT's layout, as float32.
     */
    public void save(Path directory, boolean bf16) {
        AdapterConfig trainedAdapter = setup.adapter();
        if (trainedAdapter == null) {
            ConfigFile.write(config, directory.resolve("config.json"), bf16);
            Weights.write(directory.resolve(WeightMap.SINGLE_FILE), config, tensors(), bf16);
        } else {
            Adapter.write(
                    directory,
                    trainedAdapter,
                    AdapterLayout.tensors(AdapterLayout.of(config, trainedAdapter), adapter));
        }
    }

    /** Writes what is trained, optimizer moments and step count, so that {@link #restore} continues the same curve. */
    public void saveState(Path file) {
        TrainingState.write(file, trained.size(), state());
    }

    /**
     * Reads what {@link #saveState} wrote.
     *
     * @throws IllegalArgumentException if the file is no such state, or that of another shape
     */
    public void restore(Path file) {
        closeMerged();
        TrainingState.read(file, trained.size(), state());
    }

    @Override
    public void close() {
        manager.close();
    }

    /** All weights in the order of {@link WeightLayout}. */
    PtNDArray[] tensors() {
        return weights.toArray(PtNDArray[]::new);
    }

    /** What is trained, in order. */
    List<NDArray> trained() {
        return trained;
    }

    private List<List<NDArray>> state() {
        List<List<NDArray>> state = new ArrayList<>(List.of(trained));
        state.addAll(optimizer().state());
        return state;
    }

    /** The argument that picks the method of the program. */
    static NDArray method(PtNDManager manager, String name) {
        NDArray picked = manager.create(0f);
        picked.setName("module_method:" + name);
        return picked;
    }

    static List<NDArray> named(String name, List<NDArray> arrays) {
        arrays.forEach(array -> array.setName(name));
        return List.copyOf(arrays);
    }

    /** The program of training, for what measures with it. */
    static Program program() {
        return ProgramHolder.TRAINING;
    }

    private static final class ProgramHolder {
        private static final Program TRAINING = Program.load("Training", "blocks.py", "training.py");
    }
}
