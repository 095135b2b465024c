package rerank.trainer.distillation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import rerank.model.transformer.TrainingBatch;
import rerank.model.transformer.TransformerTrainer.LossWeights;

/**
 * The rows of one optimizer step, cut into micro-batches.
 *
 * <p>Each loss of a batch is a mean over that batch, and a step averages the gradients of its micro-batches, which
 * weighs a target in a small micro-batch more than one in a large one. {@link #weights} undoes that, so that a step of
 * eight micro-batches follows the same gradient as one batch of all rows.
 */
public record MicroBatches(List<TrainingBatch> batches) {
    public MicroBatches {
        batches = List.copyOf(batches);
    }

    /**
     * Cuts groups into micro-batches.
     *
     * @param groups each of {@code groupSize} rows
     * @param groupsPerBatch the last batch may have fewer
     * @param labelTokens the three label tokens
     */
    public static MicroBatches of(List<List<TrainingRow>> groups, int groupsPerBatch, int[] labelTokens) {
        List<TrainingBatch> batches = new ArrayList<>();
        for (int start = 0; start < groups.size(); start += groupsPerBatch) {
            List<TrainingRow> rows = groups.subList(start, Math.min(groups.size(), start + groupsPerBatch)).stream()
                    .flatMap(List::stream)
                    .toList();
            batches.add(batch(rows, groups.get(0).size(), labelTokens));
        }
        // The longest first: threads that share them then end at about the same time.
        batches.sort(Comparator.comparingLong((TrainingBatch batch) -> -tokens(batch)));
        return new MicroBatches(batches);
    }

    /** The weights to use for one of the batches, so that averaging the gradients gives means over all rows. */
    public LossWeights weights(int index, LossWeights wanted) {
        Counts all = new Counts(0, 0, 0);
        for (TrainingBatch batch : batches) {
            all = all.plus(Counts.of(batch));
        }
        Counts own = Counts.of(batches.get(index));
        int n = batches.size();
        return new LossWeights(
                wanted.nextToken() * share(own.targets(), all.targets(), n),
                wanted.label() * share(own.labels(), all.labels(), n),
                wanted.listwise() * share(own.groups(), all.groups(), n));
    }

    /** Means over all rows of what each batch reports as its mean. */
    public Losses mean(List<Losses> each) {
        double next = 0;
        double label = 0;
        double listwise = 0;
        double accuracy = 0;
        Counts all = new Counts(0, 0, 0);
        for (int i = 0; i < each.size(); i++) {
            Counts own = Counts.of(batches.get(i));
            next += own.targets() * each.get(i).nextToken();
            label += (double) own.labels() * each.get(i).label();
            listwise += (double) own.groups() * each.get(i).listwise();
            accuracy += own.groups() == 0 ? 0 : own.groups() * each.get(i).groupAccuracy();
            all = all.plus(own);
        }
        return new Losses(
                next / Math.max(1, all.targets()),
                label / Math.max(1, all.labels()),
                listwise / Math.max(1, all.groups()),
                all.groups() == 0 ? Double.NaN : accuracy / all.groups());
    }

    /** Tokens in all rows, padding not counted. */
    public long tokens() {
        return batches.stream().mapToLong(MicroBatches::tokens).sum();
    }

    private static long tokens(TrainingBatch batch) {
        return Arrays.stream(batch.lengths()).sum();
    }

    private static float share(double own, double all, int batches) {
        return all == 0 ? 0 : (float) (own * batches / all);
    }

    private static TrainingBatch batch(List<TrainingRow> rows, int groupSize, int[] labelTokens) {
        int n = rows.size();
        int[][] ids = new int[n][];
        int[][] types = new int[n][];
        int[] lengths = new int[n];
        float[][] weights = new float[n][];
        int[] positions = new int[n];
        int[] labels = new int[n];
        boolean[] listwise = new boolean[n];
        for (int i = 0; i < n; i++) {
            TrainingRow row = rows.get(i);
            ids[i] = row.sequence().tokenIds();
            types[i] = row.sequence().tokenTypes();
            lengths[i] = ids[i].length;
            weights[i] = row.targetWeights();
            positions[i] = row.labelPosition();
            labels[i] = row.label();
            listwise[i] = row.listwise();
        }
        return new TrainingBatch(ids, types, lengths, weights, positions, labels, listwise, groupSize, labelTokens);
    }

    private record Counts(double targets, int labels, int groups) {
        Counts plus(Counts other) {
            return new Counts(targets + other.targets, labels + other.labels, groups + other.groups);
        }

        static Counts of(TrainingBatch batch) {
            double targets = 0;
            int labels = 0;
            int groups = 0;
            for (int row = 0; row < batch.lengths().length; row++) {
                for (int t = 0; t + 1 < batch.lengths()[row]; t++) {
                    targets += Math.abs(batch.targetWeights()[row][t]);
                }
                labels += batch.labelPositions()[row] >= 0 ? 1 : 0;
            }
            for (int start = 0; start < batch.lengths().length; start += batch.groupSize()) {
                boolean positive = false;
                for (int row = start; row < start + batch.groupSize(); row++) {
                    positive |= batch.listwise()[row] && batch.labelPositions()[row] >= 0 && batch.labels()[row] > 0;
                }
                groups += positive ? 1 : 0;
            }
            return new Counts(targets, labels, groups);
        }
    }
}
