package rerank.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import rerank.model.transformer.TransformerConfig;
import rerank.model.transformer.TransformerTrainer;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;
import rerank.model.weights.SafeTensorsWriter.Tensor;
import rerank.trainer.tokenizer.BytePairTrainer;

/** A tiny checkpoint with random weights and all the parts of a real one, for tests of what is around the model. */
final class TestCheckpoint {
    private static final List<String> SPECIAL_TOKENS = List.of(
            "<|pad|>",
            "<|end|>",
            "<|instruction|>",
            "<|query|>",
            "<|title|>",
            "<|text|>",
            "<|explain|>",
            "<|label|>",
            "<|0|>",
            "<|1|>",
            "<|2|>");

    private TestCheckpoint() {}

    /** Writes a cross-encoder, a BERT of one layer, into a directory and returns it. */
    static Path writeCrossEncoder(Path directory) throws IOException {
        Files.createDirectories(directory);
        BytePairTrainer tokens = new BytePairTrainer(300, List.of("[PAD]", "[CLS]", "[SEP]"));
        tokens.add("the quick brown fox jumps over the lazy dog", 1);
        tokens.train((done, wanted) -> {}).writeTo(directory, Map.of("pad_token", "[PAD]"));
        putPairsIntoPostProcessor(directory.resolve("tokenizer.json"));
        List<Tensor> tensors = new ArrayList<>();
        Random random = new Random(1);
        add(tensors, random, "bert.embeddings.word_embeddings", 300, 32);
        add(tensors, random, "bert.embeddings.position_embeddings", 256, 32);
        add(tensors, random, "bert.embeddings.token_type_embeddings", 2, 32);
        for (String name : List.of(
                "embeddings.LayerNorm",
                "encoder.layer.0.attention.output.LayerNorm",
                "encoder.layer.0.output.LayerNorm")) {
            add(tensors, random, "bert." + name, 32);
            addBias(tensors, random, "bert." + name, 32);
        }
        Map<String, long[]> linear = Map.of(
                "bert.encoder.layer.0.attention.self.query", new long[] {32, 32},
                "bert.encoder.layer.0.attention.self.key", new long[] {32, 32},
                "bert.encoder.layer.0.attention.self.value", new long[] {32, 32},
                "bert.encoder.layer.0.attention.output.dense", new long[] {32, 32},
                "bert.encoder.layer.0.intermediate.dense", new long[] {64, 32},
                "bert.encoder.layer.0.output.dense", new long[] {32, 64},
                "bert.pooler.dense", new long[] {32, 32},
                "classifier", new long[] {1, 32});
        linear.forEach((name, shape) -> {
            add(tensors, random, name, shape);
            addBias(tensors, random, name, shape[0]);
        });
        SafeTensorsWriter.write(directory.resolve("model.safetensors"), tensors, ElementType.F32);
        Files.writeString(directory.resolve("config.json"), """
                {"model_type": "bert", "architectures": ["BertForSequenceClassification"], "id2label": {"0": "LABEL_0"},
                 "vocab_size": 300, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "max_position_embeddings": 256}
                """);
        Files.writeString(directory.resolve("reranker.json"), "{\"modelVersion\": \"random-bert\"}");
        return directory;
    }

    private static void putPairsIntoPostProcessor(Path file) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = (ObjectNode) json.readTree(file.toFile());
        int cls = id(root, "[CLS]");
        int sep = id(root, "[SEP]");
        root.set(
                "post_processor",
                json.readTree("{\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", " + sep + "], \"cls\": [\"[CLS]\", "
                        + cls + "]}"));
        json.writeValue(file.toFile(), root);
    }

    private static int id(ObjectNode tokenizer, String token) {
        for (JsonNode added : tokenizer.path("added_tokens")) {
            if (added.path("content").asText().equals(token)) {
                return added.path("id").asInt();
            }
        }
        throw new AssertionError("no token " + token);
    }

    private static void add(List<Tensor> tensors, Random random, String name, long... shape) {
        tensors.add(random(random, name + ".weight", shape));
    }

    private static void addBias(List<Tensor> tensors, Random random, String name, long size) {
        tensors.add(random(random, name + ".bias", size));
    }

    private static Tensor random(Random random, String name, long... shape) {
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.4 * random.nextGaussian());
        }
        return new Tensor(name, Arrays.stream(shape).boxed().toList(), () -> values);
    }

    /** Writes a chat model, which also puts lists in order, into a directory and returns it. */
    static Path writeChat(Path directory) throws IOException {
        Files.createDirectories(directory);
        BytePairTrainer tokens = new BytePairTrainer(300, List.of("<|im_start|>", "<|im_end|>", "<|endoftext|>"));
        tokens.add("the quick brown fox jumps over the lazy dog", 1);
        tokens.train((done, wanted) -> {}).writeTo(directory, Map.of("eos_token", "<|im_end|>"));
        TransformerConfig config = new TransformerConfig(
                "qwen2", 1, 32, 2, 2, 16, 64, 300, 4096, 10_000, null, 1e-6, true, true, false, 0);
        try (TransformerTrainer weights = TransformerTrainer.fresh(config, 1)) {
            weights.save(directory, false);
        }
        Files.writeString(directory.resolve("reranker.json"), """
                {"modelVersion": "random-chat", "promptTemplate": "interank-chat-v1", "defaultMode": "label",
                 "maxPromptTokens": 3800, "maxExplanationTokens": 8}
                """);
        return directory;
    }

    /** Writes one into a directory and returns it. */
    static Path write(Path directory) throws IOException {
        Files.createDirectories(directory);
        BytePairTrainer tokens = new BytePairTrainer(300, SPECIAL_TOKENS);
        tokens.add("the quick brown fox jumps over the lazy dog", 1);
        var tokenizer = tokens.train((done, wanted) -> {});
        tokenizer.writeTo(directory, Map.of("pad_token", "<|pad|>", "eos_token", "<|end|>"));
        TransformerConfig config = new TransformerConfig(
                "llama", 1, 32, 2, 2, 16, 64, 300, 256, 10_000, null, 1e-6, true, false, false, 16);
        try (TransformerTrainer weights = TransformerTrainer.fresh(config, 1)) {
            weights.save(directory, false);
        }
        Files.writeString(directory.resolve("reranker.json"), """
                {"modelVersion": "random-1", "promptTemplate": "compact-v1", "defaultMode": "justify",
                 "firstStageWeight": {"explain": 0.5, "label": 0.5, "justify": 0.5},
                 "maxPromptTokens": 200, "maxExplanationTokens": 12}
                """);
        return directory;
    }
}
