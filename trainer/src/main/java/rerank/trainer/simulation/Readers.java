package rerank.trainer.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Users who stay on what they clicked, the longer the better it is, and keep some of it: dwell times are exponential with
 * a mean that grows with the grade.
 *
 * @param users who click
 * @param dwellSeconds mean seconds on a document of grade 0, 1 and 2
 * @param saves probability that a clicked document of grade 0, 1 and 2 is saved
 */
public record Readers(User users, List<Double> dwellSeconds, Attraction saves) implements User {
    private static final List<Double> USUAL_SECONDS = List.of(8.0, 25.0, 60.0);
    private static final Attraction USUAL_SAVES = Attraction.of(0.01, 0.08, 0.3);

    public Readers {
        dwellSeconds = List.copyOf(dwellSeconds);
        if (dwellSeconds.size() != 3 || dwellSeconds.stream().anyMatch(mean -> !(mean > 0))) {
            throw new IllegalArgumentException("three means above 0 are needed, were " + dwellSeconds);
        }
    }

    /** With usual times and shares. */
    public Readers(User users) {
        this(users, USUAL_SECONDS, USUAL_SAVES);
    }

    @Override
    public List<Act> browse(List<Integer> grades, RandomGenerator random) {
        List<Act> acts = new ArrayList<>();
        for (Act act : users.browse(grades, random)) {
            acts.add(act);
            int grade = Math.max(0, Math.min(2, grades.get(act.position() - 1)));
            acts.add(new Act(
                    act.position(), Act.Kind.DWELL, dwellSeconds.get(grade) * -Math.log(1 - random.nextDouble())));
            if (random.nextDouble() < saves.of(grade)) {
                acts.add(new Act(act.position(), Act.Kind.SAVE, 0));
            }
        }
        return acts;
    }
}
