package rerank.trainer.loop;

import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import rerank.schemas.ModelVersions;
import rerank.schemas.versions.VersionAnnouncer;

/**
 * What a cycle rests on: the standing of versions and the committed offsets that it began with. An announcement that finds
 * either changed would apply a cycle to something else than it was made of, or use experience twice.
 *
 * @param versions as they were at the beginning
 * @param offsets committed at the beginning
 */
record Standing(ModelVersions versions, Map<TopicPartition, Long> offsets) {
    /** The decision, refused where the standing is no longer the same. */
    VersionAnnouncer.Decision only(Supplier<Map<TopicPartition, Long>> committed, VersionAnnouncer.Decision decision) {
        return now -> {
            if (now.lastSequence() != versions.lastSequence()) {
                throw new StaleCycleException("versions were announced while this cycle ran (number "
                        + versions.lastSequence() + " was the last one, now it is " + now.lastSequence()
                        + "); nothing was applied, the next cycle begins from there");
            }
            if (!committed.get().equals(offsets)) {
                throw new StaleCycleException("another learner used the experience that this cycle was made of;"
                        + " nothing was applied. Let one learner run at a time");
            }
            return decision.on(now);
        };
    }
}
