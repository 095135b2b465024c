package rerank.model;

import java.nio.file.Path;
import rerank.model.encoder.EncoderConfig;
import rerank.model.generation.Scheduler;
import rerank.model.ranking.PairJudge;
import rerank.model.transformer.Device;
import rerank.model.transformer.Precision;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.ConfigJson;

/** The judge that a checkpoint directory holds, whatever its family. */
public final class CheckpointJudge {
    private CheckpointJudge() {}

    /**
     * Loads a checkpoint for float32 arithmetic on the CPU, within {@link Scheduler.Limits#DEFAULT}.
     *
     * @throws CheckpointException saying what is wrong with the directory
     */
    public static PairJudge load(Path checkpoint) {
        return load(checkpoint, Precision.FLOAT32, Device.cpu(), Scheduler.Limits.DEFAULT);
    }

    /**
     * Loads a language model or a cross-encoder, by the {@code model_type} of its {@code config.json}. The judge's {@link
     * PairJudge.Identity#modes()} say what it can do.
     *
     * @param limits of a language model; a cross-encoder decodes nothing and needs none
     * @throws CheckpointException saying what is wrong with the directory
     * @throws IllegalArgumentException if such a model cannot compute in this precision on this device
     */
    public static PairJudge load(Path checkpoint, Precision precision, Device device, Scheduler.Limits limits) {
        ConfigJson config = ConfigJson.read(checkpoint.resolve(ConfigJson.FILE));
        if (EncoderConfig.describes(config)) {
            if (!device.equals(Device.cpu())) {
                throw new IllegalArgumentException("checkpoint " + checkpoint + " is a cross-encoder, which runs on the"
                        + " CPU alone; use device cpu instead of " + device.name());
            }
            return CrossEncoderReranker.load(checkpoint, precision);
        }
        if (TransformerConfig.describes(config)) {
            return LanguageModelReranker.load(checkpoint, precision, device, limits);
        }
        throw config.refused(
                "model_type",
                TransformerConfig.families() + " as language models, " + EncoderConfig.families()
                        + " as cross-encoders");
    }
}
