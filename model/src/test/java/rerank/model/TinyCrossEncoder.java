package rerank.model;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import rerank.model.tokenizer.TinyTokenizer;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;
import rerank.model.weights.SafeTensorsWriter.Tensor;

/** Writes whole checkpoints of a BERT with random weights and a tokenizer of bytes. */
public final class TinyCrossEncoder {
    public static final int POSITIONS = 64;
    private static final int VOCABULARY = 258;
    private static final int WIDTH = 16;
    private static final int INNER = 24;
    private static final String POST_PROCESSOR = """
            {"type": "TemplateProcessing",
             "single": [{"Sequence": {"id": "A", "type_id": 0}}],
             "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
              {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
              {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
             "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [256], "tokens": ["[CLS]"]},
              "[SEP]": {"id": "[SEP]", "ids": [257], "tokens": ["[SEP]"]}}}""";

    private final Random random;
    private final List<Tensor> tensors = new ArrayList<>();

    private TinyCrossEncoder(long seed) {
        this.random = new Random(seed);
    }

    /** A tokenizer of bytes that puts [CLS] and [SEP] around pairs. */
    public static TinyTokenizer tokenizer() {
        return new TinyTokenizer().special(List.of("[CLS]", "[SEP]")).with("post_processor", POST_PROCESSOR);
    }

    /** A model whose logits depend on the pair. */
    public static Path random(Path directory, long seed) {
        return write(directory, seed, 1, new float[] {0});
    }

    /** A model that gives every pair the same logits. */
    public static Path constant(Path directory, float... logits) {
        return write(directory, 1, 0, logits);
    }

    private static Path write(Path directory, long seed, double headScale, float[] headBias) {
        tokenizer().writeTo(directory);
        TinyCrossEncoder model = new TinyCrossEncoder(seed);
        model.add("bert.embeddings.word_embeddings.weight", 1, VOCABULARY, WIDTH);
        model.add("bert.embeddings.position_embeddings.weight", 1, POSITIONS, WIDTH);
        model.add("bert.embeddings.token_type_embeddings.weight", 1, 2, WIDTH);
        model.addNorm("bert.embeddings.LayerNorm");
        String layer = "bert.encoder.layer.0.";
        for (String projection : List.of("query", "key", "value")) {
            model.addLinear(layer + "attention.self." + projection, WIDTH, WIDTH);
        }
        model.addLinear(layer + "attention.output.dense", WIDTH, WIDTH);
        model.addNorm(layer + "attention.output.LayerNorm");
        model.addLinear(layer + "intermediate.dense", INNER, WIDTH);
        model.addLinear(layer + "output.dense", WIDTH, INNER);
        model.addNorm(layer + "output.LayerNorm");
        model.addLinear("bert.pooler.dense", WIDTH, WIDTH);
        model.add("classifier.weight", headScale, headBias.length, WIDTH);
        model.tensors.add(new Tensor("classifier.bias", List.of((long) headBias.length), () -> headBias));
        SafeTensorsWriter.write(directory.resolve("model.safetensors"), model.tensors, ElementType.F32);
        writeConfig(directory, headBias.length);
        return directory;
    }

    private static void writeConfig(Path directory, int labels) {
        JsonMapper mapper = new JsonMapper();
        ObjectNode config = mapper.createObjectNode().put("model_type", "bert");
        config.putArray("architectures").add("BertForSequenceClassification");
        config.put("vocab_size", VOCABULARY).put("hidden_size", WIDTH).put("intermediate_size", INNER);
        config.put("num_hidden_layers", 1).put("num_attention_heads", 2).put("max_position_embeddings", POSITIONS);
        ObjectNode names = config.putObject("id2label");
        for (int label = 0; label < labels; label++) {
            names.put(String.valueOf(label), "LABEL_" + label);
        }
        try {
            mapper.writeValue(directory.resolve("config.json").toFile(), config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void addLinear(String name, int rows, int columns) {
        add(name + ".weight", 0.4, rows, columns);
        add(name + ".bias", 0.4, rows);
    }

    private void addNorm(String name) {
        add(name + ".weight", 1, WIDTH);
        add(name + ".bias", 0.1, WIDTH);
    }

    private void add(String name, double scale, long... shape) {
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        tensors.add(new Tensor(name, Arrays.stream(shape).boxed().toList(), () -> values));
    }
}
