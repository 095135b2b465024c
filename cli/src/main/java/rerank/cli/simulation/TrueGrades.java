package rerank.cli.simulation;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import rerank.cli.replay.RerankRequest;
import rerank.model.RerankerSettings;
import rerank.model.transformer.NativeThreads;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.ConfigJson;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.DatasetWriter;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.distillation.TrainConfig;
import rerank.trainer.distillation.Training;

/**
 * The control: the model that served first, trained on the true grades of the queries that users asked, labels alone. What
 * learning from clicks can reach at best.
 */
final class TrueGrades {
    private static final int GROUP = 8;
    private static final int GROUPS_PER_STEP = 6;

    private TrueGrades() {}

    /**
     * Trains.
     *
     * @param scenario whose queries, checkpoint and seed are taken
     * @param passes over these queries
     * @param directory for the data of the asked queries and the run; a run that is there already is gone on with
     * @return the directory of its best checkpoint by the golden set
     */
    static Path train(SimulatedData data, Scenario scenario, double passes, Path directory, PrintStream progress) {
        Set<String> asked = new LinkedHashSet<>();
        for (RerankRequest request : data.sessions(scenario.sessions(), scenario.seed())) {
            asked.add(request.query().id());
        }
        Path taught = directory.resolve("asked");
        DatasetWriter.write(only(data.dataset(), asked), taught, "first");
        long steps = Math.max(20, Math.round(passes * asked.size() / GROUPS_PER_STEP));
        TrainConfig config = TrainConfig.of(keys(scenario, taught, steps, directory), directory);
        return new Training(config, progress, Boolean.getBoolean("rerank.terminal"))
                .run()
                .checkpoint();
    }

    private static Map<String, String> keys(Scenario scenario, Path taught, long steps, Path directory) {
        Path start = scenario.checkpoint().toAbsolutePath();
        RerankerSettings settings =
                RerankerSettings.read(start, TransformerConfig.read(start.resolve(ConfigJson.FILE)));
        Map<String, String> keys = new HashMap<>();
        keys.put("task", "distill");
        keys.put("data", taught.toAbsolutePath() + "=1");
        keys.put("out.dir", directory.resolve("run").toAbsolutePath().toString());
        keys.put("model.version", "true-grades");
        keys.put("init.checkpoint", start.toString());
        keys.put("prompt.template", settings.promptTemplate());
        keys.put("max.prompt.tokens", String.valueOf(settings.maxPromptTokens()));
        keys.put("max.answer.tokens", String.valueOf(settings.maxExplanationTokens()));
        keys.put("seed", String.valueOf(scenario.seed()));
        keys.put("group.size", String.valueOf(GROUP));
        keys.put("draws.per.step", String.valueOf(GROUPS_PER_STEP));
        keys.put("label.share", "1");
        keys.put("justify.share", "0");
        keys.put("instruction.share", "0");
        keys.put("loss.next.token", "0");
        keys.put("learning.rate", "1e-3");
        keys.put("native.threads", String.valueOf(NativeThreads.count()));
        keys.put("warmup.steps", String.valueOf(Math.min(20, steps / 5)));
        keys.put("max.steps", String.valueOf(steps));
        keys.put("eval.every.steps", String.valueOf(Math.max(1, (steps + 1) / 2)));
        keys.put("eval.queries", "50");
        return keys;
    }

    /** The data set with the asked queries alone in its train split; their other splits stay. */
    private static Dataset only(Dataset dataset, Set<String> asked) {
        Map<String, Qrels> qrels = new LinkedHashMap<>(dataset.qrels());
        qrels.put(SimulatedData.ASKED, dataset.qrels(SimulatedData.ASKED).only(asked));
        return new Dataset(
                dataset.name(),
                dataset.documents(),
                dataset.queries(),
                dataset.metadata(),
                qrels,
                dataset.firstStage());
    }
}
