package rerank.model.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of a safetensors file: eight bytes of its length, little-endian, then JSON that gives each tensor's
 * type, shape and place among the bytes that follow. Every place is checked against the file's size, so that a
 * truncated file is found here and not by a fault in the middle of a mapping.
 */
final class SafeTensorsHeader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LENGTH_BYTES = 8;
    private static final long LONGEST_HEADER = 100_000_000;

    private SafeTensorsHeader() {}

    /** The tensors of a file by name, in the order of the header; those of types we do not read are left out. */
    static Map<String, StoredTensor> read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            long headerBytes = headerLength(file, channel, size);
            ByteBuffer header = ByteBuffer.allocate((int) headerBytes);
            readFully(file, channel, header, LENGTH_BYTES);
            JsonNode json = JSON.readTree(new String(header.array(), StandardCharsets.UTF_8));
            if (json == null || !json.isObject()) {
                throw new CheckpointException(file + ": its safetensors header is not a JSON object");
            }
            return tensors(file, json, LENGTH_BYTES + headerBytes, size);
        } catch (NoSuchFileException e) {
            throw new CheckpointException(file + " does not exist", e);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(
                    file + ": its safetensors header is not valid JSON (" + e.getOriginalMessage() + ")", e);
        } catch (IOException e) {
            throw new CheckpointException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static long headerLength(Path file, FileChannel channel, long size) throws IOException {
        if (size < LENGTH_BYTES) {
            throw new CheckpointException(
                    file + " is not a safetensors file: " + size + " bytes, expected at least " + LENGTH_BYTES);
        }
        ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(file, channel, length, 0);
        long headerBytes = length.getLong(0);
        if (headerBytes <= 0 || headerBytes > LONGEST_HEADER || headerBytes > size - LENGTH_BYTES) {
            throw new CheckpointException(file + " is not a whole safetensors file: its header claims " + headerBytes
                    + " bytes, the file has " + size + "; fetch it again");
        }
        return headerBytes;
    }

    private static void readFully(Path file, FileChannel channel, ByteBuffer into, long from) throws IOException {
        long position = from;
        while (into.hasRemaining()) {
            int read = channel.read(into, position);
            if (read < 0) {
                throw new CheckpointException(file + " ends at byte " + position + " while it is read");
            }
            position += read;
        }
    }

    private static Map<String, StoredTensor> tensors(Path file, JsonNode json, long dataStart, long size) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                continue;
            }
            String name = entry.getKey();
            JsonNode offsets = entry.getValue().path("data_offsets");
            long begin = offsets.path(0).asLong(-1);
            long end = offsets.path(1).asLong(-1);
            if (begin < 0 || end < begin) {
                throw new CheckpointException(file + ": tensor " + name + " has data_offsets " + offsets);
            }
            if (end > size - dataStart) {
                throw new CheckpointException(file + " is truncated: tensor " + name + " ends at byte "
                        + (dataStart + end) + ", the file has " + size + "; fetch it again");
            }
            ElementType type = typeOf(entry.getValue().path("dtype").asText());
            if (type == null) {
                continue;
            }
            StoredTensor tensor =
                    new StoredTensor(name, type, shapeOf(entry.getValue().path("shape")), file, dataStart + begin);
            if (tensor.sizeBytes() != end - begin) {
                throw new CheckpointException(file + ": tensor " + name + " of shape " + tensor.shape() + " and type "
                        + type + " takes " + tensor.sizeBytes() + " bytes, its data_offsets span " + (end - begin));
            }
            tensors.put(name, tensor);
        }
        return tensors;
    }

    private static @Nullable ElementType typeOf(String name) {
        for (ElementType type : ElementType.values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        return null;
    }

    private static List<Long> shapeOf(JsonNode shape) {
        List<Long> dimensions = new ArrayList<>();
        shape.forEach(dimension -> dimensions.add(dimension.asLong()));
        return dimensions;
    }
}
