package rerank.model;

import java.nio.file.Path;
import rerank.model.encoder.EncoderConfig;
import rerank.model.ranking.PairJudge;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.ConfigJson;

/** The judge that a checkpoint directory holds, whatever its family. */
public final class CheckpointJudge {
    private CheckpointJudge() {}

    /**
     * Loads a language model or a cross-encoder, by the {@code model_type} of its {@code config.json}. The judge's {@link
     * PairJudge.Identity#modes()} say what it can do.
     *
     * @throws CheckpointException saying what is wrong with the directory
     */
    public static PairJudge load(Path checkpoint) {
        ConfigJson config = ConfigJson.read(checkpoint.resolve(ConfigJson.FILE));
        if (EncoderConfig.describes(config)) {
            return CrossEncoderReranker.load(checkpoint);
        }
        if (TransformerConfig.describes(config)) {
            return LanguageModelReranker.load(checkpoint);
        }
        throw config.refused(
                "model_type",
                TransformerConfig.families() + " as language models, " + EncoderConfig.families()
                        + " as cross-encoders");
    }
}
