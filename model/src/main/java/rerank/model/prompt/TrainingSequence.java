package rerank.model.prompt;

/**
 * A pair with the answer that the model shall learn.
 *
 * @param sequence prompt and answer
 * @param targets true where predicting token t + 1 from position t is trained by the next-token loss: the explanation
 *     and what ends it, not the prompt and not the label
 * @param labelPosition the position whose prediction is the label, for the label loss
 */
public record TrainingSequence(EncodedPrompt sequence, boolean[] targets, int labelPosition) {
    public TrainingSequence {
        if (targets.length != sequence.tokenIds().length) {
            throw new IllegalArgumentException(
                    sequence.tokenIds().length + " tokens but " + targets.length + " targets");
        }
    }
}
