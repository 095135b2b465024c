package rerank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rerank.cli.report.ReportFile;
import rerank.cli.study.Study;
import rerank.cli.study.StudyArm;
import rerank.cli.study.StudyPicture;
import rerank.cli.study.StudyRecipe;
import rerank.cli.study.StudyReport;
import rerank.cli.study.StudySample;

/** {@code rerank train study}: whether explaining helps. */
@Command(
        name = "study",
        description = {
            "Teach the same data in several orders of explanation and label, over several seeds, and measure them alike.",
            "Every source of the configuration's data is a data set of its own. Each run is a directory in --out, and what"
                    + " is measured is not run again; figures are in study.json there, a picture in study.svg."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainStudyCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description =
                    "What the runs have in common: keys of a distill run, bounded by max.steps. Without out.dir, seed,"
                            + " shares of the orders and keys of evaluation, which the study sets.")
    private Path config = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where the runs are kept.")
    private Path out = Path.of("");

    @Option(
            names = "--seeds",
            split = ",",
            defaultValue = "1,2,3",
            paramLabel = "N",
            description = "Seeds of weights and draws, the same for all arms. Default: ${DEFAULT-VALUE}.")
    private List<Long> seeds = new ArrayList<>();

    @Option(
            names = "--arms",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Some of explain (explanation first), label (labels alone), justify (explanation after) and both"
                            + " (half explanation first, half labels alone). Default: all of them.")
    private String @Nullable [] arms;

    @Option(
            names = "--data",
            split = ",",
            paramLabel = "NAME",
            description = "Some of the configuration's data, by the last part of their paths. Default: all of it.")
    private String @Nullable [] data;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            description = "Measure on this split of each data set. Default: ${DEFAULT-VALUE}.")
    private String split = "test";

    @Option(
            names = "--limit",
            paramLabel = "N",
            description =
                    "Measure on N judged queries, spread evenly over the split. 0 for all. Default: ${DEFAULT-VALUE}.")
    private int limit = 60;

    @Option(
            names = "--depth",
            paramLabel = "N",
            description = "Measure on the first N candidates of each. Default: ${DEFAULT-VALUE}.")
    private int depth = 20;

    @Override
    public Integer call() throws IOException {
        if (!Files.isRegularFile(config)) {
            throw new IllegalArgumentException("no such file: " + config + " (--config)");
        }
        StudyRecipe recipe = StudyRecipe.read(config);
        Study study = new Study(
                recipe,
                data == null ? List.copyOf(recipe.data()) : List.of(data),
                arms == null
                        ? StudyArm.EVERY
                        : Arrays.stream(arms).map(StudyArm::of).toList(),
                seeds,
                new StudySample(split, limit, depth));
        StudyReport report = study.run(out, System.err, Boolean.getBoolean("rerank.terminal"));
        System.out.printf("%n%s", report.table());
        ReportFile.writeJson(out.resolve("study.json"), report);
        ReportFile.writeText(out.resolve("study.svg"), StudyPicture.svg(report));
        return 0;
    }
}
