package rerank.trainer.faithfulness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import rerank.trainer.faithfulness.Claim.Kind;
import rerank.trainer.faithfulness.Claim.Verdict;

class FaithfulnessTest {
    private static final Claim TRUE = Claim.said(Kind.NUMBER, "costs $45", true);
    private static final Claim FALSE = Claim.said(Kind.NUMBER, "costs $46", false);
    private static final Claim OWED = Claim.missing(Kind.TOPIC, "wants a tent");
    private static final Claim UNKNOWN = new Claim(Kind.ANSWER, "lists its symptoms", Verdict.UNKNOWN);

    @Test
    void whatIsMissingCountsLikeWhatIsFalse() {
        Faithfulness figures = Faithfulness.NONE
                .with("costs $45; costs $46", List.of(TRUE, FALSE, OWED, UNKNOWN))
                .with("costs $45", List.of(TRUE));

        assertThat(figures.score()).isCloseTo(2.0 / 4, within(1e-12));
        assertThat(figures.counts()).isEqualTo(new Faithfulness.Counts(2, 1, 1, 1));
        assertThat(figures.byKind().get(Kind.NUMBER)).isEqualTo(new Faithfulness.Counts(2, 1, 0, 0));
        assertThat(figures.faultlessShare()).isEqualTo(0.5);
    }

    @Test
    void emptyExplanationsDoNotHelp() {
        Faithfulness figures = Faithfulness.NONE.with("", List.of(OWED)).with(" ", List.of());

        assertThat(figures.score()).isZero();
        assertThat(figures.empty()).isEqualTo(2);
        assertThat(figures.faultless()).isZero();
    }

    @Test
    void whatNothingIsKnownAboutIsCountedApart() {
        Faithfulness figures =
                Faithfulness.NONE.with("costs $45", List.of(TRUE)).withUnchecked();

        assertThat(figures.explanations()).isEqualTo(1);
        assertThat(figures.unchecked()).isEqualTo(1);
        assertThat(figures.score()).isEqualTo(1);
    }
}
