package rerank.cli.evaluation;

import java.nio.file.Path;
import java.util.Optional;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.faithfulness.ExplanationChecker;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.teacher.MedquadChecker;

/**
 * A data set and what can check explanations of one of its splits.
 *
 * @param checker empty where nobody knows enough of the data
 */
public record EvaluatedData(Dataset dataset, Optional<ExplanationChecker> checker) {
    /**
     * Reads the data set, or makes the embedded one of this name.
     *
     * @param firstStage the NAME of run.NAME.trec with the candidates; empty where there is one alone
     * @param split whose explanations are to be checked
     */
    public static EvaluatedData open(Path data, String firstStage, String split) {
        Optional<Storefront> embedded = Storefront.named(data.toString());
        if (embedded.isPresent()) {
            return new EvaluatedData(
                    embedded.get().dataset(), Optional.of(embedded.get().checker()));
        }
        Dataset dataset = Dataset.read(data, firstStage);
        return new EvaluatedData(dataset, MedquadChecker.of(dataset, split));
    }
}
