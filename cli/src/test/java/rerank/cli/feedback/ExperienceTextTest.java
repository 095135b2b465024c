package rerank.cli.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import rerank.schemas.Experience;
import rerank.schemas.FeedbackKind;
import rerank.schemas.Impression;
import rerank.schemas.UserAction;

class ExperienceTextTest {
    @Test
    void showsTheTopAndWhatUsersActedOn() {
        String text = new ExperienceText(1).of(experience("which \u001b[2Jlamp"));

        assertThat(text.lines().map(String::strip).toList())
                .containsExactly(
                        "> which [2Jlamp [q-1]",
                        "3 shown by tiny-0001, open for 60 s, 2 and 3 swapped by chance",
                        "1  0.900  d1",
                        String.format("3  0.700  %-60s  click, dwell 4.0 s, grade 2", "d3"));
    }

    @Test
    void showsTheIdWhereNoTextIsKept() {
        assertThat(new ExperienceText(0).of(experience(""))).startsWith("> [q-1]\n");
    }

    private static Experience experience(String text) {
        return Experience.newBuilder()
                .setQueryId("q-1")
                .setText(text)
                .setModelVersion("tiny-0001")
                .setShownAtMs(1_000)
                .setClosedAtMs(61_000)
                .setExploredRank(2)
                .setSwapped(true)
                .setImpressions(List.of(
                        impression(1, 0.9),
                        impression(2, 0.8),
                        impression(
                                3,
                                0.7,
                                new UserAction(FeedbackKind.CLICK, 0.0, 1L, ""),
                                new UserAction(FeedbackKind.DWELL, 4.0, 2L, ""),
                                new UserAction(FeedbackKind.GRADE, 2.0, 3L, ""))))
                .build();
    }

    private static Impression impression(int position, double score, UserAction... actions) {
        return Impression.newBuilder()
                .setDocId("d" + position)
                .setPosition(position)
                .setScore(score)
                .setActions(List.of(actions))
                .build();
    }
}
