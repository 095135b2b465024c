package rerank.cli.study;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import rerank.trainer.configuration.PropertiesFile;
import rerank.trainer.distillation.TrainConfig;

/**
 * What all runs of a study have in common: a training configuration without what the study itself decides. Every source of its
 * {@code data} is a data set of its own.
 */
public final class StudyRecipe {
    private static final String FILE = "study configuration";

    /** Keys whose values the study sets. */
    private static final Set<String> SET_BY_STUDY = Set.of(
            "out.dir",
            "seed",
            "model.version",
            "justify.share",
            "label.share",
            "eval.queries",
            "eval.candidates",
            "eval.data",
            "eval.patience");

    /** Keys that decide nothing about the weights that come out, or follow from where the run's directory is. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "out.dir",
            "data",
            "model.version",
            "threads",
            "native.threads",
            "eval.every.steps",
            "activation.checkpointing");

    private final Path file;
    private final Map<String, String> keys;
    private final Path base;
    private final Map<String, Path> data;

    private StudyRecipe(Path file, Map<String, String> keys, Path base, Map<String, Path> data) {
        this.file = file;
        this.keys = keys;
        this.base = base;
        this.data = data;
    }

    /**
     * Reads a recipe.
     *
     * @throws IllegalArgumentException if it says what the study decides, or leaves open how long a run is
     * @throws org.apache.kafka.common.config.ConfigException naming every mistake in its values
     */
    public static StudyRecipe read(Path file) {
        PropertiesFile read = PropertiesFile.read(file, FILE);
        Set<String> decided = new TreeSet<>(read.values().keySet());
        decided.retainAll(SET_BY_STUDY);
        if (!decided.isEmpty()) {
            throw new IllegalArgumentException(
                    FILE + " " + file + ": " + String.join(", ", decided) + ": the study sets these; leave them out");
        }
        Map<String, String> values = new HashMap<>(read.values());
        values.put("out.dir", "study");
        TrainConfig config = TrainConfig.of(values, read.directory());
        requireComparable(config, file);
        return new StudyRecipe(file, read.values(), read.directory(), named(config, file));
    }

    private static void requireComparable(TrainConfig config, Path file) {
        List<String> mistakes = new ArrayList<>();
        if (config.task() != TrainConfig.Task.DISTILL) {
            mistakes.add("task must be distill");
        }
        if (config.schedule().maxSteps() == 0 || config.schedule().maxMinutes() > 0) {
            mistakes.add("max.steps alone must bound the runs, for all arms are to take the same steps");
        }
        if (config.setup().adapter() != null) {
            mistakes.add("adapter.rank must be 0: runs are measured as plain checkpoints");
        }
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(FILE + " " + file + ": " + String.join("; ", mistakes));
        }
    }

    private static Map<String, Path> named(TrainConfig config, Path file) {
        Map<String, Path> data = new LinkedHashMap<>();
        for (TrainConfig.Share share : config.data()) {
            Path path = share.path().normalize();
            if (data.put(path.getFileName().toString(), path) != null) {
                throw new IllegalArgumentException(
                        FILE + " " + file + ": two sources of data are called " + path.getFileName());
            }
        }
        return data;
    }

    /** Names of the data sets: the last parts of their paths. */
    public Set<String> data() {
        return data.keySet();
    }

    /**
     * Where a data set is.
     *
     * @throws IllegalArgumentException naming those there are
     */
    Path path(String name) {
        Path path = data.get(name);
        if (path == null) {
            throw new IllegalArgumentException(
                    "no data '" + name + "' in " + file + "; there are " + String.join(", ", data.keySet()));
        }
        return path;
    }

    /** The configuration of one run. */
    TrainConfig run(String dataName, StudyArm arm, long seed, Path out) {
        Map<String, String> values = new HashMap<>(keys);
        values.putAll(arm.keys());
        values.put("data", path(dataName).toString());
        values.put("seed", String.valueOf(seed));
        values.put("out.dir", out.toAbsolutePath().toString());
        // No dev queries: they would be ranked by labels alone, which not every arm learns, and the last weights are
        // compared.
        values.put("eval.queries", "0");
        return TrainConfig.of(values, base);
    }

    /**
     * Refuses a directory that holds a run of other keys, for its weights would be compared with others.
     *
     * @throws IllegalArgumentException naming the keys that differ
     */
    static void requireSameKeys(TrainConfig config) {
        Path noted = config.out().resolve("run.properties");
        if (!Files.exists(noted)) {
            return;
        }
        Map<String, String> then = PropertiesFile.read(noted, "run's keys").values();
        Set<String> names = new TreeSet<>(then.keySet());
        names.addAll(config.given().keySet());
        names.removeAll(WITHOUT_EFFECT);
        Set<String> differ = new HashSet<>();
        names.forEach(name -> {
            if (!then.getOrDefault(name, "").equals(config.given().getOrDefault(name, ""))) {
                differ.add(name + " (" + then.getOrDefault(name, "not set") + ", now "
                        + config.given().getOrDefault(name, "not set") + ")");
            }
        });
        if (!differ.isEmpty()) {
            throw new IllegalArgumentException("run " + config.out() + " has other keys: "
                    + String.join(", ", new TreeSet<>(differ)) + "; name another --out, or delete that directory");
        }
    }
}
