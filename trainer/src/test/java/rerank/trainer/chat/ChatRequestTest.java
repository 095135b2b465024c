package rerank.trainer.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatRequestTest {
    @Test
    void moreFieldsAreAddedAndANullTakesOneOut() {
        var settings = new ChatRequest.Settings(
                "m", 0.5, 9, "{\"max_tokens\": null, \"max_completion_tokens\": 9, \"top_k\": 4}");

        ChatRequest request = ChatRequest.of(settings, "s", "u");

        assertThat(request.body())
                .isEqualTo("{\"model\":\"m\",\"temperature\":0.5,\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
                        + "{\"role\":\"user\",\"content\":\"u\"}],\"max_completion_tokens\":9,\"top_k\":4}");
    }

    @Test
    void requestsThatDifferHaveOtherDigests() {
        var settings = new ChatRequest.Settings("m", 0, 9, "");

        assertThat(ChatRequest.of(settings, "s", "u").digest())
                .hasSize(64)
                .isEqualTo(ChatRequest.of(settings, "s", "u").digest())
                .isNotEqualTo(ChatRequest.of(settings, "s", "v").digest())
                .isNotEqualTo(ChatRequest.of(new ChatRequest.Settings("n", 0, 9, ""), "s", "u")
                        .digest());
    }

    @Test
    void fieldsThatAreNoObjectAreRefused() {
        assertThatThrownBy(() -> new ChatRequest.Settings("m", 0, 9, "[1]"))
                .hasMessageContaining("chat.request.fields");
        assertThatThrownBy(() -> new ChatRequest.Settings("m", 0, 9, "{1")).hasMessageContaining("chat.request.fields");
    }

    @Test
    void aRateSpacesRequestsEvenlyAndAHoldMovesAll() throws InterruptedException {
        long[] now = {0};
        List<Duration> waits = new ArrayList<>();
        var rate = new RateLimit(60, () -> now[0], waits::add);

        rate.await();
        rate.await();
        rate.holdFor(Duration.ofSeconds(10));
        rate.await();
        now[0] = Duration.ofMinutes(1).toNanos();
        rate.await();

        assertThat(waits).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(10));
    }
}
