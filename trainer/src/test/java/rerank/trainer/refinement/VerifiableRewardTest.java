package rerank.trainer.refinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;

class VerifiableRewardTest {
    private static final TaughtPair PAIR = new TaughtPair(
            new Query("q", "canvas backpack under $60"),
            new Candidate("d", "Ridge backpack", "A backpack of canvas that costs $45.", 1, 1),
            2,
            "Wants a backpack. Costs $45, under $60; is made of canvas as wanted: all met.");

    @Test
    void theTeachersOwnAnswerHasEverything() {
        assertThat(score(PAIR.answer())).isEqualTo(2);
    }

    @Test
    void aLabelNextToTheRightOneIsHalfAgreement() {
        assertThat(score(new Answer(PAIR.explanation(), 1, true))).isEqualTo(1.5);
        assertThat(score(new Answer(PAIR.explanation(), 0, true))).isEqualTo(1);
    }

    @Test
    void whatDidNotEndHasItsLabelAlone() {
        assertThat(score(new Answer(PAIR.explanation() + " and and", 2, false))).isEqualTo(1);
    }

    /** By hand: of backpack, costs, 45, leather and 90, the last two are nowhere: 3/5. Of the teacher's backpack, costs, 45,
     * under, 60 and canvas it names three: 1/2. Harmonic mean 0.5454. */
    @Test
    void madeUpEvidenceAndMissingEvidenceBothCost() {
        var answer = new Answer("The backpack costs $45: leather, 90.", 2, true);

        assertThat(VerifiableReward.evidence(PAIR, answer)).isCloseTo(6 / 11.0, within(1e-9));
    }

    @Test
    void withoutATeachersExplanationNothingIsMissing() {
        var unexplained = new TaughtPair(PAIR.query(), PAIR.candidate(), 2, "");

        assertThat(VerifiableReward.evidence(unexplained, new Answer("backpack, canvas", 2, true)))
                .isEqualTo(1);
        assertThat(VerifiableReward.evidence(unexplained, new Answer("backpack, leather", 2, true)))
                .isEqualTo(0.5);
    }

    private static double score(Answer answer) {
        return VerifiableReward.DEFAULT.score(PAIR, List.of(answer))[0];
    }
}
