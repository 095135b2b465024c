package rerank.schemas;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;

/** Confluent's framing of a record: a zero byte, the schema's id in four bytes big-endian, then the record. */
final class WireFormat {
    static final int HEADER_BYTES = 5;

    private static final byte MAGIC = 0;

    private WireFormat() {}

    /** The header of a record written with the schema given. */
    static byte[] header(int schemaId) {
        return ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).putInt(schemaId).array();
    }

    /**
     * The schema id that a record begins with.
     *
     * @throws SerializationException if the bytes are no record of this format
     */
    static int schemaId(String topic, byte[] record) {
        if (record.length < HEADER_BYTES) {
            throw notOurs(topic, "it has " + record.length + " bytes, fewer than the header's " + HEADER_BYTES);
        }
        if (record[0] != MAGIC) {
            throw notOurs(topic, String.format("its first byte is 0x%02x", record[0]));
        }
        return ByteBuffer.wrap(record).getInt(1);
    }

    private static SerializationException notOurs(String topic, String why) {
        return new SerializationException("record of topic " + topic + " is not in the Confluent wire format: " + why
                + ", expected 0x00 and a four-byte schema id; write it with a schema registry serializer");
    }
}
