package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadCheckpointIT {
    @TempDir
    Path directory;

    @Test
    void aMissingTensorIsNamed() throws IOException {
        Path checkpoint = TestCheckpoint.write(directory);
        replace(checkpoint.resolve("config.json"), "(\"num_hidden_layers\"\\s*:\\s*)1", "$12");

        Output output = Output.of("model", "check", checkpoint.toString());

        assertThat(output.exitCode()).as(output.errors()).isEqualTo(1);
        assertThat(output.errors().lines()).hasSize(1);
        assertThat(output.errors()).contains("model.layers.1.").contains("missing");
    }

    @Test
    void aTensorOfAnotherShapeIsNamedWithBothShapes() throws IOException {
        Path checkpoint = TestCheckpoint.write(directory);
        replace(checkpoint.resolve("config.json"), "(\"intermediate_size\"\\s*:\\s*)64", "$165");

        Output output = Output.of("model", "check", checkpoint.toString());

        assertThat(output.exitCode()).as(output.errors()).isEqualTo(1);
        assertThat(output.errors().lines()).hasSize(1);
        assertThat(output.errors()).contains("64").contains("65").contains("intermediate_size");
    }

    @Test
    void aDirectoryThatIsNoCheckpointIsRefused() {
        Output output = Output.of("eval", "--data", "storefront", "--limit", "1", "--model", directory.toString());

        assertThat(output.exitCode()).as(output.errors()).isEqualTo(1);
        assertThat(output.errors()).contains("no checkpoint in " + directory).contains("config.json");
    }

    private static void replace(Path file, String pattern, String replacement) throws IOException {
        String before = Files.readString(file);
        String after = before.replaceAll(pattern, replacement);
        assertThat(after).isNotEqualTo(before);
        Files.writeString(file, after);
    }
}
