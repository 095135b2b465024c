package rerank.trainer.distillation;

import rerank.model.transformer.TransformerTrainer.Gradients;

/**
 * Mean losses in nats.
 *
 * @param nextToken over explanation or text tokens
 * @param label over label positions
 * @param listwise over groups
 * @param groupAccuracy share of groups whose best-scored row has the highest label; NaN without groups
 */
public record Losses(double nextToken, double label, double listwise, double groupAccuracy) {
    static Losses of(Gradients gradients) {
        return new Losses(
                gradients.nextTokenLoss(), gradients.labelLoss(), gradients.listwiseLoss(), gradients.groupAccuracy());
    }
}
