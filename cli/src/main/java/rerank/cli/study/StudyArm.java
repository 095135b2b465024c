package rerank.cli.study;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import rerank.model.ranking.Mode;

/**
 * An order of explanation and label to be taught in, and how what was taught so is served.
 *
 * @param id for the command line and the names of directories
 * @param keys of the training configuration that it sets
 * @param served modes that it is measured in, the one that it is meant for first
 */
public record StudyArm(String id, Map<String, String> keys, List<Mode> served) {
    /** All arms. */
    public static final List<StudyArm> EVERY = List.of(
            new StudyArm("explain", shares(0, 0), List.of(Mode.EXPLAIN)),
            new StudyArm("label", shares(0, 1), List.of(Mode.LABEL)),
            new StudyArm("justify", shares(1, 0), List.of(Mode.LABEL, Mode.JUSTIFY)),
            new StudyArm("both", shares(0, 0.5), List.of(Mode.LABEL, Mode.EXPLAIN)));

    public StudyArm {
        keys = Map.copyOf(keys);
        served = List.copyOf(served);
    }

    /**
     * An arm by its id.
     *
     * @throws IllegalArgumentException naming those there are
     */
    public static StudyArm of(String id) {
        return EVERY.stream()
                .filter(arm -> arm.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no arm '" + id + "'; there are "
                        + EVERY.stream().map(StudyArm::id).collect(Collectors.joining(", "))));
    }

    private static Map<String, String> shares(double justify, double label) {
        return Map.of("justify.share", String.valueOf(justify), "label.share", String.valueOf(label));
    }
}
