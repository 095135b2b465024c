package rerank.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.List;
import org.junit.jupiter.api.Test;
import rerank.model.ranking.LabelDistribution;

class CalibrationTest {
    @Test
    void comparesProbabilitiesWithSharesBinByBin() {
        Calibration calibration = Calibration.of(List.of(pair(0.92, 1), pair(0.98, 0), pair(0.15, 0), pair(0.15, 2)));

        // [0.9, 1]: said 0.95, true 0.5; [0.1, 0.2): said 0.15, true 0.5; each has half of the pairs.
        assertThat(calibration.ece()).isCloseTo(0.5 * 0.45 + 0.5 * 0.35, within(1e-12));
        assertThat(calibration.bins())
                .extracting(Calibration.Bin::from, Calibration.Bin::pairs, Calibration.Bin::relevantShare)
                .containsExactly(tuple(0.1, 2L, 0.5), tuple(0.9, 2L, 0.5));
    }

    @Test
    void brierIsTheMeanSquaredErrorOfTheProbability() {
        Calibration calibration = Calibration.of(List.of(pair(0.9, 1), pair(0.2, 0)));

        assertThat(calibration.brier()).isCloseTo((0.01 + 0.04) / 2, within(1e-12));
        assertThat(calibration.brierOfShare()).isCloseTo(0.25, within(1e-12));
    }

    @Test
    void theBrierOfTheLabelsCountsGradesAbove2AsLabel2() {
        GradedLabels first = new GradedLabels(new LabelDistribution(0.1, 0.2, 0.7), 3);
        GradedLabels second = new GradedLabels(new LabelDistribution(0, 1, 0), 1);

        Calibration calibration = Calibration.of(List.of(first, second));

        assertThat(calibration.labelBrier()).isCloseTo((0.01 + 0.04 + 0.09) / 2, within(1e-12));
    }

    @Test
    void oneKindOfRelevanceTellsNothingOfTheLabels() {
        assertThat(Calibration.of(List.of(pair(0.9, 2), pair(0.2, 0))).labelBrier())
                .isNull();
    }

    @Test
    void certaintyFallsInTheLastBin() {
        assertThat(Calibration.of(List.of(pair(1, 2))).bins())
                .containsExactly(new Calibration.Bin(0.9, 1.0, 1, 1.0, 1.0));
        assertThat(Calibration.of(List.of()).ece()).isZero();
    }

    private static GradedLabels pair(double probability, int grade) {
        return new GradedLabels(new LabelDistribution(1 - probability, probability, 0), grade);
    }
}
