package rerank.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.DatasetWriter;
import rerank.trainer.dataset.TextImport;

/** {@code rerank import}: from texts to a data set directory. */
@Command(
        name = "import",
        description = {
            "Make a data set of texts, with BM25 as its first stage.",
            "With --questions it has no judgments yet (rerank annotate makes some). With --cloze it asks sentences that it takes"
                    + " out of the texts, and knows where they came from: something to train on before anybody has asked."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImportCommand implements Callable<Integer> {
    private static final String RUN = "bm25";

    @Option(
            names = "--documents",
            required = true,
            paramLabel = "DIR|FILE",
            description =
                    "Folder of .txt and .md files, UTF-8, whose first line is their title; or a .jsonl file, plain or .gz, with"
                            + " _id, title and text in each line.")
    private Path documents = Path.of("");

    @ArgGroup(multiplicity = "1")
    private Asked asked = new Asked();

    private static final class Asked {
        @Option(names = "--questions", required = true, paramLabel = "FILE", description = "Questions, one a line.")
        private @Nullable Path questions;

        @Option(
                names = "--cloze",
                required = true,
                paramLabel = "N",
                description = "Ask N sentences of the texts; a tenth of them make the split dev, the rest train.")
        private int sentences;
    }

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Directory of the data set.")
    private Path out = Path.of("");

    @Option(
            names = "--passage-words",
            paramLabel = "N",
            description = "Divide longer documents into passages. Default: ${DEFAULT-VALUE}.")
    private int passageWords = 120;

    @Option(names = "--depth", paramLabel = "N", description = "Candidates of a question. Default: ${DEFAULT-VALUE}.")
    private int depth = 50;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of --cloze. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Override
    public Integer call() {
        Path questions = asked.questions;
        if (passageWords < 1 || depth < 1 || questions == null && asked.sentences < 1) {
            throw new IllegalArgumentException("--passage-words, --depth and --cloze must be at least 1");
        }
        Dataset dataset = questions != null
                ? TextImport.read(documents, questions, passageWords, depth)
                : TextImport.cloze(documents, asked.sentences, passageWords, depth, seed);
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
