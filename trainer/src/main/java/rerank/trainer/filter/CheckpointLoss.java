package rerank.trainer.filter;

import java.nio.file.Path;
import java.util.Arrays;
import rerank.model.RerankerSettings;
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.PromptTemplate;
import rerank.model.prompt.TrainingSequence;
import rerank.model.ranking.Pair;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.TrainingBatch;
import rerank.model.transformer.TransformerTrainer;
import rerank.model.transformer.TransformerTrainer.LossWeights;
import rerank.trainer.example.Example;

/**
 * The losses of a checkpoint, computed as in training. The gradients that come with them are thrown away: a third of the
 * work would do, but this is the one place that computes losses of whole sequences. Not safe for use by several threads.
 */
public final class CheckpointLoss implements SequenceLoss {
    private static final LossWeights NEXT_TOKEN = new LossWeights(1, 0, 0);
    private static final int[] NO_LABELS = {0, 1, 2};

    private final Tokenizer tokenizer;
    private final TransformerTrainer weights;
    private final PromptBuilder prompts;
    private final int maxTokens;

    /**
     * Loads a checkpoint directory.
     *
     * @throws rerank.model.weights.CheckpointException saying what is wrong with it
     */
    public CheckpointLoss(Path checkpoint) {
        this.tokenizer = Tokenizer.load(checkpoint);
        try {
            this.weights = TransformerTrainer.from(checkpoint);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
        RerankerSettings settings = RerankerSettings.read(checkpoint, weights.config());
        this.prompts = new PromptBuilder(
                PromptTemplate.load(settings.promptTemplate()), tokenizer, settings.maxPromptTokens());
        this.maxTokens = weights.config().maxPositions();
    }

    @Override
    public double given(Example example) {
        TrainingSequence sequence = sequence(example);
        return loss(sequence.sequence().tokenIds(), sequence.sequence().tokenTypes(), sequence.targets());
    }

    /** The prompt's last token stays, since something must come before the first token that is foreseen. */
    @Override
    public double alone(Example example) {
        TrainingSequence sequence = sequence(example);
        int[] ids = sequence.sequence().tokenIds();
        int from = 0;
        while (!sequence.targets()[from]) {
            from++;
        }
        return loss(
                Arrays.copyOfRange(ids, from, ids.length),
                Arrays.copyOfRange(sequence.sequence().tokenTypes(), from, ids.length),
                Arrays.copyOfRange(sequence.targets(), from, ids.length));
    }

    private TrainingSequence sequence(Example example) {
        return prompts.trainingSequence(
                example.query(), example.candidate(), example.label(), example.explanation(), Pair.Task.EXPLAIN);
    }

    /** An explanation that the model's positions do not hold is cut for both losses alike. */
    private double loss(int[] tokenIds, int[] tokenTypes, boolean[] targets) {
        int length = Math.min(tokenIds.length, maxTokens);
        float[] targetWeights = new float[length];
        for (int t = 0; t + 1 < length; t++) {
            targetWeights[t] = targets[t] ? 1 : 0;
        }
        TrainingBatch batch = new TrainingBatch(
                new int[][] {Arrays.copyOf(tokenIds, length)},
                new int[][] {Arrays.copyOf(tokenTypes, length)},
                new int[] {length},
                new float[][] {targetWeights},
                new int[] {-1},
                new int[] {0},
                new boolean[] {false},
                1,
                NO_LABELS);
        try (TransformerTrainer.Gradients gradients = weights.gradients(batch, NEXT_TOKEN)) {
            return gradients.nextTokenLoss();
        }
    }

    @Override
    public void close() {
        weights.close();
        tokenizer.close();
    }
}
