package rerank.trainer.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsersTest {
    private static final int SESSIONS = 60_000;
    private static final int SHOWN = 10;

    /** Four deviations of a share that is estimated from the sessions. */
    private static final double TOLERANCE = 4 * Math.sqrt(0.25 / SESSIONS);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void clicksFallWithThePositionAsAttentionDoesAndRiseWithTheGrade(long seed) {
        User noisy = Behaviour.NOISY.users(null, 1);
        double[] attraction = {0.1, 0.4, 0.8};

        for (int grade = 0; grade <= 2; grade++) {
            double[] rates = rates(noisy, grade, seed);
            for (int position = 1; position <= SHOWN; position++) {
                assertThat(rates[position - 1])
                        .as("grade %d at %d", grade, position)
                        .isCloseTo(attraction[grade] / position, within(TOLERANCE));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 2})
    void etaSaysHowFastAttentionFalls(double eta) {
        double[] rates = rates(Behaviour.PERFECT.users(null, eta), 2, 7);

        for (int position = 1; position <= SHOWN; position++) {
            assertThat(rates[position - 1]).isCloseTo(Math.pow(position, -eta), within(TOLERANCE));
        }
    }

    @Test
    void adversariesClickTheBad() {
        double bad = rates(Behaviour.ADVERSARIAL.users(null, 1), 0, 1)[0];
        double good = rates(Behaviour.ADVERSARIAL.users(null, 1), 2, 1)[0];

        assertThat(bad).isCloseTo(0.8, within(TOLERANCE));
        assertThat(good).isCloseTo(0.1, within(TOLERANCE));
    }

    @Test
    void trustMakesClicksAffineInTheAttraction() {
        User trusting = new PositionBased(Attraction.NOISY, 1, 0.3);

        for (int position = 1; position <= 3; position++) {
            double[] byGrade = new double[3];
            for (int grade = 0; grade <= 2; grade++) {
                byGrade[grade] = rates(trusting, grade, 11 + grade)[position - 1];
            }
            double slope = (byGrade[2] - byGrade[0]) / 0.7;
            assertThat(slope).isCloseTo((1 - 0.3 / position) / position, within(4 * TOLERANCE));
            assertThat(byGrade[0] - 0.1 * slope).isCloseTo(0.3 / position / position, within(4 * TOLERANCE));
            assertThat(byGrade[1] - 0.4 * slope).isCloseTo(byGrade[0] - 0.1 * slope, within(4 * TOLERANCE));
        }
    }

    @Test
    void aCascadeReadsNothingBelowWhereItStopped() {
        User impatient = new Cascade(Attraction.of(0, 0.5, 1), 1);

        List<Act> acts = impatient.browse(List.of(0, 0, 2, 2, 1), new SplittableRandom(3));

        assertThat(acts).containsExactly(Act.click(3));
    }

    @Test
    void aCascadeReadsOnAsPatienceSays() {
        User cascade = new Cascade(Attraction.PERFECT, 0.9);
        List<Integer> onlyTheFourth = List.of(0, 0, 0, 2);
        SplittableRandom random = new SplittableRandom(5);
        int clicked = 0;

        for (int session = 0; session < SESSIONS; session++) {
            clicked += cascade.browse(onlyTheFourth, random).size();
        }

        assertThat((double) clicked / SESSIONS).isCloseTo(0.9 * 0.9 * 0.9, within(TOLERANCE));
    }

    @Test
    void readersStayLongerOnTheBetterAndSaveMoreOfIt() {
        double[] seconds = new double[3];
        int[] saves = new int[3];
        User readers = new Readers(Behaviour.PERFECT.users(Attraction.of(1, 1, 1), 0));
        SplittableRandom random = new SplittableRandom(9);

        for (int session = 0; session < SESSIONS; session++) {
            for (Act act : readers.browse(List.of(0, 1, 2), random)) {
                seconds[act.position() - 1] += act.value();
                saves[act.position() - 1] += act.kind() == Act.Kind.SAVE ? 1 : 0;
            }
        }

        assertThat(seconds[0] / SESSIONS).isCloseTo(8, within(0.3));
        assertThat(seconds[1] / SESSIONS).isCloseTo(25, within(0.8));
        assertThat(seconds[2] / SESSIONS).isCloseTo(60, within(2.0));
        assertThat((double) saves[2] / SESSIONS).isCloseTo(0.3, within(TOLERANCE));
        assertThat(saves[0]).isLessThan(saves[1]);
    }

    @ParameterizedTest
    @EnumSource(Behaviour.class)
    void equalSeedsActEqually(Behaviour behaviour) {
        List<Integer> grades = List.of(2, 0, 1, 0, 2, 1);

        assertThat(sessions(behaviour, grades, 4)).isEqualTo(sessions(behaviour, grades, 4));
        assertThat(sessions(behaviour, grades, 4)).isNotEqualTo(sessions(behaviour, grades, 5));
    }

    @Test
    void mistakesAreSaid() {
        assertThatThrownBy(() -> Behaviour.named("nobody"))
                .hasMessageContaining("nobody")
                .hasMessageContaining("adversarial");
        assertThatThrownBy(() -> Attraction.parse("0.1,x,0.8")).hasMessageContaining("0.1,x,0.8");
        assertThatThrownBy(() -> Attraction.parse("0.1,0.8")).hasMessageContaining("three probabilities");
        assertThatThrownBy(() -> Attraction.of(0, 0, 1.5)).hasMessageContaining("1.5");
        assertThat(Attraction.parse("0.1, 0.4, 0.8")).isEqualTo(Attraction.NOISY);
    }

    private static List<List<Act>> sessions(Behaviour behaviour, List<Integer> grades, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        User user = behaviour.users(null, 1);
        return IntStream.range(0, 50)
                .mapToObj(session -> user.browse(grades, random))
                .toList();
    }

    /** Share of sessions with a click, by position, of rankings that have one grade throughout. */
    private static double[] rates(User user, int grade, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> grades = new ArrayList<>();
        for (int i = 0; i < SHOWN; i++) {
            grades.add(grade);
        }
        double[] clicks = new double[SHOWN];
        for (int session = 0; session < SESSIONS; session++) {
            user.browse(grades, random).forEach(act -> clicks[act.position() - 1]++);
        }
        for (int i = 0; i < SHOWN; i++) {
            clicks[i] /= SESSIONS;
        }
        return clicks;
    }
}
