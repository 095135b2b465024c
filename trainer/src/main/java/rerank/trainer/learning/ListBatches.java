package rerank.trainer.learning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import rerank.model.transformer.ListBatch;
import rerank.model.transformer.TransformerTrainer;

/**
 * Cuts the lists of a step into micro-batches of about so many rows; a list is never cut.
 *
 * @param rowsPerBatch a batch is closed when it holds so many
 * @param labelTokens the three label tokens
 * @param terms weights of the losses
 */
record ListBatches(int rowsPerBatch, int[] labelTokens, LearningTerms terms) {
    /** Lists whose rows go through the model together; all of one mode. */
    List<List<TrainingList>> cut(List<TrainingList> step) {
        List<List<TrainingList>> batches = new ArrayList<>();
        List<TrainingList> open = new ArrayList<>();
        int rows = 0;
        for (TrainingList list : step) {
            if (!open.isEmpty() && open.get(0).query().mode() != list.query().mode()) {
                batches.add(List.copyOf(open));
                open.clear();
                rows = 0;
            }
            open.add(list);
            rows += list.rows().size();
            if (rows >= rowsPerBatch) {
                batches.add(List.copyOf(open));
                open.clear();
                rows = 0;
            }
        }
        if (!open.isEmpty()) {
            batches.add(List.copyOf(open));
        }
        return batches;
    }

    /**
     * One micro-batch.
     *
     * @param stepLists lists of the whole step, and {@code stepRows} their rows: what sums are divided by
     * @param reference model that the divergence is measured to
     * @param scale factor on the log-odds of scores: the model's share of the final ones
     */
    ListBatch batch(List<TrainingList> lists, int stepLists, int stepRows, TransformerTrainer reference, double scale) {
        int rows = lists.stream().mapToInt(list -> list.rows().size()).sum();
        int[][] ids = new int[rows][];
        int[][] types = new int[rows][];
        int[] positions = new int[rows];
        float[] divergence = new float[rows];
        int[] grades = new int[rows];
        float[] gradeWeights = new float[rows];
        int[][] members = new int[lists.size()][];
        float[][] targets = new float[lists.size()][];
        float[][] offsets = new float[lists.size()][];
        int row = 0;
        for (int g = 0; g < lists.size(); g++) {
            TrainingList list = lists.get(g);
            int size = list.rows().size();
            int examined = Math.max(1, list.examined());
            members[g] = new int[examined];
            targets[g] = new float[examined];
            offsets[g] = byMargin() ? new float[examined] : Arrays.copyOf(list.offsets(), examined);
            for (int i = 0; i < examined; i++) {
                members[g][i] = row + i;
                targets[g][i] = list.targets()[i] / stepLists;
            }
            for (int i = 0; i < size; i++, row++) {
                ids[row] = list.rows().get(i).sequence().tokenIds();
                types[row] = list.rows().get(i).sequence().tokenTypes();
                positions[row] = list.rows().get(i).labelPosition();
                divergence[row] = 1f / stepRows;
                grades[row] = Math.max(0, list.grades()[i]);
                gradeWeights[row] = list.grades()[i] >= 0 ? 1f / stepLists : 0;
            }
        }
        float[][] anchors = terms.divergence() == 0
                ? new float[rows][3]
                : reference.labelLogProbs(ids, types, positions, labelTokens);
        return new ListBatch(
                ids,
                types,
                positions,
                anchors,
                divergence,
                grades,
                gradeWeights,
                members,
                targets,
                offsets,
                byMargin() ? 0 : (float) scale,
                (float) terms.margin(),
                (float) terms.temperature(),
                labelTokens);
    }

    private boolean byMargin() {
        return terms.margin() > 0;
    }
}
