package rerank.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rerank.schemas.RegistryUnavailableException;

class RepeatPolicyTest {
    private final RepeatPolicy policy = new RepeatPolicy();

    @ParameterizedTest
    @MethodSource("passing")
    void whatPassesIsTriedAgain(RuntimeException failure) {
        assertThat(policy.pauseBeforeRepeat(failure)).isPresent();
        assertThat(policy.pauseBeforeRepeat(new IllegalStateException("the cycle", failure)))
                .isPresent();
    }

    static List<RuntimeException> passing() {
        return List.of(
                new TimeoutException("no answer"),
                new ProducerFencedException("another one"),
                new InvalidProducerEpochException("another one"),
                new TransactionAbortableException("begin again"),
                new CommitFailedException("others have them"),
                new RegistryUnavailableException("away", new RuntimeException()),
                new StaleCycleException("somebody else announced"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsNot(RuntimeException failure) {
        assertThat(policy.pauseBeforeRepeat(failure)).isEmpty();
    }

    static List<RuntimeException> mistakes() {
        return List.of(
                new NullPointerException(),
                new IllegalArgumentException("ours"),
                new KafkaException("topic experience is missing"),
                new TopicAuthorizationException("not for you"));
    }

    @Test
    void anAddressThatCannotBeResolvedIsAMistakeUntilItWorked() {
        KafkaException unresolved =
                new KafkaException("Failed to construct kafka producer", new ConfigException("No resolvable urls"));

        assertThat(policy.pauseBeforeRepeat(unresolved)).isEmpty();
        policy.worked();
        assertThat(policy.pauseBeforeRepeat(unresolved)).isPresent();
    }

    @Test
    void waitsLongerEachTimeUpToAMinuteAndBeginsAgainAfterASuccess() {
        List<Long> seconds = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            seconds.add(pause().toSeconds());
        }
        policy.worked();

        assertThat(seconds).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
        assertThat(pause()).isEqualTo(Duration.ofSeconds(1));
    }

    private Duration pause() {
        return policy.pauseBeforeRepeat(new TimeoutException("no answer")).orElseThrow();
    }
}
