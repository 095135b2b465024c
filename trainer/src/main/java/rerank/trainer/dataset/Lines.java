package rerank.trainer.dataset;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Text files line by line, UTF-8, compressed with gzip or not: told by their first bytes when read, by name when written. */
public final class Lines {
    private static final int GZIP_MAGIC_1 = 0x1f;
    private static final int GZIP_MAGIC_2 = 0x8b;

    private Lines() {}

    /** Takes one line that is not blank. */
    public interface Reader {
        /**
         * Reads a line.
         *
         * @throws IllegalArgumentException saying what is wrong with it; it becomes a {@link DatasetException} with the
         *     file and line
         */
        void accept(String line, int number);
    }

    /** Writes the lines of a file, each with the sign that ends it. */
    public interface Writer {
        /** Writes all of them. */
        void writeTo(BufferedWriter writer) throws IOException;
    }

    /**
     * Reads a file's lines that are not blank.
     *
     * @throws DatasetException naming the file and line
     */
    public static void read(Path file, Reader reader) {
        int number = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(decompressed(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    reader.accept(line, number);
                }
            }
        } catch (IOException e) {
            throw new DatasetException(file, e);
        } catch (IllegalArgumentException e) {
            throw new DatasetException(file, number, String.valueOf(e.getMessage()));
        }
    }

    /** Writes a file, in place of one that is there. */
    public static void write(Path file, Writer writer) {
        try (OutputStream bytes = Files.newOutputStream(file);
                OutputStream compressed =
                        file.toString().endsWith(".gz") ? new GZIPOutputStream(bytes, 1 << 16) : bytes;
                BufferedWriter lines = new BufferedWriter(new OutputStreamWriter(compressed, StandardCharsets.UTF_8))) {
            writer.writeTo(lines);
        } catch (IOException e) {
            throw new DatasetException(file, e);
        }
    }

    private static InputStream decompressed(Path file) throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        try {
            bytes.mark(2);
            boolean isCompressed = bytes.read() == GZIP_MAGIC_1 && bytes.read() == GZIP_MAGIC_2;
            bytes.reset();
            return isCompressed ? new GZIPInputStream(bytes, 1 << 16) : bytes;
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }
}
