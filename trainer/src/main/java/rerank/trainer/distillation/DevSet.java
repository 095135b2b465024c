package rerank.trainer.distillation;

import java.util.List;
import java.util.function.Supplier;
import rerank.model.LanguageModelReranker;
import rerank.model.transformer.TransformerTrainer;

/** Something to measure a model by while it is trained. */
public interface DevSet {
    /** Names it in the log and on the curve. */
    String name();

    /**
     * Measures the model.
     *
     * @param trainer whose weights they are
     * @param rerankers makes one over the present weights for each thread; who gets one closes it
     * @param threads how many may be used
     */
    Measured measure(TransformerTrainer trainer, Supplier<LanguageModelReranker> rerankers, int threads);

    /**
     * What was found.
     *
     * @param figure its name in the log: {@code ndcg10} or {@code loss}
     * @param value of the figure
     * @param isLossLike whether less is better
     * @param actual how many pairs have label 0, 1 and 2; empty where there are no labels
     * @param predicted how many the model gave each label
     */
    record Measured(String figure, double value, boolean isLossLike, List<Integer> actual, List<Integer> predicted) {
        /** More is better. */
        double goodness() {
            return isLossLike ? -value : value;
        }
    }
}
