package rerank.model;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import rerank.model.prompt.PromptTemplate;
import rerank.model.tokenizer.TinyTokenizer;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;
import rerank.model.weights.SafeTensorsWriter.Tensor;

/** Writes whole checkpoints of the llama family for the compact template, with weights that a test chooses. */
final class TinyCheckpoint {
    static final int POSITIONS = 256;

    private final Path directory;
    private final int vocabulary;
    private final float[][] head;
    private final Tokenizer tokenizer;

    private TinyCheckpoint(Path directory) {
        this.directory = directory;
        List<String> tokens = new ArrayList<>(PromptTemplate.load("compact-v1").controlTokens());
        tokens.add("<|pad|>");
        new TinyTokenizer().special(tokens).writeTo(directory);
        tokenizer = Tokenizer.load(directory);
        vocabulary = tokenizer.vocabularySize();
        head = new float[vocabulary][vocabulary];
    }

    /**
     * A model that looks at the last token only: attention and feed-forward add nothing, so that the head is a table of
     * logits by last token and next token.
     */
    static Path bigrams(Path directory, Consumer<TinyCheckpoint> transitions) {
        TinyCheckpoint checkpoint = new TinyCheckpoint(directory);
        transitions.accept(checkpoint);
        checkpoint.write(new Random(0), 0);
        return directory;
    }

    /** A model of random weights, with token types. */
    static Path random(Path directory, long seed) {
        TinyCheckpoint checkpoint = new TinyCheckpoint(directory);
        Random random = new Random(seed);
        for (float[] row : checkpoint.head) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        checkpoint.write(random, 0.3);
        return directory;
    }

    /** After one token, and nothing else, comes the other. */
    void then(String last, String next) {
        logit(last, next, 40);
    }

    void logit(String last, String next, float logit) {
        head[id(next)][id(last)] = logit;
    }

    /** Writes each character of a text after the token, and another token after the last. */
    void writes(String after, String text, String end) {
        String last = after;
        for (String character : text.split("")) {
            then(last, character);
            last = character;
        }
        then(last, end);
    }

    static void settings(Path directory, String json) {
        try {
            Files.writeString(directory.resolve("reranker.json"), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int id(String token) {
        return tokenizer.idOf(token).orElseGet(() -> tokenizer.encode(token).ids()[0]);
    }

    /** Embeddings are unit vectors; everything else has the given scale. */
    private void write(Random random, double scale) {
        float[] embedding = new float[vocabulary * vocabulary];
        float[] headValues = new float[vocabulary * vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            embedding[i * vocabulary + i] = 1;
            System.arraycopy(head[i], 0, headValues, i * vocabulary, vocabulary);
        }
        float[] unit = new float[vocabulary];
        Arrays.fill(unit, (float) (1 / Math.sqrt(vocabulary)));
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(tensor("model.embed_tokens.weight", embedding, vocabulary, vocabulary));
        tensors.add(tensor("model.norm.weight", unit, vocabulary));
        tensors.add(tensor("lm_head.weight", headValues, vocabulary, vocabulary));
        tensors.add(random("model.embed_token_types.weight", random, scale, 16, vocabulary));
        for (int layer = 0; layer < 2; layer++) {
            String name = "model.layers." + layer + ".";
            tensors.add(random(name + "input_layernorm.weight", random, scale, vocabulary));
            for (String projection : List.of("q_proj", "k_proj", "v_proj")) {
                tensors.add(random(name + "self_attn." + projection + ".weight", random, scale, 8, vocabulary));
            }
            tensors.add(random(name + "self_attn.o_proj.weight", random, scale, vocabulary, 8));
            tensors.add(random(name + "post_attention_layernorm.weight", random, scale, vocabulary));
            tensors.add(random(name + "mlp.gate_proj.weight", random, scale, 4, vocabulary));
            tensors.add(random(name + "mlp.up_proj.weight", random, scale, 4, vocabulary));
            tensors.add(random(name + "mlp.down_proj.weight", random, scale, vocabulary, 4));
        }
        SafeTensorsWriter.write(directory.resolve("model.safetensors"), tensors, ElementType.F32);
        writeConfig();
        tokenizer.close();
    }

    private void writeConfig() {
        JsonMapper mapper = new JsonMapper();
        ObjectNode config = mapper.createObjectNode().put("model_type", "llama");
        config.put("vocab_size", vocabulary).put("hidden_size", vocabulary).put("intermediate_size", 4);
        config.put("num_hidden_layers", 2).put("num_attention_heads", 2).put("num_key_value_heads", 2);
        config.put("head_dim", 4).put("max_position_embeddings", POSITIONS).put("rms_norm_eps", 1e-6);
        config.put("tie_word_embeddings", false).put("rerank_token_types", 16);
        try {
            mapper.writeValue(directory.resolve("config.json").toFile(), config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Tensor random(String name, Random random, double scale, long... shape) {
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return tensor(name, values, shape);
    }

    private static Tensor tensor(String name, float[] values, long... shape) {
        return new Tensor(name, Arrays.stream(shape).boxed().toList(), () -> values);
    }
}
