package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
    @Test
    void thePageInTheDocsIsCurrent() throws IOException {
        String page = ConfigurationPage.complete();
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target/configuration.md"), page);

        assertThat(Path.of("../docs/configuration.md"))
                .as("docs/configuration.md; copy cli/target/configuration.md over it")
                .exists()
                .content()
                .isEqualTo(page);
    }

    @Test
    void writesARowForEveryKeyWithItsDefaultAndBounds() {
        ConfigDef keys = new ConfigDef()
                .define("must.have", ConfigDef.Type.STRING, Importance.HIGH, "Needed | always.")
                .define("may.have", ConfigDef.Type.INT, 7, Range.between(1, 9), Importance.LOW, "Sometimes\nuseful.");

        String page =
                new ConfigurationPage().section("cmd --config", "About.", keys).toString();

        assertThat(page)
                .contains("## `cmd --config`")
                .contains("| `must.have` | string | **required** |  | Needed \\| always. |")
                .contains("| `may.have` | int | `7` | [1,...,9] | Sometimes useful. |");
    }
}
