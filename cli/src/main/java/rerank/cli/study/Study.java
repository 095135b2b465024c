package rerank.cli.study;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rerank.cli.report.ReportFile;
import rerank.trainer.distillation.TrainConfig;
import rerank.trainer.distillation.Training;

/**
 * Teaches every arm on every data set with every seed, from weights, draws and steps that are the same for all arms of a seed,
 * and measures them on the same queries, the first stage without weight. A run is a directory: one that was measured is not
 * repeated, one that was interrupted goes on, so a study can be ended at any time. Owned by one thread.
 */
public final class Study {
    private static final String MEASURED = "measured.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final StudyRecipe recipe;
    private final List<String> dataNames;
    private final List<StudyArm> arms;
    private final List<Long> seeds;
    private final StudySample sample;

    /**
     * A study.
     *
     * @param dataNames of the recipe's data sets, those that are wanted
     */
    public Study(
            StudyRecipe recipe, List<String> dataNames, List<StudyArm> arms, List<Long> seeds, StudySample sample) {
        this.recipe = recipe;
        this.dataNames = List.copyOf(dataNames);
        this.arms = List.copyOf(arms);
        this.seeds = List.copyOf(seeds);
        this.sample = sample;
    }

    /** A run to be made, or made already. */
    private record Wanted(StudyData data, StudyArm arm, long seed, TrainConfig config) {
        Path measured() {
            return config.out().resolve(MEASURED);
        }
    }

    /**
     * Runs what is not done yet.
     *
     * @param out for the runs' directories
     * @param progress a line for each run, and its bar
     * @param isTerminal whether that is a terminal
     * @throws IllegalArgumentException if a run of other keys is there
     */
    public StudyReport run(Path out, PrintStream progress, boolean isTerminal) throws IOException {
        Map<String, StudyData> data = new LinkedHashMap<>();
        for (String name : dataNames) {
            data.put(name, StudyData.open(recipe.path(name), sample));
        }
        List<Wanted> all = wanted(data, out);
        Map<String, List<ArmRun>> runs = new LinkedHashMap<>();
        for (int i = 0; i < all.size(); i++) {
            Wanted wanted = all.get(i);
            ArmRun run = measured(wanted);
            if (run == null) {
                progress.printf(
                        "run %d of %d: %s, arm %s, seed %d%n",
                        i + 1, all.size(), wanted.data().name(), wanted.arm().id(), wanted.seed());
                run = ran(wanted, progress, isTerminal);
            }
            runs.computeIfAbsent(wanted.data().name(), name -> new ArrayList<>())
                    .add(run);
        }
        List<StudyReport.OfData> reports = new ArrayList<>();
        for (StudyData each : data.values()) {
            reports.add(StudyReport.OfData.of(
                    each.name(), controls(each, out, progress), arms, runs.getOrDefault(each.name(), List.of())));
        }
        return StudyReport.of(reports, seeds, sample);
    }

    /** Seed by seed, so that a study that is ended early has something to compare. */
    private List<Wanted> wanted(Map<String, StudyData> data, Path out) {
        List<Wanted> all = new ArrayList<>();
        for (long seed : seeds) {
            for (StudyData each : data.values()) {
                for (StudyArm arm : arms) {
                    Path directory = out.resolve(each.name()).resolve(arm.id() + "-" + seed);
                    TrainConfig config = recipe.run(each.name(), arm, seed, directory);
                    StudyRecipe.requireSameKeys(config);
                    all.add(new Wanted(each, arm, seed, config));
                }
            }
        }
        return all;
    }

    private @Nullable ArmRun measured(Wanted wanted) throws IOException {
        if (!Files.exists(wanted.measured())) {
            return null;
        }
        ArmRun run = JSON.readValue(wanted.measured().toFile(), ArmRun.class);
        return run.sample().equals(sample) ? run : null;
    }

    private ArmRun ran(Wanted wanted, PrintStream progress, boolean isTerminal) throws IOException {
        Training.Outcome outcome = new Training(wanted.config(), progress, isTerminal).run();
        ArmRun run =
                ArmRun.measure(wanted.arm(), wanted.seed(), wanted.config().out(), outcome.checkpoint(), wanted.data());
        ReportFile.writeJson(wanted.measured(), run);
        return run;
    }

    private Controls controls(StudyData data, Path out, PrintStream progress) throws IOException {
        Path file = out.resolve(data.name()).resolve("controls.json");
        if (Files.exists(file)) {
            Controls controls = JSON.readValue(file.toFile(), Controls.class);
            if (controls.sample().equals(sample)) {
                return controls;
            }
        }
        progress.printf("linear control of %s: training%n", data.name());
        Controls controls = Controls.measure(data);
        ReportFile.writeJson(file, controls);
        return controls;
    }
}
