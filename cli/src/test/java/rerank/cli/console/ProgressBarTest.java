package rerank.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private long now;

    private final Clock clock = new Clock() {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now);
        }
    };

    @Test
    void redrawsOneLineOnATerminalAndNotMoreOftenThanEyesFollow() {
        try (ProgressBar bar = new ProgressBar(out, true, clock, "queries", 1000)) {
            for (int i = 0; i < 1000; i++) {
                now += 1;
                bar.step();
            }
        }

        String text = bytes.toString(StandardCharsets.UTF_8);
        assertThat(text.split("\r")).hasSizeBetween(10, 13);
        assertThat(text).endsWith("queries 1000 of 1000 (100 %), 0:01\u001b[K" + System.lineSeparator());
    }

    @Test
    void printsALineForEveryTenthWhereThereIsNoTerminal() {
        try (ProgressBar bar = new ProgressBar(out, false, clock, "queries", 200)) {
            for (int i = 0; i < 200; i++) {
                now += 500;
                bar.step("7 pairs/s");
            }
        }

        String text = bytes.toString(StandardCharsets.UTF_8);
        assertThat(text.lines()).hasSize(10);
        assertThat(text.lines().findFirst()).contains("queries 20 of 200 (10 %), 0:10, 1:30 left, 7 pairs/s");
        assertThat(text).doesNotContain("\r\u001b");
    }
}
