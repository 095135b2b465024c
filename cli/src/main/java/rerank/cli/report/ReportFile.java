package rerank.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes reports; directories that are missing are made. */
public final class ReportFile {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ReportFile() {}

    /** Writes a record's components as the keys of a JSON object. */
    public static void writeJson(Path file, Object figures) throws IOException {
        writeText(file, JSON.writeValueAsString(figures) + "\n");
    }

    /** Writes a text in UTF-8. */
    public static void writeText(Path file, String text) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Files.writeString(file, text);
    }
}
