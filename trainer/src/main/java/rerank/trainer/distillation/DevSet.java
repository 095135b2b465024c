package rerank.trainer.distillation;

import java.util.function.Supplier;
import rerank.model.LanguageModelReranker;

/** Something to measure a model by while it is trained. */
interface DevSet {
    /** Names it in the log and on the curve. */
    String name();

    /**
     * Measures the model.
     *
     * @param rerankers makes one over the present weights for each thread; who gets one closes it
     * @param threads how many may be used
     * @return nDCG@10
     */
    double measure(Supplier<LanguageModelReranker> rerankers, int threads);
}
