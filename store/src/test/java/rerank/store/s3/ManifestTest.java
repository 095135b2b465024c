package rerank.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
    private static final String HASH = "0123456789abcdef".repeat(4);

    @Test
    void readsBackWhatItWrites() {
        Manifest manifest = new Manifest(new TreeMap<>(Map.of("config.json", HASH, "a b/..c/ .x", HASH)));

        assertThat(Manifest.parse(manifest.lines())).isEqualTo(manifest);
        assertThat(manifest.lines()).isEqualTo(HASH + "  a b/..c/ .x\n" + HASH + "  config.json\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", "a\\b", "a\rb", "a/.."})
    void namesThatLeadOutOfTheDirectoryAreRefused(String name) {
        assertThatThrownBy(() -> Manifest.parse(HASH + "  " + name + "\n"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "abc  config.json", "0123 config.json"})
    void otherLinesAreRefused(String line) {
        assertThatThrownBy(() -> Manifest.parse(line + "\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no line of sha256sum");
    }
}
