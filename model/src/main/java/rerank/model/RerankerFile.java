package rerank.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import rerank.model.encoder.EncoderConfig;
import rerank.model.prompt.PromptTemplate;
import rerank.model.ranking.Mode;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.StoredTensor;
import rerank.model.weights.WeightMap;

/** Reads and writes {@code reranker.json}. */
final class RerankerFile {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> KEYS = new TreeSet<>(List.of(
            "modelVersion",
            "promptTemplate",
            "defaultMode",
            "firstStageWeight",
            "maxPromptTokens",
            "maxExplanationTokens"));
    private static final Set<String> CROSS_ENCODER_KEYS =
            new TreeSet<>(List.of("modelVersion", "defaultMode", "firstStageWeight", "maxPromptTokens"));

    /** Bytes of each weights file that go into the digest: its header and its first weights. */
    private static final int DIGEST_BYTES = 1 << 20;

    private final JsonNode root;

    private RerankerFile(JsonNode root) {
        this.root = root;
    }

    static RerankerSettings read(Path checkpoint, TransformerConfig model) {
        return read(checkpoint, file -> file.languageModel(checkpoint, model));
    }

    static CrossEncoderSettings read(Path checkpoint, EncoderConfig model) {
        return read(checkpoint, file -> file.crossEncoder(checkpoint, model));
    }

    private static <T> T read(Path checkpoint, Function<RerankerFile, T> settings) {
        Path path = checkpoint.resolve(RerankerSettings.FILE);
        try {
            return settings.apply(new RerankerFile(parse(path)));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(path + ": " + e.getMessage(), e);
        }
    }

    private RerankerSettings languageModel(Path checkpoint, TransformerConfig model) {
        requireKnownKeys(root, KEYS, "");
        int explanation =
                number("maxExplanationTokens", RerankerSettings.defaultExplanationTokens(model.maxPositions()));
        int prompt = number("maxPromptTokens", RerankerSettings.defaultPromptTokens(model.maxPositions(), explanation));
        String template = text("promptTemplate", "interank-chat-v1");
        RerankerSettings.requireTemplate(template);
        Set<Mode> modes = PromptTemplate.load(template).modes();
        Mode byDefault = modes.contains(Mode.EXPLAIN) ? Mode.EXPLAIN : Mode.LABEL;
        return new RerankerSettings(
                version(checkpoint),
                template,
                Mode.of(text("defaultMode", byDefault.id())),
                weights(modes),
                prompt,
                explanation);
    }

    private CrossEncoderSettings crossEncoder(Path checkpoint, EncoderConfig model) {
        requireKnownKeys(root, CROSS_ENCODER_KEYS, "");
        Mode only = Mode.CROSS_ENCODER;
        Mode named = Mode.of(text("defaultMode", only.id()));
        if (named != only) {
            throw new IllegalArgumentException("defaultMode " + named.id()
                    + " is not offered by a cross-encoder, which has " + only.id() + " alone");
        }
        int tokens = number("maxPromptTokens", CrossEncoderSettings.defaultPromptTokens(model.maxPositions()));
        if (tokens > model.maxPositions()) {
            throw new IllegalArgumentException("maxPromptTokens=" + tokens + ", the model has " + model.maxPositions()
                    + " positions (max_position_embeddings)");
        }
        return new CrossEncoderSettings(
                version(checkpoint), weights(Set.of(only)).getOrDefault(only, 0.0), tokens);
    }

    private String version(Path checkpoint) {
        String version = text("modelVersion", "");
        return version.isEmpty() ? nameAndDigest(checkpoint) : version;
    }

    static void write(RerankerSettings settings, Path checkpoint) {
        ObjectNode root = JSON.createObjectNode()
                .put("modelVersion", settings.modelVersion())
                .put("promptTemplate", settings.promptTemplate())
                .put("defaultMode", settings.defaultMode().id());
        ObjectNode weights = root.putObject("firstStageWeight");
        for (Mode mode : new TreeSet<>(settings.modes())) {
            weights.put(mode.id(), settings.firstStageWeight(mode));
        }
        root.put("maxPromptTokens", settings.maxPromptTokens())
                .put("maxExplanationTokens", settings.maxExplanationTokens());
        Path path = checkpoint.resolve(RerankerSettings.FILE);
        try {
            JSON.writerWithDefaultPrettyPrinter().writeValue(path.toFile(), root);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be written", e);
        }
    }

    private static JsonNode parse(Path path) {
        if (!Files.exists(path)) {
            return JSON.createObjectNode();
        }
        try {
            JsonNode root = JSON.readTree(path.toFile());
            if (!root.isObject()) {
                throw new CheckpointException(path + ": is not a JSON object");
            }
            return root;
        } catch (IOException e) {
            throw new CheckpointException(path + ": is not readable JSON: " + e.getMessage(), e);
        }
    }

    private Map<Mode, Double> weights(Set<Mode> offered) {
        JsonNode node = root.path("firstStageWeight");
        Map<Mode, Double> weights = new EnumMap<>(Mode.class);
        if (node.isMissingNode()) {
            return weights;
        }
        Set<String> modes = new TreeSet<>();
        for (Mode mode : offered) {
            modes.add(mode.id());
            JsonNode weight = node.path(mode.id());
            if (!weight.isMissingNode()) {
                require(weight.isNumber(), "firstStageWeight." + mode.id(), "a number", weight);
                weights.put(mode, weight.asDouble());
            }
        }
        require(node.isObject(), "firstStageWeight", "an object of modes and weights", node);
        requireKnownKeys(node, modes, "firstStageWeight.");
        return weights;
    }

    private String text(String key, String otherwise) {
        JsonNode node = root.path(key);
        require(node.isMissingNode() || node.isTextual(), key, "a text", node);
        return node.asText(otherwise);
    }

    private int number(String key, int otherwise) {
        JsonNode node = root.path(key);
        require(node.isMissingNode() || node.isInt(), key, "an integer", node);
        return node.asInt(otherwise);
    }

    private void requireKnownKeys(JsonNode node, Set<String> known, String prefix) {
        Set<String> unknown = new TreeSet<>();
        node.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown key " + prefix + unknown.iterator().next() + "; known are " + known);
        }
    }

    private static void require(boolean holds, String key, String expected, JsonNode found) {
        if (!holds) {
            throw new IllegalArgumentException(key + " must be " + expected + ", was " + found);
        }
    }

    /** Directory name and the first 8 digits of a SHA-256 over each weights file's size and beginning. */
    private static String nameAndDigest(Path checkpoint) {
        Set<Path> files = new TreeSet<>();
        WeightMap.open(checkpoint).all().stream().map(StoredTensor::file).forEach(files::add);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, Files.size(file)));
                try (InputStream in = Files.newInputStream(file)) {
                    digest.update(in.readNBytes(DIGEST_BYTES));
                }
            }
            String hex = HexFormat.of().formatHex(digest.digest());
            return checkpoint.toAbsolutePath().normalize().getFileName() + "-" + hex.substring(0, 8);
        } catch (IOException e) {
            throw new CheckpointException(checkpoint + ": weights cannot be read: " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
