package rerank.trainer.loop;

import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.model.RerankerSettings;
import rerank.model.store.CheckpointStore;
import rerank.model.transformer.TransformerConfig;
import rerank.schemas.ExperienceRange;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.versions.Rollout;
import rerank.schemas.versions.StatusReader;
import rerank.schemas.versions.VersionAnnouncer;
import rerank.schemas.versions.WorkerStatuses;
import rerank.trainer.learning.CanaryTrial;
import rerank.trainer.learning.LoggedQuery;
import rerank.trainer.learning.OffPolicy;
import rerank.trainer.learning.Propensities;
import rerank.trainer.learning.PropensityEstimator;

/**
 * Closes the loop: experience becomes a candidate, the gate decides whether it goes out, users' clicks decide whether it
 * stays. A cycle does one of these things, and does it in one transaction: announcement and used experience, or neither. A
 * cycle that dies anywhere before leaves nothing but a checkpoint in the store that no announcement names; the next one
 * repeats it.
 *
 * <p>Owned by one thread. How many native threads a call uses is the process' to say ({@code native.threads} is for the
 * process that does nothing else).
 */
public final class Learner implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Learner.class);

    /** Queries without their documents that are looked at to judge a canary, at most. */
    private static final int MOST_WATCHED = 100_000;

    private final LearnConfig config;
    private final CheckpointStore store;
    private final Progress progress;
    private final VersionAnnouncer announcer;
    private final ExperienceReader experience;
    private final CandidateMaker candidates;
    private final RerankerSettings base;
    private final Clock clock = Clock.systemUTC();
    private long cycles;

    private Learner(
            LearnConfig config,
            CheckpointStore store,
            Progress progress,
            VersionAnnouncer announcer,
            ExperienceReader experience) {
        this.config = config;
        this.store = store;
        this.progress = progress;
        this.announcer = announcer;
        this.experience = experience;
        this.base = RerankerSettings.read(
                config.base(), TransformerConfig.read(config.base().resolve("config.json")));
        this.candidates = new CandidateMaker(config, progress);
    }

    /** A learner that nobody watches. */
    public static Learner open(LearnConfig config, CheckpointStore store) {
        return open(config, store, Progress.NONE);
    }

    /**
     * Opens data and connections; where no version serves yet, the base checkpoint is announced as the first.
     *
     * @param store where workers fetch checkpoints from
     */
    public static Learner open(LearnConfig config, CheckpointStore store, Progress progress) {
        VersionAnnouncer announcer = VersionAnnouncer.open(config.client(), config.topics());
        ExperienceReader experience = null;
        try {
            experience = ExperienceReader.open(config.client(), config.topics(), config.group());
            var learner = new Learner(config, store, progress, announcer, experience);
            learner.announceBase();
            return learner;
        } catch (RuntimeException e) {
            if (experience != null) {
                experience.close();
            }
            announcer.close();
            throw e;
        }
    }

    /**
     * Announces the base where nothing serves. Asking alone ends a transaction that a killed learner left open, which would
     * keep everybody from its offsets and announcements until its time is up.
     */
    private void announceBase() {
        announce(
                standing -> standing.active().isPresent()
                                || standing.find(base.modelVersion()).isPresent()
                        ? List.of()
                        : Rollout.active(standing, base(store.put(base.modelVersion(), config.base()))),
                Map.of());
    }

    private ModelVersion base(CheckpointStore.Stored stored) {
        return draft(base.modelVersion(), "", stored, List.of(), Map.of(), "what learning starts from");
    }

    /**
     * One cycle.
     *
     * @throws StaleCycleException if somebody else announced or used experience meanwhile; nothing was applied
     */
    public CycleReport cycle() {
        cycles++;
        ModelVersions standing = announcer.standing();
        Optional<ModelVersion> active = standing.active();
        if (active.isPresent() && active.get().getPinned()) {
            return report(
                    0,
                    Outcome.PINNED,
                    null,
                    Map.of(),
                    active.get().getVersion() + " is pinned: " + active.get().getReason());
        }
        if (active.isEmpty()) {
            return report(
                    0,
                    Outcome.TOO_LITTLE_EVIDENCE,
                    null,
                    Map.of(),
                    "no version serves: everything was rolled" + " back; promote one to go on");
        }
        Optional<ModelVersion> canary = standing.canary();
        return canary.isPresent() ? judge(standing, active.get(), canary.get()) : learn(standing, active.get());
    }

    /** Holds the canary against the version beside it. Its experience is not used up: the next candidate learns from it. */
    private CycleReport judge(ModelVersions standing, ModelVersion active, ModelVersion canary) {
        progress.at("judging the canary " + canary.getVersion(), 0);
        CanaryStart start = CanaryStart.of(canary, statuses(), config.canary().patience(), clock.millis());
        if (!start.isReached()) {
            return report(0, Outcome.CANARY_PENDING, canary.getVersion(), Map.of(), "not begun yet: " + start.remark());
        }
        ExperienceReader.Batch batch = experience.read(MOST_WATCHED, 0, id -> false);
        List<LoggedQuery> since = batch.fresh().stream()
                .filter(query -> query.shownAtMs() >= start.sinceMs())
                .toList();
        Propensities propensities = propensities(batch.fresh());
        List<LoggedQuery> byCanary = servedBy(since, canary.getVersion());
        List<LoggedQuery> byActive = servedBy(since, active.getVersion());
        CanaryTrial.Finding finding = config.canary()
                .trial()
                .decide(
                        byCanary,
                        byActive,
                        reordered(canary, active, byCanary, byActive, propensities),
                        propensities,
                        config.plan().seed() + standing.lastSequence());
        String reason = start.remark().isEmpty() ? finding.reason() : finding.reason() + "; " + start.remark();
        if (finding.decision() == CanaryTrial.Decision.WAIT) {
            return report(
                    since.size(),
                    Outcome.CANARY_PENDING,
                    canary.getVersion(),
                    finding.figures(),
                    "not decided yet: " + reason);
        }
        boolean isBetter = finding.decision() == CanaryTrial.Decision.PROMOTE;
        var began = new Standing(standing, batch.began());
        announce(
                began.only(
                        experience::committed,
                        now -> isBetter
                                ? Rollout.promote(now, canary.getVersion(), finding.figures(), reason)
                                : Rollout.rollback(now, finding.figures(), reason)),
                Map.of());
        return report(
                since.size(),
                isBetter ? Outcome.PROMOTED : Outcome.ROLLED_BACK,
                canary.getVersion(),
                finding.figures(),
                reason);
    }

    /** What each of the two served, in the order of the other: of the active version's queries the last, as many as the canary's. */
    private CanaryTrial.Reordered reordered(
            ModelVersion canary,
            ModelVersion active,
            List<LoggedQuery> byCanary,
            List<LoggedQuery> byActive,
            Propensities propensities) {
        var offPolicy = new OffPolicy(config.offPolicyCap(), config.clicks());
        List<LoggedQuery> lastByActive =
                byActive.subList(Math.max(0, byActive.size() - byCanary.size()), byActive.size());
        return new CanaryTrial.Reordered() {
            private @Nullable List<LoggedQuery> read;

            @Override
            public double[] byCanary() {
                return offPolicy.differences(fetched(canary), servedBy(withTexts(), active.getVersion()), propensities);
            }

            @Override
            public double[] byActive() {
                progress.at("judging the canary " + canary.getVersion(), 0.5);
                return offPolicy.differences(fetched(active), servedBy(withTexts(), canary.getVersion()), propensities);
            }

            private List<LoggedQuery> withTexts() {
                if (read == null) {
                    read = Learner.this.withTexts(Stream.concat(byCanary.stream(), lastByActive.stream())
                            .toList());
                }
                return read;
            }
        };
    }

    /** The same queries, read once more with their documents. */
    private List<LoggedQuery> withTexts(List<LoggedQuery> queries) {
        Map<String, LoggedQuery> wanted = new HashMap<>();
        queries.forEach(query -> wanted.put(query.query().id(), query));
        return experience.read(MOST_WATCHED, 0, wanted::containsKey).fresh().stream()
                .filter(query -> {
                    LoggedQuery same = wanted.get(query.query().id());
                    return same != null
                            && same.shownAtMs() == query.shownAtMs()
                            && same.modelVersion().equals(query.modelVersion());
                })
                .toList();
    }

    private Path fetched(ModelVersion version) {
        return store.fetch(version.getCheckpointUri(), version.getSha256());
    }

    /** What workers say of themselves; nothing where they are from before they did. */
    private WorkerStatuses statuses() {
        Optional<StatusReader> open = StatusReader.open(config.client(), config.topics());
        if (open.isEmpty()) {
            return WorkerStatuses.NONE;
        }
        try (StatusReader reader = open.get()) {
            return reader.readToEnd();
        }
    }

    private static List<LoggedQuery> servedBy(List<LoggedQuery> queries, String version) {
        return queries.stream()
                .filter(query -> query.modelVersion().equals(version))
                .toList();
    }

    private CycleReport learn(ModelVersions standing, ModelVersion active) {
        progress.at("reading experience", 0);
        LearnConfig.Evidence evidence = config.evidence();
        ExperienceReader.Batch batch = experience.read(evidence.most(), evidence.most(), id -> true);
        int fresh = batch.fresh().size();
        if (fresh < evidence.least()) {
            return report(
                    fresh,
                    Outcome.TOO_LITTLE_EVIDENCE,
                    null,
                    Map.of(),
                    fresh + " new queries of " + evidence.least() + " that a candidate needs");
        }
        List<LoggedQuery> used = batch.newest(evidence.most());
        Propensities propensities = config.terms().isCorrected() ? propensities(used) : Propensities.NONE;
        Path from = store.fetch(active.getCheckpointUri(), active.getSha256());
        String version = VersionNames.next(standing, base.modelVersion());
        CandidateMaker.Candidate made = candidates.make(
                active.getVersion(),
                from,
                used,
                propensities,
                version,
                VersionNames.last(standing, base.modelVersion()));
        Map<String, Double> figures = new TreeMap<>(made.figures());
        figures.put("experiences", (double) fresh);
        figures.put("experiencesWithOlder", (double) used.size());
        figures.putAll(figures(propensities));
        return decided(new Standing(standing, batch.began()), batch, active, version, made, figures);
    }

    private CycleReport decided(
            Standing began,
            ExperienceReader.Batch batch,
            ModelVersion active,
            String version,
            CandidateMaker.Candidate made,
            Map<String, Double> figures) {
        progress.at("announcing " + version, 0);
        int fresh = batch.fresh().size();
        Path checkpoint = made.checkpoint();
        if (checkpoint == null) {
            // Nothing was clicked: no version, but the experience has said what it can.
            commit(began, batch.offsets(), now -> List.of());
            return report(fresh, Outcome.TOO_LITTLE_EVIDENCE, null, figures, made.reason());
        }
        if (!made.passes()) {
            boolean isUsed = config.evidence().isUsedByRefusal();
            ModelVersion draft = draft(
                    version,
                    active.getVersion(),
                    new CheckpointStore.Stored("", ""),
                    isUsed ? batch.ranges() : List.of(),
                    figures,
                    made.reason());
            commit(began, isUsed ? batch.offsets() : Map.of(), now -> Rollout.aside(now, draft, ModelStatus.REFUSED));
            return report(fresh, Outcome.REFUSED, version, figures, made.reason());
        }
        // A cycle that is repeated makes other weights of more experience, so the name in the store tells them apart.
        CheckpointStore.Stored stored = store.put(version + "-" + made.fingerprint(), checkpoint);
        ModelVersion draft = draft(version, active.getVersion(), stored, batch.ranges(), figures, made.reason());
        double share = config.canary().share();
        commit(
                began,
                batch.offsets(),
                now -> share > 0 ? Rollout.canary(now, draft, share) : Rollout.active(now, draft));
        return report(fresh, share > 0 ? Outcome.PUBLISHED_CANARY : Outcome.PROMOTED, version, figures, made.reason());
    }

    /** Announcement and offsets, or neither. */
    private void commit(
            Standing began, Map<TopicPartition, OffsetAndMetadata> offsets, VersionAnnouncer.Decision decision) {
        announce(began.only(experience::committed, decision), offsets);
    }

    private void announce(VersionAnnouncer.Decision decision, Map<TopicPartition, OffsetAndMetadata> offsets) {
        announcer.announce(decision, offsets, experience.group());
    }

    private Propensities propensities(List<LoggedQuery> queries) {
        return PropensityEstimator.DEFAULT.estimate(
                queries, config.clicks(), config.plan().seed());
    }

    private static Map<String, Double> figures(Propensities propensities) {
        Map<String, Double> figures = new HashMap<>();
        for (int k = 0; k < propensities.positions().size(); k++) {
            Propensities.Position position = propensities.positions().get(k);
            figures.put("propensity." + (k + 1), position.propensity());
            figures.put("propensity." + (k + 1) + ".low", position.low());
            figures.put("propensity." + (k + 1) + ".high", position.high());
        }
        return figures;
    }

    private static ModelVersion draft(
            String version,
            String parent,
            CheckpointStore.Stored stored,
            List<ExperienceRange> used,
            Map<String, Double> figures,
            String reason) {
        return ModelVersion.newBuilder()
                .setVersion(version)
                .setSequence(0)
                .setCheckpointUri(stored.uri())
                .setSha256(stored.sha256())
                .setParent(parent)
                .setStatus(ModelStatus.CANDIDATE)
                .setExperience(used)
                .setMetrics(figures)
                .setReason(reason)
                .build();
    }

    private CycleReport report(
            int experiences, Outcome outcome, @Nullable String version, Map<String, Double> figures, String reason) {
        log.info("cycle {}: {} {} ({})", cycles, outcome, version == null ? "" : version, reason);
        return new CycleReport(cycles, experiences, outcome, version, figures, reason);
    }

    @Override
    public void close() {
        experience.close();
        announcer.close();
    }
}
