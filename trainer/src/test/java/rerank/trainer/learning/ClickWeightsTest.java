package rerank.trainer.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import rerank.trainer.learning.UserAction.Kind;

class ClickWeightsTest {
    private static final ClickWeights WEIGHTS = ClickWeights.DEFAULT;

    @Test
    void theStrongestActCounts() {
        assertThat(of()).isZero();
        assertThat(of(act(Kind.CLICK, 0))).isEqualTo(1);
        assertThat(of(act(Kind.CLICK, 0), act(Kind.SAVE, 0))).isEqualTo(1.5);
        assertThat(of(act(Kind.DWELL, 40))).isEqualTo(1);
    }

    @Test
    void aShortStayTakesMostOfAClickBackAndALongOneDoesNot() {
        assertThat(of(act(Kind.CLICK, 0), act(Kind.DWELL, 3))).isCloseTo(0.3, within(1e-12));
        assertThat(of(act(Kind.CLICK, 0), act(Kind.DWELL, 3), act(Kind.DWELL, 35)))
                .isEqualTo(1);
    }

    @Test
    void aDismissalTakesAllOfItBack() {
        assertThat(of(act(Kind.CLICK, 0), act(Kind.SAVE, 0), act(Kind.DISMISS, 0))).isZero();
    }

    @Test
    void aGradeIsALabelAndNoClickAndTheLastOneCounts() {
        Impression graded = impression(act(Kind.GRADE, 2), act(Kind.GRADE, 0));

        assertThat(WEIGHTS.of(graded)).isZero();
        assertThat(ClickWeights.grade(graded)).hasValue(0);
        assertThat(ClickWeights.grade(impression(act(Kind.CLICK, 0)))).isEmpty();
    }

    private static UserAction act(Kind kind, double value) {
        return new UserAction(kind, value);
    }

    private static double of(UserAction... actions) {
        return WEIGHTS.of(impression(actions));
    }

    private static Impression impression(UserAction... actions) {
        List<UserAction> list = Arrays.asList(actions);
        return LoggedQueries.impression("d", 1, 0.5, list);
    }
}
