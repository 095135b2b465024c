package rerank.cli.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import rerank.cli.report.Machine;
import rerank.cli.simulation.SimulationReport.Adversarial;
import rerank.cli.simulation.SimulationReport.Noisy;
import rerank.cli.simulation.SimulationReport.Versions;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;

class CourseTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Course COURSE = new Course(
            "noisy",
            0.4,
            List.of(
                    point(100, 0.45, 0.4, 0.38, "b"),
                    point(150, 0.5, 0.5, 0.5, ""),
                    point(250, 0.55, 0.55, 0.55, "")),
            new Versions(2, 1, 0, 1));

    @Test
    void theEndIsWhatServesLast() {
        assertThat(COURSE.endNdcg10()).isEqualTo(0.55);
        assertThat(COURSE.sessions()).isEqualTo(250);
        assertThat(new Course("none", 0.4, List.of(), Versions.NONE).endNdcg10()).isEqualTo(0.4);
    }

    @Test
    void theLowestThatServedCountsTheStartAndCanariesByTheirShare() {
        assertThat(COURSE.lowestServedNdcg10()).isEqualTo(0.4);
        assertThat(COURSE.lowestVersionNdcg10()).isEqualTo(0.38);
        Course fallen = new Course("x", 0.4, List.of(point(10, 0.39, 0.4, 0.2, "c")), Versions.NONE);
        assertThat(fallen.lowestServedNdcg10()).isEqualTo(0.39);
    }

    @Test
    void aCourseOutlivesItsFile() throws Exception {
        assertThat(JSON.readValue(JSON.writeValueAsString(COURSE), Course.class)).isEqualTo(COURSE);
    }

    @Test
    void theReportHasTheKeysThatAreDocumented() throws Exception {
        SimulationReport report = new SimulationReport(
                "simulate",
                "storefront-shifted",
                Noisy.of(COURSE, 0.7, 250),
                Adversarial.of(COURSE, 100),
                COURSE.versions(),
                List.of(COURSE),
                new Machine("cpu", 2, "17"),
                12.5);

        JsonNode json = JSON.readTree(JSON.writeValueAsString(report));

        assertThat(json.at("/noisy/startNdcg10").asDouble()).isEqualTo(0.4);
        assertThat(json.at("/noisy/endNdcg10").asDouble()).isEqualTo(0.55);
        assertThat(json.at("/noisy/trueGradesNdcg10").asDouble()).isEqualTo(0.7);
        assertThat(json.at("/noisy/reached").asDouble()).isCloseTo(0.5, within(1e-9));
        assertThat(json.at("/adversarial/startNdcg10").asDouble()).isEqualTo(0.4);
        assertThat(json.at("/adversarial/lowestServedNdcg10").asDouble()).isEqualTo(0.4);
        assertThat(json.at("/versions/published").asLong()).isEqualTo(2);
        assertThat(json.at("/versions/refused").asLong()).isEqualTo(1);
        assertThat(report.table()).contains("noisy, 250 sessions").contains("50 %");
    }

    @Test
    void theFirstVersionIsNoneThatLearningMade() {
        ModelVersions standing = ModelVersions.NONE
                .with(version("base", 1, "", ModelStatus.ACTIVE))
                .with(version("r1", 2, "base", ModelStatus.REFUSED))
                .with(version("r2", 3, "base", ModelStatus.CANARY))
                .with(version("r2", 4, "base", ModelStatus.ACTIVE))
                .with(version("r3", 5, "r2", ModelStatus.CANARY))
                .with(version("r3", 6, "r2", ModelStatus.ROLLED_BACK))
                .with(version("r4", 7, "r2", ModelStatus.CANARY));

        assertThat(Versions.of(standing)).isEqualTo(new Versions(3, 1, 1, 1));
    }

    private static ModelVersion version(String name, long sequence, String parent, ModelStatus status) {
        return ModelVersion.newBuilder()
                .setVersion(name)
                .setSequence(sequence)
                .setCheckpointUri("file:///" + name)
                .setParent(parent)
                .setStatus(status)
                .build();
    }

    private static Course.Point point(int sessions, double served, double active, double lowest, String canary) {
        return new Course.Point(sessions, served, active, lowest, 0.3, "a", canary, List.of("PROMOTED"), "because");
    }
}
