package rerank.trainer.refinement;

/**
 * What was said of a pair, by the model or its teacher.
 *
 * @param explanation text before the label
 * @param label 0 to 2
 * @param isWellFormed the explanation ended by itself and can be read
 */
public record Answer(String explanation, int label, boolean isWellFormed) {}
