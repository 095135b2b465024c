package rerank.model.transformer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs TorchScript source into the archive that libtorch loads: a zip of five stored entries, among them a pickle that
 * instantiates one class with the attribute {@code training}. It holds no tensors, so no device either.
 */
final class ModuleArchive {
    private static final String ROOT = "decoder/";

    private ModuleArchive() {}

    /**
     * The archive of a module.
     *
     * @param source the text of {@code __torch__.py}
     * @param className its class to instantiate
     */
    static byte[] of(String source, String className) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "version", "10\n".getBytes(StandardCharsets.US_ASCII));
            store(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            store(zip, "data.pkl", instanceOf(className));
            store(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            store(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Pickle protocol 2: GLOBAL class, EMPTY_TUPLE, NEWOBJ, {"training": False}, BUILD, STOP. */
    private static byte[] instanceOf(String className) {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        byte[] attribute = "training".getBytes(StandardCharsets.US_ASCII);
        pickle.write(0x80);
        pickle.write(2);
        pickle.writeBytes(("c__torch__\n" + className + "\n").getBytes(StandardCharsets.UTF_8));
        pickle.writeBytes(new byte[] {')', (byte) 0x81, '}', '('});
        pickle.writeBytes(new byte[] {'X', (byte) attribute.length, 0, 0, 0});
        pickle.writeBytes(attribute);
        pickle.writeBytes(new byte[] {(byte) 0x89, 'u', 'b', '.'});
        return pickle.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] data) throws IOException {
        ZipEntry entry = new ZipEntry(ROOT + name);
        CRC32 checksum = new CRC32();
        checksum.update(data);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(data.length);
        entry.setCrc(checksum.getValue());
        entry.setTime(0L);
        zip.putNextEntry(entry);
        zip.write(data);
        zip.closeEntry();
    }
}
