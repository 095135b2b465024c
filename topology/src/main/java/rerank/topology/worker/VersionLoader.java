package rerank.topology.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.schemas.ModelVersion;
import rerank.topology.inference.EngineGroup;
import rerank.topology.inference.InferenceEngine;
import rerank.topology.inference.SteppingEngine;

/**
 * Makes an engine of an announced version, or says why that cannot be: its files are fetched and checked, there must be memory
 * for it beside what serves, it must call itself by its name, and it must judge a pair. Nothing of what serves is touched.
 */
final class VersionLoader {
    /** Weights of two bytes in float32, and once more in the order that the products want. */
    private static final int MEMORY_FACTOR = 4;

    private static final long MIB = 1L << 20;
    private static final Pair SAMPLE = new Pair(
            new Query("warm-up", "rain jacket with a hood", ""),
            new Candidate("warm-up", "Rain jacket", "A light jacket with a hood. It keeps the rain out.", 1.0, 1),
            Pair.Task.LABEL,
            null);

    private final ModelSource source;
    private final Optional<Mode> defaultMode;
    private final int maxInFlight;

    /**
     * A loader.
     *
     * @param defaultMode the mode that every version must offer, where the configuration names one
     */
    VersionLoader(ModelSource source, Optional<Mode> defaultMode, int maxInFlight) {
        this.source = source;
        this.defaultMode = defaultMode;
        this.maxInFlight = maxInFlight;
    }

    /** The configured checkpoint, again. */
    InferenceEngine loadConfigured() {
        return start(load("the configured checkpoint", source.configured()));
    }

    /**
     * Loads a version.
     *
     * @throws RuntimeException saying what is wrong with it
     */
    InferenceEngine load(ModelVersion version) {
        String name = version.getVersion();
        Path checkpoint = source.store().fetch(version.getCheckpointUri(), version.getSha256());
        List<PairJudge> judges = load("model version " + name, checkpoint);
        String own = judges.get(0).identity().modelVersion();
        if (!own.equals(name)) {
            judges.forEach(PairJudge::close);
            throw new IllegalArgumentException("model version " + name + ": its checkpoint calls itself " + own
                    + " (modelVersion in reranker.json), so results would not name what was announced; publish it as "
                    + own);
        }
        return start(judges);
    }

    private List<PairJudge> load(String what, Path checkpoint) {
        requireMemory(what, checkpoint);
        List<PairJudge> judges = source.loader().apply(checkpoint);
        try {
            for (PairJudge judge : judges) {
                defaultMode.ifPresent(judge.identity()::requireOffered);
                warmUp(what, judge);
            }
            return judges;
        } catch (RuntimeException e) {
            judges.forEach(PairJudge::close);
            throw e;
        }
    }

    private void requireMemory(String what, Path checkpoint) {
        OptionalLong free = source.freeBytes().get();
        long needed = MEMORY_FACTOR * sizeBytes(checkpoint);
        if (free.isPresent() && needed > free.getAsLong()) {
            throw new IllegalArgumentException(what + " needs about " + mib(needed) + " MiB beside what serves ("
                    + MEMORY_FACTOR + " times the " + mib(sizeBytes(checkpoint)) + " MiB of " + checkpoint + "), but "
                    + mib(free.getAsLong()) + " MiB of memory are free; give the worker more, or restart it with this"
                    + " checkpoint in " + WorkerKeys.CHECKPOINT);
        }
    }

    private static void warmUp(String what, PairJudge judge) {
        PairJudge.Identity identity = judge.identity();
        boolean isLabel = identity.modes().stream().anyMatch(mode -> mode != Mode.EXPLAIN);
        Pair pair = isLabel ? SAMPLE : new Pair(SAMPLE.query(), SAMPLE.candidate(), Pair.Task.EXPLAIN, null);
        Judgment judgment = judge.judge(List.of(pair)).get(0);
        if (isLabel && judgment instanceof Judgment.Unjudged unjudged) {
            throw new IllegalArgumentException(what + " does not judge a sample pair: " + unjudged.reason());
        }
    }

    private InferenceEngine start(List<PairJudge> judges) {
        return EngineGroup.of(judges.stream()
                .<InferenceEngine>map(judge -> SteppingEngine.start(judge, maxInFlight, Clock.systemUTC()))
                .toList());
    }

    private static long sizeBytes(Path checkpoint) {
        try (Stream<Path> files = Files.walk(checkpoint)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint " + checkpoint + " cannot be read", e);
        }
    }

    private static long mib(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }
}
