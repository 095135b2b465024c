package rerank.trainer.refinement;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pair's samples.
 *
 * @param samples of the model
 * @param teachers the teacher's answer; null where only its label is known
 */
record RolloutGroup(
        TaughtPair pair, List<Rollout> samples, @Nullable Rollout teachers) {
    RolloutGroup {
        samples = List.copyOf(samples);
    }

    /** The samples, then the teacher's. */
    List<Rollout> all() {
        List<Rollout> all = new ArrayList<>(samples);
        if (teachers != null) {
            all.add(teachers);
        }
        return all;
    }

    int[] labels() {
        return samples.stream().mapToInt(sample -> sample.answer().label()).toArray();
    }
}
