package rerank.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import rerank.cli.evaluation.EvalReport;
import rerank.cli.report.Report;
import rerank.cli.report.ReportFile;
import rerank.trainer.dataset.Run;

/** Where figures and rankings go besides the screen. */
public final class OutputOptions {
    @Option(
            names = "--report",
            paramLabel = "FILE.json",
            description = "Also write the figures as JSON; the keys are in docs/reports.md.")
    private @Nullable Path report;

    @Option(names = "--run-out", paramLabel = "FILE", description = "Write the new ranking as a TREC run file.")
    private @Nullable Path runOut;

    /** Writes the report if one was asked for. */
    public void write(Report figures) throws IOException {
        if (report != null) {
            figures.write(report);
        }
    }

    /** Writes the longer report of {@code eval} if one was asked for. */
    void write(EvalReport figures) throws IOException {
        if (report != null) {
            ReportFile.writeJson(report, figures);
        }
    }

    /** Writes the run if one was asked for; the tag names the system in it. */
    public void write(Run reranked, String tag) {
        if (runOut != null) {
            reranked.write(runOut, tag.replaceAll("\\s+", "-"));
        }
    }
}
