package rerank.model.tokenizer;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a byte-level BPE {@code tokenizer.json} of 256 bytes, a few merges and special tokens, for tests. */
public final class TinyTokenizer {
    private final JsonMapper json = new JsonMapper();
    private final ObjectNode root = json.createObjectNode();
    private final ObjectNode config = json.createObjectNode();
    private final ObjectNode vocabulary;
    private final ArrayNode merges;
    private final ArrayNode added;

    /** Bytes have the ids 0 to 255; digits are split one by one; nothing is normalized. */
    public TinyTokenizer() {
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        added = root.putArray("added_tokens");
        root.putNull("normalizer");
        ObjectNode pre = root.putObject("pre_tokenizer").put("type", "Sequence");
        ArrayNode steps = pre.putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", " ?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+");
        split.put("behavior", "Isolated").put("invert", false);
        byteLevel(steps.addObject());
        byteLevel(root.putObject("post_processor"));
        byteLevel(root.putObject("decoder"));
        ObjectNode model = root.putObject("model").put("type", "BPE").put("ignore_merges", false);
        vocabulary = model.putObject("vocab");
        merges = model.putArray("merges");
        for (int b = 0; b < 256; b++) {
            vocabulary.put(String.valueOf(byteCharacter(b)), b);
        }
    }

    /** Adds tokens that are matched in raw text. */
    public TinyTokenizer special(List<String> names) {
        for (String name : names) {
            int id = vocabulary.size() + added.size();
            added.addObject()
                    .put("id", id)
                    .put("content", name)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        return this;
    }

    /** Adds merges, to be called before {@link #special}; a leading space is written as a space. */
    public TinyTokenizer merge(String left, String right) {
        String l = left.replace(' ', '\u0120');
        String r = right.replace(' ', '\u0120');
        vocabulary.put(l + r, vocabulary.size());
        merges.add(l + " " + r);
        return this;
    }

    /** Sets a key of {@code tokenizer_config.json}. */
    public TinyTokenizer config(String key, String value) {
        config.put(key, value);
        return this;
    }

    /** Sets a top-level key of {@code tokenizer.json} to JSON text. */
    public TinyTokenizer with(String key, String value) {
        try {
            root.set(key, json.readTree(value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Writes both files. */
    public Path writeTo(Path directory) {
        try {
            Files.createDirectories(directory);
            json.writeValue(directory.resolve("tokenizer.json").toFile(), root);
            json.writeValue(directory.resolve("tokenizer_config.json").toFile(), config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory;
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
    }

    /** GPT-2's printable stand-in for a byte. */
    private static char byteCharacter(int value) {
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
            char c = (char) (printable ? b : next++);
            if (b == value) {
                return c;
            }
        }
        throw new IllegalArgumentException("not a byte: " + value);
    }
}
