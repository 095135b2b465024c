package rerank.cli.study;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import rerank.cli.evaluation.EvaluatedData;
import rerank.cli.replay.RerankRequest;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.faithfulness.ExplanationChecker;
import rerank.trainer.storefront.Storefront;

/**
 * What the runs on a data set are measured on.
 *
 * @param name of the data set
 * @param dataset all of it
 * @param checker of explanations, where there is one
 * @param sample that is measured on
 * @param requests its queries
 */
record StudyData(
        String name,
        Dataset dataset,
        Optional<ExplanationChecker> checker,
        StudySample sample,
        List<RerankRequest> requests) {
    private static final Set<String> EMBEDDED = Set.of(Storefront.NAME, Storefront.SHIFTED_NAME);

    /**
     * Opens a data set.
     *
     * @param path a directory, or a path that does not exist and ends in the name of embedded data
     */
    static StudyData open(Path path, StudySample sample) {
        String name = path.getFileName().toString();
        boolean isEmbedded = EMBEDDED.contains(name) && !Files.exists(path);
        EvaluatedData data = EvaluatedData.open(isEmbedded ? Path.of(name) : path, "", sample.split());
        return new StudyData(
                name,
                data.dataset(),
                data.checker(),
                sample,
                RerankRequest.of(data.dataset(), sample.split(), sample.queries(), sample.depth()));
    }

    Qrels qrels() {
        return dataset.qrels(sample.split());
    }
}
