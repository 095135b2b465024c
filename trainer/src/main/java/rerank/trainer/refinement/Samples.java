package rerank.trainer.refinement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What many answers are like.
 *
 * @param answers how many there are
 * @param reward their mean
 * @param teacherReward mean reward of the teacher's answers; NaN where none was scored
 * @param wrongLabel share whose label is not the right one
 * @param badFormat share that is not well formed
 * @param evidence mean share of evidence, as {@link VerifiableReward} counts it
 * @param tokens mean length
 */
public record Samples(
        long answers,
        double reward,
        double teacherReward,
        double wrongLabel,
        double badFormat,
        double evidence,
        double tokens) {
    /** A group with the rewards of {@link RolloutGroup#all()}. */
    record Scored(RolloutGroup group, double[] rewards) {}

    static Samples of(List<Scored> groups) {
        long answers = 0;
        long wrong = 0;
        long bad = 0;
        double reward = 0;
        double evidence = 0;
        double tokens = 0;
        long taught = 0;
        double teachers = 0;
        for (Scored scored : groups) {
            List<Rollout> samples = scored.group().samples();
            for (int i = 0; i < samples.size(); i++) {
                Answer answer = samples.get(i).answer();
                answers++;
                wrong += answer.label() == scored.group().pair().label() ? 0 : 1;
                bad += answer.isWellFormed() ? 0 : 1;
                reward += scored.rewards()[i];
                evidence += VerifiableReward.evidence(scored.group().pair(), answer);
                tokens += samples.get(i).length();
            }
            if (scored.rewards().length > samples.size()) {
                taught++;
                teachers += scored.rewards()[samples.size()];
            }
        }
        double n = Math.max(1, answers);
        return new Samples(
                answers,
                reward / n,
                taught == 0 ? Double.NaN : teachers / taught,
                wrong / n,
                bad / n,
                evidence / n,
                tokens / n);
    }

    static Samples read(JsonNode entry) {
        return new Samples(
                entry.path("answers").asLong(),
                entry.path("reward").asDouble(),
                entry.path("teacherReward").asDouble(Double.NaN),
                entry.path("wrongLabel").asDouble(),
                entry.path("badFormat").asDouble(),
                entry.path("evidence").asDouble(),
                entry.path("tokens").asDouble());
    }

    void addTo(ObjectNode entry) {
        entry.put("answers", answers);
        entry.put("reward", reward);
        if (!Double.isNaN(teacherReward)) {
            entry.put("teacherReward", teacherReward);
        }
        entry.put("wrongLabel", wrongLabel);
        entry.put("badFormat", badFormat);
        entry.put("evidence", evidence);
        entry.put("tokens", tokens);
    }
}
