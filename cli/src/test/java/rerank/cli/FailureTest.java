package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FailureTest {
    @Test
    void tellsTheCauseOnceAndInOneLine() {
        var cause = new IOException("disk full\n  at sector 7");

        assertThat(Failure.inOneLine(new IllegalStateException("cannot write run.txt", cause)))
                .isEqualTo("cannot write run.txt: disk full; at sector 7");
        assertThat(Failure.inOneLine(new RuntimeException(cause))).isEqualTo("disk full; at sector 7");
    }

    @Test
    void saysWhatKindOfFailureItIsWhenThereIsNoMessage() {
        assertThat(Failure.inOneLine(new InterruptedException())).isEqualTo("InterruptedException");
        assertThat(Failure.inOneLine(new NoSuchFileException("/a/b"))).isEqualTo("no such file: /a/b");
    }
}
