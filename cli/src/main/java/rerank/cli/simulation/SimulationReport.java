package rerank.cli.simulation;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import rerank.cli.console.Table;
import rerank.cli.report.Machine;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;

/**
 * The figures of {@code simulate}, as {@code --report FILE.json} writes them.
 *
 * @param command what ran
 * @param data the data set
 * @param noisy honest users; absent where there were none
 * @param adversarial users who sabotage; absent where there were none
 * @param versions how many candidates went out, and how many the gate refused, in all experiments together
 * @param courses point by point
 * @param machine where it ran
 * @param wallSeconds all of it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SimulationReport(
        String command,
        String data,
        @Nullable Noisy noisy,
        @Nullable Adversarial adversarial,
        Versions versions,
        List<Course> courses,
        Machine machine,
        double wallSeconds) {
    /** The report of one run. */
    public static SimulationReport of(SimulatedData data, Course course, boolean isHostile, double wallSeconds) {
        return new SimulationReport(
                "simulate",
                data.dataset().name(),
                isHostile ? null : Noisy.of(course, null, course.sessions()),
                isHostile ? Adversarial.of(course, course.sessions()) : null,
                course.versions(),
                List.of(course),
                Machine.here(),
                wallSeconds);
    }

    /** Start, end and what stands beside them, for people. */
    public String table() {
        Table table = new Table("nDCG@10 on unseen queries", "start", "end", "lowest served", "versions", "refused");
        for (Course course : courses) {
            table.row(
                    course.name() + ", " + course.sessions() + " sessions",
                    course.startNdcg10(),
                    course.endNdcg10(),
                    course.lowestServedNdcg10(),
                    course.versions().published(),
                    course.versions().refused());
        }
        String text = table.toString();
        if (noisy != null && noisy.trueGradesNdcg10() != null && noisy.reached() != null) {
            text += String.format(
                    Locale.ROOT,
                    "%ntrained on the true grades of the same queries: %.4f; learning from clicks went %.0f %% of that"
                            + " way%n",
                    noisy.trueGradesNdcg10(), 100 * noisy.reached());
        }
        return text + String.format(Locale.ROOT, "%.0f s%n", wallSeconds);
    }

    /**
     * nDCG@10 on unseen queries with honest users.
     *
     * @param startNdcg10 of what served first
     * @param endNdcg10 of what served in the end
     * @param trueGradesNdcg10 of the same model trained on the true grades of the queries that were asked; absent where
     *     that was not done
     * @param reached share of the way from the start to the true grades; absent with them
     * @param sessions of users
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Noisy(
            double startNdcg10,
            double endNdcg10,
            @Nullable Double trueGradesNdcg10,
            @Nullable Double reached,
            int sessions) {
        static Noisy of(Course course, @Nullable Double trueGrades, int sessions) {
            Double reached = trueGrades == null
                    ? null
                    : (course.endNdcg10() - course.startNdcg10()) / (trueGrades - course.startNdcg10());
            return new Noisy(course.startNdcg10(), course.endNdcg10(), trueGrades, reached, sessions);
        }
    }

    /**
     * nDCG@10 on unseen queries under sabotage.
     *
     * @param startNdcg10 of what served first
     * @param lowestServedNdcg10 the lowest of what served at any time, a canary by its share of the queries
     * @param lowestVersionNdcg10 the lowest of any version that answered even one query
     * @param sessions of users
     */
    public record Adversarial(
            double startNdcg10, double lowestServedNdcg10, double lowestVersionNdcg10, int sessions) {
        static Adversarial of(Course course, int sessions) {
            return new Adversarial(
                    course.startNdcg10(), course.lowestServedNdcg10(), course.lowestVersionNdcg10(), sessions);
        }
    }

    /**
     * What became of candidates.
     *
     * @param published that served, be it as canary
     * @param active of them, that served all queries
     * @param rolledBack of them, that were withdrawn
     * @param refused that did not pass the gate and never served
     */
    public record Versions(long published, long active, long rolledBack, long refused) {
        /** Before any. */
        static final Versions NONE = new Versions(0, 0, 0, 0);

        /** What the standing says; versions that were refined from none do not count. */
        static Versions of(ModelVersions standing) {
            Versions versions = NONE;
            for (ModelVersion version : standing.all()) {
                if (!version.getParent().isEmpty()) {
                    versions = versions.plus(
                            switch (version.getStatus()) {
                                case CANARY -> new Versions(1, 0, 0, 0);
                                case ACTIVE -> new Versions(1, 1, 0, 0);
                                case ROLLED_BACK -> new Versions(1, 0, 1, 0);
                                case REFUSED -> new Versions(0, 0, 0, 1);
                                case CANDIDATE, UNKNOWN -> NONE;
                            });
                }
            }
            return versions;
        }

        /** Both together. */
        Versions plus(Versions other) {
            return new Versions(
                    published + other.published,
                    active + other.active,
                    rolledBack + other.rolledBack,
                    refused + other.refused);
        }
    }
}
