package rerank.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import rerank.model.ranking.PairJudge;
import rerank.model.store.CheckpointStore;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.TrustedClasses;
import rerank.schemas.versions.Rollout;
import rerank.schemas.versions.RolloutException;
import rerank.schemas.versions.VersionAnnouncer;
import rerank.schemas.versions.VersionReader;
import rerank.topology.worker.WorkerConfig;

/** {@code rerank models}: which versions there are, which serve and where, and changing that. */
@Command(
        name = "models",
        description = "Versions of the model: list, publish, promote, rollback, pin, unpin, history.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ModelsCommand implements Callable<Integer> {
    static {
        TrustedClasses.trustOurEvents();
    }

    private static final String BY_HAND = "by hand";

    @Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Option(
            names = "--config",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "The worker's properties; every key is in docs/configuration.md.")
    private @Nullable Path file;

    @Option(
            names = "--reason",
            scope = ScopeType.INHERIT,
            paramLabel = "TEXT",
            defaultValue = BY_HAND,
            description = "Why, for those who read it later. Default: ${DEFAULT-VALUE}.")
    private String reason = BY_HAND;

    /** Lists. */
    @Override
    public Integer call() throws IOException {
        return list();
    }

    @Command(
            name = "list",
            description = "All versions, what serves, and what each worker makes of it (the default).",
            mixinStandardHelpOptions = true)
    int list() throws IOException {
        WorkerConfig config = config();
        try (VersionReader reader =
                VersionReader.open(config.client(), config.topicPlan().names())) {
            ModelVersions standing = reader.readToEnd();
            System.out.print(VersionsText.standing(standing));
            System.out.println();
            System.out.print(
                    VersionSpread.table(config.client(), config.topicPlan().names(), standing));
        }
        return 0;
    }

    @Command(
            name = "publish",
            description = "Put a checkpoint into the store and announce it; without an option it waits to be promoted.",
            mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int publish(
            @Parameters(paramLabel = "DIR", description = "A checkpoint, or an adapter of the configured one.")
                    Path checkpoint,
            @Option(
                            names = "--canary",
                            paramLabel = "SHARE",
                            description = "Serve this share of the queries, in (0, 1].")
                    @Nullable Double share,
            @Option(names = "--active", description = "Serve all queries at once.") boolean active,
            @Option(
                            names = "--parent",
                            paramLabel = "VERSION",
                            description = "What it was refined from.",
                            defaultValue = "")
                    String parent)
            throws IOException {
        if (active && share != null) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "--canary and --active exclude each other");
        }
        WorkerConfig config = config();
        String version = loadedName(config, checkpoint);
        CheckpointStore.Stored stored = Stores.of(config).put(version, checkpoint);
        ModelVersion draft = ModelVersion.newBuilder()
                .setVersion(version)
                .setSequence(0)
                .setCheckpointUri(stored.uri())
                .setSha256(stored.sha256())
                .setParent(parent)
                .setStatus(ModelStatus.CANDIDATE)
                .setReason(reason)
                .build();
        return announce(config, standing -> {
            if (active) {
                return Rollout.active(standing, draft);
            }
            return share == null
                    ? Rollout.aside(standing, draft, ModelStatus.CANDIDATE)
                    : Rollout.canary(standing, draft, share);
        });
    }

    /** What cannot be loaded here is not published. */
    private static String loadedName(WorkerConfig config, Path checkpoint) {
        JudgeLoader loader = new JudgeLoader(config.inference(), FreeMemory.bytes());
        List<PairJudge> judges = loader.load(checkpoint, config.checkpoint().orElseGet(ModelOptions::shipped));
        String version = judges.get(0).identity().modelVersion();
        judges.forEach(PairJudge::close);
        return version;
    }

    @Command(name = "promote", description = "A known version serves all queries.", mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int promote(@Parameters(paramLabel = "VERSION") String version) throws IOException {
        return announce(config(), standing -> Rollout.promote(standing, version, Map.of(), reason));
    }

    @Command(
            name = "rollback",
            description = "Withdraw the canary if one is out, else go back to the version before, or to the one named.",
            mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int rollback(@Parameters(paramLabel = "VERSION", arity = "0..1") @Nullable String version)
            throws IOException {
        return announce(
                config(),
                standing -> version == null
                        ? Rollout.rollback(standing, Map.of(), reason)
                        : Rollout.rollbackTo(standing, version, reason));
    }

    @Command(
            name = "pin",
            description = "A version serves, and learning leaves that alone. Without a name: the one that serves.",
            mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int pin(@Parameters(paramLabel = "VERSION", arity = "0..1") @Nullable String version) throws IOException {
        return announce(
                config(), standing -> Rollout.pin(standing, version == null ? activeOf(standing) : version, reason));
    }

    private static String activeOf(ModelVersions standing) {
        return standing.active()
                .map(ModelVersion::getVersion)
                .orElseThrow(() -> new IllegalArgumentException(
                        "no announced version serves; publish one with 'rerank models publish DIR --active'"));
    }

    @Command(name = "unpin", description = "Learning may go on.", mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int unpin() throws IOException {
        return announce(config(), standing -> Rollout.unpin(standing, reason));
    }

    @Command(
            name = "history",
            description = "Every decision that is kept, with its figures, oldest first.",
            mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int history() throws IOException {
        WorkerConfig config = config();
        System.out.print(VersionsText.history(
                VersionReader.history(config.client(), config.topicPlan().names())));
        return 0;
    }

    private static int announce(WorkerConfig config, VersionAnnouncer.Decision decision) {
        try (VersionAnnouncer announcer =
                VersionAnnouncer.open(config.client(), config.topicPlan().names())) {
            List<ModelVersion> announced = announcer.announce(decision);
            announced.forEach(done -> System.out.println(VersionsText.decision(done)));
            if (announced.stream().anyMatch(done -> done.getStatus() != ModelStatus.CANDIDATE)) {
                System.out.flush();
                System.out.print(VersionSpread.awaited(
                        config.client(), config.topicPlan().names(), announcer.standing()));
            }
            return 0;
        } catch (RolloutException e) {
            System.err.println("rerank models: " + e.getMessage());
            return 1;
        }
    }

    private WorkerConfig config() throws IOException {
        if (file == null) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "Missing required option: '--config=FILE'");
        }
        return ConfigOption.requireBroker(ConfigOption.load(file));
    }
}
