package rerank.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.DatasetWriter;
import rerank.trainer.dataset.FolderImport;

/** {@code rerank import}: from a folder of texts to a data set directory. */
@Command(
        name = "import",
        description = "Make a data set of a folder of texts and a file of questions, with BM25 as its first stage.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImportCommand implements Callable<Integer> {
    private static final String RUN = "bm25";

    @Option(
            names = "--documents",
            required = true,
            paramLabel = "DIR",
            description = "Folder of .txt and .md files, UTF-8; a file's first line is its title.")
    private Path documents = Path.of("");

    @Option(names = "--questions", required = true, paramLabel = "FILE", description = "Questions, one a line.")
    private Path questions = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Directory of the data set.")
    private Path out = Path.of("");

    @Option(
            names = "--passage-words",
            paramLabel = "N",
            description = "Divide longer documents at blank lines. Default: ${DEFAULT-VALUE}.")
    private int passageWords = 120;

    @Option(names = "--depth", paramLabel = "N", description = "Candidates of a question. Default: ${DEFAULT-VALUE}.")
    private int depth = 50;

    @Override
    public Integer call() {
        if (passageWords < 1 || depth < 1) {
            throw new IllegalArgumentException("--passage-words and --depth must be at least 1");
        }
        Dataset dataset = FolderImport.read(documents, questions, passageWords, depth);
        DatasetWriter.write(dataset, out, RUN);
        long without = dataset.queries().keySet().stream()
                .filter(id -> dataset.firstStage().of(id).isEmpty())
                .count();
        System.out.printf(
                Locale.ROOT,
                "%d passages and %d questions in %s%s%n",
                dataset.documents().size(),
                dataset.queries().size(),
                out,
                without == 0 ? "" : "; BM25 finds nothing for " + without + " of the questions");
        return 0;
    }
}
