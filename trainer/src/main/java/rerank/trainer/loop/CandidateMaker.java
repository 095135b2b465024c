package rerank.trainer.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import rerank.trainer.learning.CandidateTraining;
import rerank.trainer.learning.Gate;
import rerank.trainer.learning.GoldenSet;
import rerank.trainer.learning.LoggedQuery;
import rerank.trainer.learning.LossTerms;
import rerank.trainer.learning.OffPolicy;
import rerank.trainer.learning.Propensities;

/** Makes a candidate from experience and holds it against the gate; knows no topics. Owned by the learner's thread. */
final class CandidateMaker {
    private final LearnConfig config;
    private final Progress progress;
    private final @Nullable GoldenSet golden;
    private final CandidateTraining.@Nullable Replay replay;

    /** Golden figures by version, which never change. */
    private final Map<String, GoldenSet.Figures> measured = new HashMap<>();

    CandidateMaker(LearnConfig config, Progress progress) {
        this.config = config;
        this.progress = progress;
        progress.at("opening data", 0);
        this.golden = LearnerData.golden(config);
        this.replay = LearnerData.replay(config);
    }

    /**
     * A candidate with the gate's verdict.
     *
     * @param checkpoint its directory; null where there was nothing to learn from
     * @param passes whether it may serve
     * @param figures by name
     * @param reason for people
     */
    record Candidate(@Nullable Path checkpoint, boolean passes, Map<String, Double> figures, String reason) {
        /** A short digest of its weights. */
        String fingerprint() {
            if (checkpoint == null) {
                throw new IllegalStateException("there is no checkpoint");
            }
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(Files.readAllBytes(checkpoint.resolve("model.safetensors")));
                return HexFormat.of().formatHex(digest.digest(), 0, 4);
            } catch (IOException e) {
                throw new UncheckedIOException("candidate " + checkpoint + ": cannot be read", e);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * Trains from the version that serves and decides.
     *
     * @param made refined versions so far: part of the seed, so that cycles differ and a repeated one does not
     */
    Candidate make(
            String active, Path from, List<LoggedQuery> used, Propensities propensities, String version, int made) {
        List<LoggedQuery> trained = new ArrayList<>();
        List<LoggedQuery> heldOut = new ArrayList<>();
        used.forEach(query -> (isHeldOut(query) ? heldOut : trained).add(query));
        long began = System.nanoTime();
        var training = new CandidateTraining(
                config.terms(),
                config.plan().withSeed(config.plan().seed() + 1000L * made),
                config.clicks(),
                replay);
        CandidateTraining.Outcome outcome = training.train(
                new CandidateTraining.Task(
                        from,
                        config.base(),
                        trained,
                        propensities,
                        version,
                        config.workDirectory().resolve("candidate")),
                share -> progress.at("training " + version, share));
        Map<String, Double> figures = new TreeMap<>();
        addLosses(figures, outcome);
        figures.put("seconds.training", seconds(began));
        Path checkpoint = outcome.checkpoint();
        if (checkpoint == null) {
            return new Candidate(
                    null, false, figures, "none of " + used.size() + " queries has a click or a grade to learn from");
        }
        if (golden == null || config.gate() == null) {
            return new Candidate(checkpoint, true, figures, "no gate");
        }
        long gateBegan = System.nanoTime();
        Gate.Verdict verdict = verdict(golden, config.gate(), active, from, checkpoint, heldOut, propensities);
        figures.putAll(verdict.figures());
        figures.put("seconds.gate", seconds(gateBegan));
        return new Candidate(checkpoint, verdict.passes(), figures, verdict.reason());
    }

    private Gate.Verdict verdict(
            GoldenSet set,
            Gate.Limits limits,
            String active,
            Path from,
            Path candidate,
            List<LoggedQuery> heldOut,
            Propensities propensities) {
        progress.at("gate: golden queries", 0);
        GoldenSet.Figures distilled = measured.computeIfAbsent("", none -> set.measure(config.base()));
        GoldenSet.Figures before = measured.computeIfAbsent(active, version -> set.measure(from));
        progress.at("gate: golden queries", 0.6);
        GoldenSet.Figures after = set.measure(candidate);
        progress.at("gate: off-policy", 0.9);
        double[] offPolicy =
                new OffPolicy(config.offPolicyCap(), config.clicks()).differences(candidate, heldOut, propensities);
        return new Gate(limits, config.plan().seed())
                .decide(new Gate.Evidence(distilled, before, after, offPolicy));
    }

    private static void addLosses(Map<String, Double> figures, CandidateTraining.Outcome outcome) {
        figures.put("lists", (double) outcome.lists());
        figures.put("steps", (double) outcome.steps());
        add(figures, "first", outcome.first());
        add(figures, "last", outcome.last());
    }

    private static void add(Map<String, Double> figures, String when, LossTerms terms) {
        Map<String, Double> values = Map.of(
                "list", terms.list(), "grade", terms.grade(), "kl", terms.divergence(), "replay", terms.replay());
        values.forEach((name, value) -> {
            if (!Double.isNaN(value)) {
                figures.put("loss." + name + "." + when, value);
            }
        });
    }

    /** By hash of the query's id, so that the same query is always kept or always trained on. */
    private boolean isHeldOut(LoggedQuery query) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(("held out " + query.query().id()).getBytes(StandardCharsets.UTF_8));
            int number = ((hash[0] & 0xFF) << 16) | ((hash[1] & 0xFF) << 8) | (hash[2] & 0xFF);
            return number < config.evidence().heldOut() * (1 << 24);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
