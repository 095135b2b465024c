package rerank.trainer.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerLogTest {
    private static final ChatAnswer ANSWER = new ChatAnswer("two\nlines, \u00fc", false, 11, 4);

    @TempDir
    Path directory;

    @Test
    void aTornLastLineIsCutOffAndWrittenAfter() throws IOException {
        Path file = directory.resolve("answers.jsonl");
        try (AnswerLog log = AnswerLog.open(file)) {
            log.append("one", ANSWER);
        }
        Files.writeString(file, "{\"request\":\"two\",\"text\":\"bro", StandardOpenOption.APPEND);

        try (AnswerLog log = AnswerLog.open(file)) {
            assertThat(log.find("one")).contains(ANSWER);
            assertThat(log.find("two")).isEmpty();
            log.append("three", ANSWER);
        }

        try (AnswerLog log = AnswerLog.open(file)) {
            assertThat(log.size()).isEqualTo(2);
            assertThat(log.find("three")).contains(ANSWER);
        }
    }

    @Test
    void aBrokenLineInTheMiddleIsAnErrorThatNamesIt() throws IOException {
        Path file = Files.writeString(
                directory.resolve("answers.jsonl"), "{\"request\":\"a\",\"text\":\"b\"}\nnonsense\n{}\n");

        assertThatThrownBy(() -> AnswerLog.open(file))
                .hasMessageContaining("line 2")
                .hasMessageContaining("asked again");
    }

    @Test
    void oneRunAtATimeWrites() {
        Path file = directory.resolve("answers.jsonl");
        try (AnswerLog first = AnswerLog.open(file)) {
            assertThatThrownBy(() -> AnswerLog.open(file)).hasMessageContaining("another process");
            assertThat(first.size()).isZero();
        }
    }
}
