package rerank.topology.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import rerank.schemas.RegistryUnavailableException;

class RestartPolicyTest {
    private static final Throwable PASSING = new StreamsException(new TimeoutException("no answer"));

    private final SetClock clock = new SetClock();
    private final RestartPolicy policy = new RestartPolicy(3, clock);

    @Test
    void replacesAThreadLaterEachTimeAndGivesUpInTheEnd() {
        assertThat(policy.pauseBeforeRestart(PASSING)).contains(Duration.ofMillis(250));
        assertThat(policy.pauseBeforeRestart(PASSING)).contains(Duration.ofMillis(500));
        assertThat(policy.pauseBeforeRestart(PASSING)).contains(Duration.ofMillis(1000));
        assertThat(policy.pauseBeforeRestart(PASSING)).isEmpty();
        assertThat(policy.restarts()).isEqualTo(3);
    }

    @Test
    void forgetsFailuresOfLongAgo() {
        for (int i = 0; i < 3; i++) {
            policy.pauseBeforeRestart(PASSING);
        }
        clock.now = clock.now.plus(Duration.ofMinutes(10));

        assertThat(policy.pauseBeforeRestart(PASSING)).contains(Duration.ofMillis(250));
    }

    @Test
    void waitsForARegistryThatIsAwayButNotForAMistake() {
        assertThat(policy.pauseBeforeRestart(
                        new StreamsException(new RegistryUnavailableException("away", new RuntimeException()))))
                .isPresent();
        assertThat(policy.pauseBeforeRestart(new StreamsException(new IllegalStateException("ours"))))
                .isEmpty();
    }

    @Test
    void neverPausesForLongerThanTenSeconds() {
        RestartPolicy patient = new RestartPolicy(100, clock);
        Duration longest = Duration.ZERO;
        for (int i = 0; i < 100; i++) {
            longest = patient.pauseBeforeRestart(PASSING).orElseThrow();
        }

        assertThat(longest).isEqualTo(Duration.ofSeconds(10));
    }

    private static final class SetClock extends Clock {
        private Instant now = Instant.ofEpochSecond(1_000_000);

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
