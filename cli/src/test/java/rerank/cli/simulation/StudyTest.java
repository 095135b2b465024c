package rerank.cli.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rerank.cli.simulation.Scenario.Crowd;
import rerank.cli.simulation.Scenario.Pace;
import rerank.cli.simulation.SimulationReport.Versions;
import rerank.trainer.loop.LearnConfig;
import rerank.trainer.simulation.Act;
import rerank.trainer.simulation.User;

class StudyTest {
    @Test
    void aMeanCurveHoldsEachCurvesValueUntilItsNextPoint() {
        Curves.Line slow = line(0, 0.4, 100, 0.6);
        Curves.Line quick = line(0, 0.4, 50, 0.8);

        assertThat(Study.mean("mean", List.of(slow, quick)).points())
                .containsExactly(new Curves.At(0, 0.4), new Curves.At(50, 0.6), new Curves.At(100, 0.7));
    }

    @Test
    void theTableShowsEachArmAndTheWayItWent() {
        Study.Result result = new Study.Result(
                Map.of("all terms", List.of(course(0.4, 0.5), course(0.4, 0.6))), List.of(0.6, 0.7));

        assertThat(Study.table(result)).contains("all terms").contains("0.5500").contains("0.6000");
        assertThat(Study.picture(result, "title")).contains("all terms").contains("true grades");
    }

    @Test
    void everyArmSetsKeysThatTheLearnerHas() {
        Set<String> known = LearnConfig.definition().names();

        assertThat(Arm.EVERY).allSatisfy(arm -> assertThat(known).containsAll(arm.learning().keySet()));
        assertThatThrownBy(() -> Arm.of("none")).hasMessageContaining("none").hasMessageContaining("no-replay");
    }

    @Test
    void anArmChangesItsKeysAndTheSeedAlone() {
        User user = (grades, random) -> List.of();
        Scenario base = new Scenario(
                "x", Path.of("m"), Crowd.of(user), 10, new Pace(5, 2), 1, Map.of("epochs", "2"), false);

        Scenario applied = Arm.of("no-replay").applied(base, 3);

        assertThat(applied.learning()).isEqualTo(Map.of("epochs", "2", "replay.share", "0", "seed", "3"));
        assertThat(applied.seed()).isEqualTo(3);
        assertThat(applied.isFrozen()).isFalse();
        assertThat(Arm.of("frozen").applied(base, 3).isFrozen()).isTrue();
    }

    @Test
    void aCrowdChangesAfterSoManySessions() {
        User first = (grades, random) -> List.of();
        User others = (grades, random) -> List.of(new Act(1, Act.Kind.CLICK, 0));
        Crowd crowd = Crowd.changing(first, 3, others);

        assertThat(crowd.at(2)).isSameAs(first);
        assertThat(crowd.at(3)).isSameAs(others);
    }

    private static Course course(double start, double end) {
        return new Course(
                "x",
                start,
                List.of(new Course.Point(10, end, end, end, end, "a", "", List.of(), "")),
                Versions.NONE);
    }

    private static Curves.Line line(double x1, double y1, double x2, double y2) {
        return new Curves.Line("", List.of(new Curves.At(x1, y1), new Curves.At(x2, y2)), false);
    }
}
