package rerank.trainer.distillation;

import rerank.model.transformer.Transformer;

/** Something to measure a model by while it is trained. */
interface DevSet {
    /** Names it in the log and on the curve. */
    String name();

    /**
     * Measures the model.
     *
     * @param threads how many may be used
     * @return nDCG@10 for rankings, higher is better for all
     */
    double measure(Transformer transformer, int threads);
}
