package rerank.trainer.distillation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import rerank.model.prompt.TokenTypes;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;
import rerank.model.weights.StoredTensor;
import rerank.model.weights.WeightMap;

/**
 * Carries the weights of a checkpoint over to another tokenizer, to another table of token types, and to a larger model. A token's
 * embedding begins as the mean of the embeddings that its text had; a token type's as that of the type that said nearest the
 * same. Blocks that are added stand evenly among the old ones, each a copy of the one before it whose outputs are zero, so that
 * the model computes what it did (Gong et al. 2019 copy blocks; that what a block adds begins at zero is of Bachlechner
 * et al. 2020, by a factor). A wider model computes what it did too: {@link Widening}. All else is taken over as it is.
 */
final class WarmStart {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOKENIZER = "tokenizer.json";
    private static final String TOKENS = "model.embed_tokens.weight";
    private static final String TYPES = "model.embed_token_types.weight";
    private static final String TYPE_ROWS = "rerank_token_types";
    private static final String LAYERS = "num_hidden_layers";
    private static final String WIDTH = "hidden_size";

    /** What grows with the width; a head stays as wide as it is. */
    private static final List<String> WITH_WIDTH =
            List.of(WIDTH, "intermediate_size", "num_attention_heads", "num_key_value_heads");

    private static final String HEAD = "head_dim";
    private static final String EPSILON = "rms_norm_eps";
    private static final long SEED = 1;
    private static final Pattern OF_BLOCK = Pattern.compile("model\\.layers\\.(\\d+)\\.(.*)");

    /** What a block adds to its input is a product with one of these. */
    static final Set<String> OUTPUTS = Set.of("self_attn.o_proj.weight", "mlp.down_proj.weight");

    private final Path from;
    private final ObjectNode config;
    private final Tokenizer known;
    private final Tokenizer wanted;
    private final TokenTypes types;
    private final Growth growth;

    private WarmStart(
            Path from, ObjectNode config, Tokenizer known, Tokenizer wanted, TokenTypes types, Growth growth) {
        this.from = from;
        this.config = config;
        this.known = known;
        this.wanted = wanted;
        this.types = types;
        this.growth = growth;
    }

    /** Whether a checkpoint has another tokenizer, a table of token types that is too small, or another size. */
    static boolean isNeeded(Path from, Path tokenizerDirectory, TokenTypes types, Growth growth) {
        try {
            JsonNode config = config(from);
            return hasTooFewTypes(config, types)
                    || isOther(growth.layers(), config.path(LAYERS).asInt())
                    || isOther(growth.hiddenSize(), config.path(WIDTH).asInt())
                    || isOtherTokenizer(from, tokenizerDirectory);
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint " + from + " or tokenizer " + tokenizerDirectory, e);
        }
    }

    private static boolean isOther(int wanted, int had) {
        return wanted > 0 && wanted != had;
    }

    /**
     * Writes the weights and the configuration of the new model.
     *
     * @param from checkpoint; with tied embeddings and token types where the tokenizer is to be another
     * @param tokenizerDirectory of the new model's tokenizer
     * @param types token types of the new model
     * @param growth size of the new model
     * @param to directory to write to
     * @throws IllegalArgumentException if the checkpoint has more blocks than are wanted, or a width that the wanted one is
     *     no multiple of
     */
    static void carry(Path from, Path tokenizerDirectory, TokenTypes types, Growth growth, Path to) {
        try (Tokenizer known = Tokenizer.load(from);
                Tokenizer wanted = Tokenizer.load(tokenizerDirectory)) {
            new WarmStart(from, config(from), known, wanted, types, growth)
                    .writeTo(to, isOtherTokenizer(from, tokenizerDirectory));
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint " + from + ": cannot be carried over to " + to, e);
        }
    }

    private static ObjectNode config(Path checkpoint) throws IOException {
        return (ObjectNode) JSON.readTree(checkpoint.resolve("config.json").toFile());
    }

    private static boolean isOtherTokenizer(Path from, Path tokenizerDirectory) throws IOException {
        return Files.mismatch(from.resolve(TOKENIZER), tokenizerDirectory.resolve(TOKENIZER)) >= 0;
    }

    /** A model without a table of token types is left without one. */
    private static boolean hasTooFewTypes(JsonNode config, TokenTypes types) {
        int rows = config.path(TYPE_ROWS).asInt();
        return rows > 0 && rows < types.rows();
    }

    private void writeTo(Path to, boolean isOtherTokenizer) throws IOException {
        Files.createDirectories(to);
        boolean hasTooFewTypes = hasTooFewTypes(config, types);
        int before = config.path(LAYERS).asInt();
        int after = growLayers(before);
        Optional<Widening> widening = widen();
        if (isOtherTokenizer) {
            config.put("vocab_size", wanted.vocabularySize());
        }
        if (hasTooFewTypes) {
            config.put(TYPE_ROWS, types.rows());
        }
        JSON.writerWithDefaultPrettyPrinter()
                .writeValue(to.resolve("config.json").toFile(), config);
        List<SafeTensorsWriter.Tensor> tensors = new ArrayList<>();
        for (StoredTensor stored : WeightMap.open(from).all()) {
            float[] values = stored.read();
            int width = Math.toIntExact(stored.shape().get(stored.shape().size() - 1));
            if (isOtherTokenizer && stored.name().equals(TOKENS)) {
                values = tokens(values, width);
            } else if (hasTooFewTypes && stored.name().equals(TYPES)) {
                values = types(values, width);
            }
            var old = new Widening.Matrix(values, stored.shape().size() == 1 ? 0 : values.length / width);
            Widening.Matrix matrix =
                    widening.map(wider -> wider.widen(stored.name(), old)).orElse(old);
            float[] written = matrix.values();
            List<Long> shape = matrix.rows() == 0
                    ? List.of((long) written.length)
                    : List.of((long) matrix.rows(), (long) matrix.columns());
            Matcher ofBlock = OF_BLOCK.matcher(stored.name());
            if (!ofBlock.matches()) {
                tensors.add(new SafeTensorsWriter.Tensor(stored.name(), shape, () -> written));
                continue;
            }
            int block = Integer.parseInt(ofBlock.group(1));
            String part = ofBlock.group(2);
            int first = firstAt(block, before, after);
            for (int at = first; at < firstAt(block + 1, before, after); at++) {
                float[] own = at > first && OUTPUTS.contains(part) ? new float[written.length] : written;
                tensors.add(new SafeTensorsWriter.Tensor("model.layers." + at + "." + part, shape, () -> own));
            }
        }
        SafeTensorsWriter.write(to.resolve(WeightMap.SINGLE_FILE), tensors, ElementType.F32);
    }

    /** How many blocks there are to be, with the configuration for them. */
    private int growLayers(int before) {
        int after = growth.layers() == 0 ? before : growth.layers();
        if (after < before) {
            throw new IllegalArgumentException("checkpoint " + from + " has " + before + " blocks; init.layers=" + after
                    + " would take some away");
        }
        config.put(LAYERS, after);
        return after;
    }

    /** How the matrices become wider, with the configuration for them; empty where they stay as they are. */
    private Optional<Widening> widen() {
        int before = config.path(WIDTH).asInt();
        if (!isOther(growth.hiddenSize(), before)) {
            return Optional.empty();
        }
        if (growth.hiddenSize() % before != 0) {
            throw new IllegalArgumentException("checkpoint " + from + " is " + before + " wide; init.hidden.size="
                    + growth.hiddenSize() + " is no multiple of that");
        }
        int factor = growth.hiddenSize() / before;
        if (!config.has(HEAD)) {
            config.put(HEAD, before / config.path("num_attention_heads").asInt());
        }
        for (String key : WITH_WIDTH) {
            if (config.has(key)) {
                config.put(key, factor * config.path(key).asInt());
            }
        }
        // It stands beside a mean square, of which zeros leave a part.
        config.put(EPSILON, config.path(EPSILON).asDouble(1e-6) / factor);
        return Optional.of(new Widening(factor, SEED));
    }

    /** Where an old block comes to stand; its copies follow it. */
    private static int firstAt(int block, int before, int after) {
        return (block * after + before - 1) / before;
    }

    private float[] tokens(float[] old, int width) {
        float[] fresh = new float[wanted.vocabularySize() * width];
        for (int id = 0; id < wanted.vocabularySize(); id++) {
            int[] pieces = known.encodeWithSpecials(wanted.decode(new int[] {id}, false));
            for (int piece : pieces) {
                for (int i = 0; i < width; i++) {
                    fresh[id * width + i] += old[piece * width + i] / pieces.length;
                }
            }
        }
        return fresh;
    }

    private float[] types(float[] old, int width) {
        int rows = old.length / width;
        TokenTypes before = TokenTypes.ofRows(rows)
                .orElseThrow(() -> new IllegalArgumentException("checkpoint " + from + ": a table of " + rows
                        + " token types is of no template that is known; begin with fresh weights"));
        int[] nearest = types.nearest(before);
        float[] fresh = new float[nearest.length * width];
        for (int type = 0; type < nearest.length; type++) {
            System.arraycopy(old, nearest[type] * width, fresh, type * width, width);
        }
        return fresh;
    }
}
