package rerank.trainer.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    @Test
    void theTimeLeftIsThatOfThisProcessPart() {
        assertThat(ProgressBar.line(0.5, 0.25, Duration.ofMinutes(10), "step 7"))
                .isEqualTo("[############............]  50 %  ETA 20:00  step 7");
        assertThat(ProgressBar.line(0.1, 0, Duration.ofMinutes(30), "")).contains("ETA 4:30:00");
        assertThat(ProgressBar.line(0, 0, Duration.ZERO, "")).contains("ETA --:--");
    }

    @Test
    void awayFromATerminalLinesAreFewAndPlain() {
        var bytes = new ByteArrayOutputStream();
        var bar = new ProgressBar(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
        for (int i = 0; i <= 1000; i++) {
            bar.show(i / 1000.0, 0, Duration.ofSeconds(i), "");
        }
        bar.done();

        String text = bytes.toString(StandardCharsets.UTF_8);
        assertThat(text.lines().count()).isBetween(15L, 25L);
        assertThat(text).doesNotContain("\r").doesNotContain("\u001b");
    }
}
