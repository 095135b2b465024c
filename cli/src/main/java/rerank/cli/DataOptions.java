package rerank.cli;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;
import rerank.cli.evaluation.EvaluatedData;
import rerank.cli.replay.RerankRequest;
import rerank.trainer.dataset.Dataset;

/** Which queries and candidates of which data set: options that {@code replay}, {@code eval} and {@code bench} share. */
public final class DataOptions {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Data set: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv and run.NAME.trec, each plain or .gz;"
                    + " or the embedded data, storefront or storefront-shifted.")
    private Path data = Path.of(".");

    @Option(names = "--split", paramLabel = "NAME", description = "Split to rerank. Default: ${DEFAULT-VALUE}.")
    private String split = "test";

    @Option(
            names = "--first-stage",
            paramLabel = "NAME",
            description = "The NAME of run.NAME.trec with the candidates; needed where there are several.")
    private String firstStage = "";

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Only N judged queries of the split, spread evenly over the order of its qrels.")
    private int limit;

    @Option(
            names = "--depth",
            paramLabel = "N",
            description = "Rerank the first N candidates of each query. Default: ${DEFAULT-VALUE}.")
    private int depth = 50;

    /** Reads the data set, or makes the embedded one. */
    public Dataset read() {
        return readChecked().dataset();
    }

    /** Reads the data set, or makes the embedded one, with its checker. */
    EvaluatedData readChecked() {
        return EvaluatedData.open(data, firstStage, split);
    }

    /** The queries asked for, with their candidates. */
    public List<RerankRequest> requests(Dataset dataset) {
        if (limit < 0 || depth < 1) {
            throw new IllegalArgumentException(
                    "--limit must be 0 (for all queries) or more and --depth 1 or more, were " + limit + " and "
                            + depth);
        }
        return RerankRequest.of(dataset, split, limit, depth);
    }

    /** The split asked for. */
    public String split() {
        return split;
    }

    /** What is reranked, for reports: the directory's name and the split. */
    public String describe(Dataset dataset) {
        return dataset.name() + " " + split;
    }

    /** Candidates of a query that are reranked at most. */
    public int depth() {
        return depth;
    }
}
