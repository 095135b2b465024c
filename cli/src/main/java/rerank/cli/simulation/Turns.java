package rerank.cli.simulation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rerank.model.store.CheckpointStore;
import rerank.model.store.DirectoryStore;
import rerank.model.transformer.NativeThreads;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.versions.VersionAnnouncer;
import rerank.trainer.loop.CycleReport;
import rerank.trainer.loop.LearnConfig;
import rerank.trainer.loop.Learner;
import rerank.trainer.loop.Outcome;

/** The learner's turns in a run, and what serves after each. Owned by one thread. */
final class Turns implements AutoCloseable {
    /** After these the learner has something else to do at once. */
    private static final Set<Outcome> GO_ON = EnumSet.of(Outcome.PROMOTED, Outcome.ROLLED_BACK);

    private static final int MOST_CYCLES = 3;

    /** The version that serves while none is announced. */
    private static final String START = "start";

    private final @Nullable Learner learner;
    private final VersionAnnouncer versions;
    private final CheckpointStore store;
    private final ServedQuality quality;
    private final Scenario scenario;

    Turns(Service service, SimulatedData data, ServedQuality quality, Scenario scenario, Path directory) {
        this.quality = quality;
        this.scenario = scenario;
        this.store = new DirectoryStore(storeIn(directory));
        this.versions = VersionAnnouncer.open(service.client(), service.topics());
        this.learner = scenario.isFrozen()
                ? null
                : Learner.open(LearnConfig.of(keys(service, data, scenario, directory)), store);
    }

    /** Where the checkpoints of a run are kept. */
    static Path storeIn(Path directory) {
        return directory.resolve("store");
    }

    private static Map<String, String> keys(Service service, SimulatedData data, Scenario scenario, Path directory) {
        Map<String, String> keys = new HashMap<>();
        for (String key : List.of("bootstrap.servers", "schema.registry.url")) {
            keys.put(key, String.valueOf(service.client().get(key)));
        }
        keys.put("topics.prefix", service.topics().prefix());
        keys.put("checkpoint.store", storeIn(directory).toString());
        keys.put("base.checkpoint", scenario.checkpoint().toAbsolutePath().toString());
        keys.put("work.dir", directory.resolve("learner").toString());
        keys.put("seed", String.valueOf(scenario.seed()));
        keys.put("native.threads", String.valueOf(NativeThreads.count()));
        keys.put("golden.data", data.path().toString());
        keys.put("golden.split", SimulatedData.GOLDEN);
        keys.put("golden.candidates", String.valueOf(data.depth()));
        keys.put("golden.explanations", "0");
        keys.putAll(scenario.learning());
        return keys;
    }

    /** The learner's cycles until it has to wait for more users. */
    List<CycleReport> cycles(Simulation.Watcher watcher) {
        List<CycleReport> reports = new ArrayList<>();
        if (learner == null) {
            return reports;
        }
        do {
            CycleReport report = learner.cycle();
            watcher.cycle(report);
            reports.add(report);
        } while (GO_ON.contains(reports.get(reports.size() - 1).outcome()) && reports.size() < MOST_CYCLES);
        return reports;
    }

    /** Quality of what served first. */
    double start() {
        return quality.of(scenario.checkpoint().toString(), scenario.checkpoint());
    }

    /** What serves now, after so many sessions and these cycles. */
    Course.Point point(int sessions, double seen, List<CycleReport> reports) {
        ModelVersions standing = standing();
        Optional<ModelVersion> active = standing.active();
        Optional<ModelVersion> canary = standing.canary();
        double activeNdcg = active.map(this::quality).orElseGet(this::start);
        double canaryNdcg = canary.map(this::quality).orElse(activeNdcg);
        double share = canary.map(ModelVersion::getCanaryShare).orElse(0.0);
        return new Course.Point(
                sessions,
                (1 - share) * activeNdcg + share * canaryNdcg,
                activeNdcg,
                share > 0 ? Math.min(activeNdcg, canaryNdcg) : activeNdcg,
                seen,
                active.map(ModelVersion::getVersion).orElse(START),
                canary.map(ModelVersion::getVersion).orElse(""),
                reports.stream().map(report -> report.outcome().name()).toList(),
                reports.isEmpty() ? "" : reports.get(reports.size() - 1).reason());
    }

    /** What became of the candidates up to now. */
    SimulationReport.Versions versions() {
        return SimulationReport.Versions.of(standing());
    }

    /** All that anybody announced: whoever announces, if only nothing, waits for what others have on the way. */
    private ModelVersions standing() {
        ModelVersions[] seen = {ModelVersions.NONE};
        versions.announce(now -> {
            seen[0] = now;
            return List.of();
        });
        return seen[0];
    }

    /** The version that was refined from none is the checkpoint that the run began with. */
    private double quality(ModelVersion version) {
        if (version.getParent().isEmpty()) {
            return start();
        }
        return quality.of(version.getSha256(), store.fetch(version.getCheckpointUri(), version.getSha256()));
    }

    @Override
    public void close() {
        if (learner != null) {
            learner.close();
        }
        versions.close();
    }
}
