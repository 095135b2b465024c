package rerank.trainer.distillation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import rerank.model.LanguageModelReranker;
import rerank.model.transformer.TransformerTrainer;

/** Texts or responses that are not trained on: the mean loss of their tokens, in nats. */
final class HeldOut implements DevSet {
    private static final int ROWS_AT_ONCE = 8;
    private static final int MOST_ROWS = 256;

    private final ExampleSource source;

    HeldOut(ExampleSource source) {
        this.source = source;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public Measured measure(TransformerTrainer trainer, Supplier<LanguageModelReranker> rerankers, int threads) {
        double sum = 0;
        long tokens = 0;
        int rows = Math.min(MOST_ROWS, source.size());
        for (int from = 0; from < rows; from += ROWS_AT_ONCE) {
            List<List<TrainingRow>> groups = new ArrayList<>();
            for (int i = from; i < Math.min(rows, from + ROWS_AT_ONCE); i++) {
                groups.add(source.draw(i));
            }
            MicroBatches batch = MicroBatches.of(groups, groups.size(), new int[] {0, 1, 2});
            for (float[] row : trainer.logProbs(batch.batches().get(0))) {
                for (float logProb : row) {
                    sum -= logProb;
                    tokens += logProb == 0 ? 0 : 1;
                }
            }
        }
        return new Measured("loss", sum / Math.max(1, tokens), true, List.of(), List.of());
    }
}
