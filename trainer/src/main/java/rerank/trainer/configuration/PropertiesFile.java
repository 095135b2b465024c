package rerank.trainer.configuration;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * What a properties file says.
 *
 * @param values texts by key
 * @param directory of the file: what relative paths in it count from
 */
public record PropertiesFile(Map<String, String> values, Path directory) {
    public PropertiesFile {
        values = Map.copyOf(values);
    }

    /**
     * Reads a file.
     *
     * @param what names the kind of file in messages, such as "training configuration"
     */
    public static PropertiesFile read(Path file, String what) {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(what + " " + file + ": cannot be read", e);
        }
        Map<String, String> values = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        Path parent = file.toAbsolutePath().getParent();
        return new PropertiesFile(values, parent == null ? Path.of("") : parent);
    }
}
