package rerank.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.pytorch.jni.JniUtils;
import org.junit.jupiter.api.Test;

class NativeThreadsTest {
    @Test
    void areWhatLibtorchRunsWith() {
        Program.decoder();

        assertThat(JniUtils.getNumThreads()).isEqualTo(NativeThreads.count());
    }

    @Test
    void cannotChangeOnceLibtorchRuns() {
        Program.decoder();

        NativeThreads.set(NativeThreads.count());
        assertThatIllegalStateException()
                .isThrownBy(() -> NativeThreads.set(NativeThreads.count() + 1))
                .withMessageContaining("set them before the first model is loaded");
    }

    @Test
    void areAtLeastOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NativeThreads.set(0))
                .withMessageContaining("was 0");
    }
}
