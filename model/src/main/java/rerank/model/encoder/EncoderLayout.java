package rerank.model.encoder;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rerank.model.transformer.WeightLayout.Part;
import rerank.model.transformer.WeightLayout.Slot;

/**
 * How a checkpoint's tensors become the list of weights that an encoder's program takes, in the order told at the top of
 * {@code encoder.py} and {@code modernbert.py}.
 */
final class EncoderLayout {
    private final EncoderConfig config;
    private final long width;
    private final long inner;
    private final List<Slot> slots = new ArrayList<>();

    private EncoderLayout(EncoderConfig config) {
        this.config = config;
        this.width = config.hiddenSize();
        this.inner = config.feedForwardSize();
    }

    /** The entries for a model of this shape. */
    static List<Slot> of(EncoderConfig config) {
        EncoderLayout layout = new EncoderLayout(config);
        EncoderConfig.@Nullable ModernBert modern = config.modernBert();
        if (modern != null) {
            layout.addModernBert(modern);
        } else {
            layout.addPostNorm();
        }
        return List.copyOf(layout.slots);
    }

    /** BERT and ELECTRA: names differ in the prefix and in the head. */
    private void addPostNorm() {
        String embeddings = config.family() + ".embeddings.";
        long size = config.embeddingSize();
        String sizeOrigin = size == width ? "hidden_size=" + width : "embedding_size=" + size;
        add(part(embeddings + "word_embeddings.weight", vocabulary(), config.vocabularySize(), size));
        add(part(
                embeddings + "position_embeddings.weight",
                "max_position_embeddings=" + config.maxPositions(),
                config.maxPositions(),
                size));
        add(part(
                embeddings + "token_type_embeddings.weight",
                "type_vocab_size=" + config.tokenTypes(),
                config.tokenTypes(),
                size));
        add(part(embeddings + "LayerNorm.weight", sizeOrigin, size));
        add(part(embeddings + "LayerNorm.bias", sizeOrigin, size));
        if (size == width) {
            slots.add(Slot.of());
            slots.add(Slot.of());
        } else {
            addLinear(config.family() + ".embeddings_project", sizeOrigin, width, size);
        }
        if (config.family().equals(Family.BERT.modelType())) {
            addLinear("bert.pooler.dense", origin(), width, width);
            addLinear("classifier", labels(), config.labels(), width);
        } else {
            addLinear("classifier.dense", origin(), width, width);
            addLinear("classifier.out_proj", labels(), config.labels(), width);
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            addPostNormLayer(config.family() + ".encoder.layer." + layer + ".");
        }
    }

    private void addPostNormLayer(String layer) {
        String attention = layer + "attention.self.";
        add(
                part(attention + "query.weight", origin(), width, width),
                part(attention + "key.weight", origin(), width, width),
                part(attention + "value.weight", origin(), width, width));
        add(
                part(attention + "query.bias", origin(), width),
                part(attention + "key.bias", origin(), width),
                part(attention + "value.bias", origin(), width));
        addLinear(layer + "attention.output.dense", origin(), width, width);
        addNorm(layer + "attention.output.LayerNorm");
        addLinear(layer + "intermediate.dense", innerOrigin(), inner, width);
        addLinear(layer + "output.dense", innerOrigin(), width, inner);
        addNorm(layer + "output.LayerNorm");
    }

    private void addModernBert(EncoderConfig.ModernBert modern) {
        add(part("model.embeddings.tok_embeddings.weight", vocabulary(), config.vocabularySize(), width));
        add(part("model.embeddings.norm.weight", origin(), width));
        add(part("model.final_norm.weight", origin(), width));
        add(part("head.dense.weight", origin(), width, width));
        addIf(modern.headBias(), part("head.dense.bias", "classifier_bias=true, " + origin(), width));
        add(part("head.norm.weight", origin(), width));
        addLinear("classifier", labels(), config.labels(), width);
        for (int layer = 0; layer < config.layers(); layer++) {
            String name = "model.layers." + layer + ".";
            addIf(layer > 0, part(name + "attn_norm.weight", origin(), width));
            add(part(name + "attn.Wqkv.weight", origin(), 3 * width, width));
            add(part(name + "attn.Wo.weight", origin(), width, width));
            add(part(name + "mlp_norm.weight", origin(), width));
            add(part(name + "mlp.Wi.weight", innerOrigin(), 2 * inner, width));
            add(part(name + "mlp.Wo.weight", innerOrigin(), width, inner));
        }
    }

    private void addLinear(String name, String origin, long rows, long columns) {
        add(part(name + ".weight", origin, rows, columns));
        add(part(name + ".bias", origin, rows));
    }

    private void addNorm(String name) {
        add(part(name + ".weight", origin(), width));
        add(part(name + ".bias", origin(), width));
    }

    private String origin() {
        return "hidden_size=" + width;
    }

    private String innerOrigin() {
        return "intermediate_size=" + inner + ", " + origin();
    }

    private String vocabulary() {
        return "vocab_size=" + config.vocabularySize() + ", " + origin();
    }

    private String labels() {
        return "id2label of " + config.labels() + " labels, " + origin();
    }

    private static Part part(String name, String origin, long... shape) {
        return Part.of(name, origin, shape);
    }

    private void add(Part... parts) {
        slots.add(Slot.of(parts));
    }

    private void addIf(boolean present, Part part) {
        slots.add(present ? Slot.of(part) : Slot.of());
    }
}
