package rerank.model.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How a checkpoint's tensors become the list of weights that the program takes: in the order told at the top of {@code
 * decoder.py}, some of them stacked by rows, an empty tensor where the family has none.
 */
public final class WeightLayout {
    /** Entries before those of the first layer. */
    static final int BEFORE_LAYERS = 4;

    /** Entries of each layer. */
    static final int PER_LAYER = 9;

    private final TransformerConfig config;
    private final List<Slot> slots = new ArrayList<>();

    /**
     * One entry of the program's list: the tensors stacked to make it, none for an empty one.
     *
     * @param parts in the order of their rows
     */
    public record Slot(List<Part> parts) {
        public Slot {
            parts = List.copyOf(parts);
        }

        /** An entry of tensors stacked by rows; without any, an empty one. */
        public static Slot of(Part... parts) {
            return new Slot(List.of(parts));
        }

        /** Numbers in it. */
        public long elements() {
            return parts.stream().mapToLong(Part::elements).sum();
        }
    }

    /**
     * A tensor of the checkpoint.
     *
     * @param name Hugging Face's name for it
     * @param shape its dimensions
     * @param origin which keys of config.json the shape comes from
     */
    public record Part(String name, List<Long> shape, String origin) {
        public Part {
            shape = List.copyOf(shape);
        }

        /** A tensor of these dimensions. */
        public static Part of(String name, String origin, long... shape) {
            return new Part(name, Arrays.stream(shape).boxed().toList(), origin);
        }

        long elements() {
            return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
        }
    }

    private WeightLayout(TransformerConfig config) {
        this.config = config;
    }

    /** The entries for a model of this shape. */
    static List<Slot> of(TransformerConfig config) {
        WeightLayout layout = new WeightLayout(config);
        layout.addEnds();
        for (int layer = 0; layer < config.layers(); layer++) {
            layout.addLayer("model.layers." + layer + ".");
        }
        return List.copyOf(layout.slots);
    }

    private void addEnds() {
        String table = "vocab_size=" + config.vocabularySize() + ", " + width();
        add(part("model.embed_tokens.weight", table, config.vocabularySize(), config.hiddenSize()));
        add(part("model.norm.weight", width(), config.hiddenSize()));
        addIf(
                !config.tiedEmbeddings(),
                part(
                        "lm_head.weight",
                        table + ", tie_word_embeddings=false",
                        config.vocabularySize(),
                        config.hiddenSize()));
        addIf(
                config.tokenTypes() > 0,
                part(
                        "model.embed_token_types.weight",
                        "rerank_token_types=" + config.tokenTypes() + ", " + width(),
                        config.tokenTypes(),
                        config.hiddenSize()));
    }

    private void addLayer(String layer) {
        String attention = layer + "self_attn.";
        String head = "head_dim=" + config.headSize();
        String queries = "num_attention_heads=" + config.heads() + ", " + head;
        String keys = "num_key_value_heads=" + config.keyValueHeads() + ", " + head;
        long queryRows = (long) config.heads() * config.headSize();
        long keyRows = (long) config.keyValueHeads() * config.headSize();
        add(part(layer + "input_layernorm.weight", width(), config.hiddenSize()));
        add(
                part(attention + "q_proj.weight", queries + ", " + width(), queryRows, config.hiddenSize()),
                part(attention + "k_proj.weight", keys + ", " + width(), keyRows, config.hiddenSize()),
                part(attention + "v_proj.weight", keys + ", " + width(), keyRows, config.hiddenSize()));
        addIf(
                config.attentionBias(),
                part(attention + "q_proj.bias", queries, queryRows),
                part(attention + "k_proj.bias", keys, keyRows),
                part(attention + "v_proj.bias", keys, keyRows));
        addIf(config.queryKeyNorm(), part(attention + "q_norm.weight", head, config.headSize()));
        addIf(config.queryKeyNorm(), part(attention + "k_norm.weight", head, config.headSize()));
        add(part(attention + "o_proj.weight", queries + ", " + width(), config.hiddenSize(), queryRows));
        add(part(layer + "post_attention_layernorm.weight", width(), config.hiddenSize()));
        String inner = "intermediate_size=" + config.feedForwardSize() + ", " + width();
        add(
                part(layer + "mlp.gate_proj.weight", inner, config.feedForwardSize(), config.hiddenSize()),
                part(layer + "mlp.up_proj.weight", inner, config.feedForwardSize(), config.hiddenSize()));
        add(part(layer + "mlp.down_proj.weight", inner, config.hiddenSize(), config.feedForwardSize()));
    }

    private String width() {
        return "hidden_size=" + config.hiddenSize();
    }

    private static Part part(String name, String origin, long... shape) {
        return Part.of(name, origin, shape);
    }

    private void add(Part... parts) {
        slots.add(Slot.of(parts));
    }

    private void addIf(boolean present, Part... parts) {
        slots.add(present ? Slot.of(parts) : Slot.of());
    }
}
