package rerank.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import rerank.model.CheckpointJudge;
import rerank.model.PrecisionTrial;
import rerank.model.RerankerSettings;
import rerank.model.adapter.AdapterMerge;
import rerank.model.generation.Scheduler;
import rerank.model.ranking.PairJudge;
import rerank.model.transformer.Device;
import rerank.model.transformer.KeyValueCache;
import rerank.model.transformer.Precision;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.ConfigJson;
import rerank.topology.worker.Inference;
import rerank.topology.worker.WorkerKeys;

/**
 * Makes a worker's judges out of what its configuration says of inference: one for each device. An {@code auto} precision is
 * tried out once for each shape of model, so that a new version of the same shape loads quickly.
 */
public final class JudgeLoader {
    private static final String AUTO = "auto";
    private static final long MIB = 1L << 20;
    private static final long MOST_BYTES_BY_DEFAULT = 4096 * MIB;

    private final Inference settings;
    private final OptionalLong freeBytes;

    /** What a trial chose, by the text of {@code config.json}. */
    private final Map<String, Precision> chosen = new ConcurrentHashMap<>();

    /**
     * A loader.
     *
     * @param freeBytes memory that is free; empty where nobody knows
     */
    public JudgeLoader(Inference settings, OptionalLong freeBytes) {
        this.settings = settings;
        this.freeBytes = freeBytes;
    }

    /**
     * Loads a checkpoint once for each device; the caller closes the judges.
     *
     * @throws IllegalArgumentException naming the setting that the checkpoint or this machine cannot do
     * @throws rerank.model.weights.CheckpointException saying what is wrong with the directory
     */
    public List<PairJudge> load(Path checkpoint) {
        ConfigJson config = ConfigJson.read(checkpoint.resolve(ConfigJson.FILE));
        boolean decodes = TransformerConfig.describes(config);
        List<Device> devices = devices(decodes);
        long cacheBytes = cacheBytes(devices);
        Scheduler.Limits limits = new Scheduler.Limits(settings.stepTokens(), settings.maxSequences(), cacheBytes);
        Precision precision = precision(checkpoint, devices.get(0), decodes, limits);
        if (decodes) {
            requireRoomForOneSequence(checkpoint, precision, cacheBytes);
        }
        List<PairJudge> judges = new ArrayList<>();
        try {
            for (Device device : devices) {
                judges.add(CheckpointJudge.load(checkpoint, precision, device, limits));
            }
            return judges;
        } catch (RuntimeException e) {
            judges.forEach(PairJudge::close);
            throw e;
        }
    }

    /**
     * Loads a checkpoint, or an adapter (PEFT's layout) merged with its base.
     *
     * @param base of adapters
     */
    public List<PairJudge> load(Path checkpoint, Path base) {
        if (Files.exists(checkpoint.resolve(ConfigJson.FILE))) {
            return load(checkpoint);
        }
        try {
            Path merged = Files.createTempDirectory("rerank-merged-");
            try {
                AdapterMerge.merge(base, checkpoint, merged);
                return load(merged);
            } finally {
                deleteFiles(merged);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("adapter " + checkpoint + " cannot be merged with " + base, e);
        }
    }

    private static void deleteFiles(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /** What does not decode computes on the CPU, which is then what {@code auto} means. */
    private List<Device> devices(boolean decodes) {
        boolean isAuto = settings.devices().strip().equalsIgnoreCase(AUTO);
        try {
            return isAuto && !decodes ? List.of(Device.cpu()) : Device.parse(settings.devices());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(WorkerKeys.DEVICES + ": " + e.getMessage(), e);
        }
    }

    private Precision precision(Path checkpoint, Device device, boolean decodes, Scheduler.Limits limits) {
        if (settings.precision().strip().equalsIgnoreCase(AUTO)) {
            return chosen.computeIfAbsent(
                    shape(checkpoint),
                    shape -> PrecisionTrial.choose(
                            precision -> CheckpointJudge.load(checkpoint, precision, device, limits),
                            toBeTried(checkpoint, device, decodes)));
        }
        try {
            return Precision.of(settings.precision());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(WorkerKeys.PRECISION + ": " + e.getMessage(), e);
        }
    }

    private static String shape(Path checkpoint) {
        try {
            return Files.readString(checkpoint.resolve(ConfigJson.FILE));
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint " + checkpoint + " cannot be read", e);
        }
    }

    /** Those that the device computes in. A model that float32 would fill half the free memory with is not tried in it. */
    private List<Precision> toBeTried(Path checkpoint, Device device, boolean decodes) {
        List<Precision> precisions = new ArrayList<>();
        boolean isSmall = !decodes
                || TransformerConfig.read(checkpoint.resolve(ConfigJson.FILE)).parameters()
                                * Precision.FLOAT32.weightBytes()
                        < freeBytes.orElse(Long.MAX_VALUE) / 2;
        if (isSmall) {
            precisions.add(Precision.FLOAT32);
        }
        precisions.add(Precision.BFLOAT16);
        if (decodes && device.equals(Device.cpu()) && Transformer.supports(Precision.INT8)) {
            precisions.add(Precision.INT8);
        }
        return precisions;
    }

    /** The bound on keys and values for each device; what lies on a GPU is not held to the memory of the CPU. */
    private long cacheBytes(List<Device> devices) {
        long free = freeBytes.orElse(Long.MAX_VALUE);
        if (settings.cacheMib() == 0) {
            return freeBytes.isPresent()
                    ? Math.max(1, Math.min(MOST_BYTES_BY_DEFAULT, free / 4))
                    : Scheduler.Limits.DEFAULT.cacheBytes();
        }
        long asked = settings.cacheMib() * MIB;
        long caches = devices.stream().filter(Device.cpu()::equals).count();
        if (caches > 0 && asked > free / caches) {
            throw new IllegalArgumentException(WorkerKeys.CACHE_MIB + "=" + settings.cacheMib() + ", but " + free / MIB
                    + " MiB of memory are free for " + caches + (caches == 1 ? " cache" : " caches") + "; at most "
                    + free / caches / MIB + " fit, less what the weights take");
        }
        return asked;
    }

    private void requireRoomForOneSequence(Path checkpoint, Precision precision, long cacheBytes) {
        TransformerConfig model = TransformerConfig.read(checkpoint.resolve(ConfigJson.FILE));
        RerankerSettings reranker = RerankerSettings.read(checkpoint, model);
        int positions = Math.min(model.maxPositions(), reranker.longestSequence());
        long needed = KeyValueCache.bytesOf(positions, model, precision);
        if (needed > cacheBytes) {
            long bytesOfOne = model.cacheBytesPerToken(precision);
            throw new IllegalArgumentException("keys and values of one pair need " + mib(needed) + " MiB: " + positions
                    + " tokens by " + RerankerSettings.FILE + " of " + checkpoint + ", " + bytesOfOne
                    + " bytes each; the"
                    + " cache has " + cacheBytes / MIB + " MiB, which hold about " + cacheBytes / bytesOfOne
                    + " tokens. Set " + WorkerKeys.CACHE_MIB + " to at least " + mib(needed) + free()
                    + ", or lower maxPromptTokens or maxExplanationTokens");
        }
    }

    private String free() {
        return freeBytes.isPresent() ? " (" + freeBytes.getAsLong() / MIB + " MiB of memory are free)" : "";
    }

    private static long mib(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }
}
