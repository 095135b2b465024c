package rerank.trainer.tokenizer;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A trained byte-level vocabulary: special tokens, then the 256 bytes, then one token for each merge.
 *
 * @param specialTokens have the ids from 0
 * @param merges in the order they were found, which is the order they are applied in
 */
public record BytePairVocabulary(List<String> specialTokens, List<Merge> merges) {
    public BytePairVocabulary {
        specialTokens = List.copyOf(specialTokens);
        merges = List.copyOf(merges);
    }

    /** Two pieces, as UTF-8 bytes, that become one token. */
    public record Merge(byte[] left, byte[] right) {
        byte[] merged() {
            byte[] both = java.util.Arrays.copyOf(left, left.length + right.length);
            System.arraycopy(right, 0, both, left.length, right.length);
            return both;
        }
    }

    /** Number of ids. */
    public int size() {
        return specialTokens.size() + 256 + merges.size();
    }

    /**
     * Writes {@code tokenizer.json} and {@code tokenizer_config.json} for the Hugging Face library.
     *
     * @param roles special tokens by their role, for example {@code eos_token} and {@code pad_token}
     */
    public void writeTo(Path directory, Map<String, String> roles) {
        JsonMapper mapper = new JsonMapper();
        ObjectNode config = mapper.createObjectNode();
        config.put("tokenizer_class", "PreTrainedTokenizerFast").put("clean_up_tokenization_spaces", false);
        new java.util.TreeMap<>(roles).forEach(config::put);
        try {
            Files.createDirectories(directory);
            mapper.writeValue(directory.resolve("tokenizer.json").toFile(), tokenizerJson(mapper));
            mapper.writerWithDefaultPrettyPrinter()
                    .writeValue(directory.resolve("tokenizer_config.json").toFile(), config);
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": the tokenizer cannot be written", e);
        }
    }

    private ObjectNode tokenizerJson(JsonMapper mapper) {
        ObjectNode root = mapper.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        addedTokens(root.putArray("added_tokens"));
        ArrayNode normalizers =
                root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        for (String type : List.of("NFKD", "StripAccents", "Lowercase")) {
            normalizers.addObject().put("type", type);
        }
        ArrayNode splitters =
                root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        ObjectNode split = splitters.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", TextSplitter.PATTERN);
        split.put("behavior", "Isolated").put("invert", false);
        byteLevel(splitters.addObject());
        byteLevel(root.putObject("post_processor"));
        byteLevel(root.putObject("decoder"));
        model(root.putObject("model"));
        return root;
    }

    private void addedTokens(ArrayNode tokens) {
        for (int id = 0; id < specialTokens.size(); id++) {
            ObjectNode token = tokens.addObject().put("id", id).put("content", specialTokens.get(id));
            token.put("single_word", false).put("lstrip", false).put("rstrip", false);
            token.put("normalized", false).put("special", true);
        }
    }

    private void model(ObjectNode model) {
        model.put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        ObjectNode vocabulary = model.putObject("vocab");
        specialTokens.forEach(token -> vocabulary.put(token, vocabulary.size()));
        for (int b = 0; b < 256; b++) {
            vocabulary.put(ByteAlphabet.print(new byte[] {(byte) b}), vocabulary.size());
        }
        ArrayNode pairs = model.putArray("merges");
        for (Merge merge : merges) {
            vocabulary.put(ByteAlphabet.print(merge.merged()), vocabulary.size());
            pairs.addArray().add(ByteAlphabet.print(merge.left())).add(ByteAlphabet.print(merge.right()));
        }
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel").put("add_prefix_space", false);
        node.put("trim_offsets", false).put("use_regex", false);
    }
}
