package rerank.schemas;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.ResolvingDecoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads records whose writer had an earlier or later schema than we have.
 *
 * <p>Avro 1.12.2 guards against hostile array lengths by multiplying them with the least size of an element of the
 * <em>reader's</em> schema. When the elements have gained fields since, a good short record fails that check
 * ({@code Collection claims 3 elements with at least 11 bytes each}). Here an array's length is held against the bytes
 * that are left instead: an element takes one at least, in every version of every event.
 */
final class EvolvingReader<T> extends SpecificDatumReader<T> {
    /**
     * @param writer the schema that records were written with
     * @param reader the schema of the class that they become
     * @param loader knows that class
     */
    EvolvingReader(Schema writer, Schema reader, ClassLoader loader) {
        super(writer, reader, withoutFastReader(loader));
    }

    /** The fast reader has the same check and offers no place to replace it. */
    private static SpecificData withoutFastReader(ClassLoader loader) {
        SpecificData data = new SpecificData(loader);
        data.setFastReaderEnabled(false);
        return data;
    }

    @Override
    protected Object readArray(@Nullable Object old, Schema expected, ResolvingDecoder in) throws IOException {
        List<@Nullable Object> elements = new ArrayList<>();
        for (long count = in.readArrayStart(); count > 0; count = in.arrayNext()) {
            int bytesLeft = in.remainingBytes();
            if (count > bytesLeft) {
                throw new EOFException("an array claims " + count + " elements where " + bytesLeft + " bytes are left");
            }
            for (long i = 0; i < count; i++) {
                elements.add(read(null, expected.getElementType(), in));
            }
        }
        return elements;
    }
}
