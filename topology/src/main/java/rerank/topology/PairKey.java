package rerank.topology;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Names a pair in the stores.
 *
 * <p>As bytes: the length of the query id in four bytes, the query id, the document id. All pairs of a query lie
 * together, and no id, whatever characters it has, can run into another.
 */
record PairKey(String queryId, String docId) {
    /** Stands for the document id where the one window of a query is meant that is in flight; no document has it. */
    static final String WINDOW = "";

    /** Reads and writes whole keys. */
    static Serde<PairKey> serde() {
        Serializer<PairKey> serializer = (topic, key) -> {
            byte[] docId = key.docId.getBytes(StandardCharsets.UTF_8);
            byte[] prefix = prefix(key.queryId);
            return ByteBuffer.allocate(prefix.length + docId.length)
                    .put(prefix)
                    .put(docId)
                    .array();
        };
        Deserializer<PairKey> deserializer = (topic, bytes) -> {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            byte[] queryId = new byte[buffer.getInt()];
            buffer.get(queryId);
            byte[] docId = new byte[buffer.remaining()];
            buffer.get(docId);
            return new PairKey(new String(queryId, StandardCharsets.UTF_8), new String(docId, StandardCharsets.UTF_8));
        };
        return Serdes.serdeFrom(serializer, deserializer);
    }

    /** Writes what the keys of all pairs of a query begin with. */
    static Serializer<String> queryPrefix() {
        return (topic, queryId) -> prefix(queryId);
    }

    private static byte[] prefix(String queryId) {
        byte[] bytes = queryId.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }
}
