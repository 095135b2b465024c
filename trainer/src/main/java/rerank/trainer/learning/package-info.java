/**
 * Learns from what users did with rankings: from logged queries to a refined checkpoint, and whether it may serve. Start at
 * {@link rerank.trainer.learning.CandidateTraining}, which makes a candidate, and {@link rerank.trainer.learning.Gate}, which
 * decides; {@link rerank.trainer.learning.ListTargets} is the loss on clicks, {@link
 * rerank.trainer.learning.PropensityEstimator} what corrects it for positions, {@link rerank.trainer.learning.CanaryTrial} the
 * decision on a version that serves already.
 *
 * <p>Knows no Kafka: {@code rerank.trainer.loop} brings logged queries in and versions out. All of it runs on the caller's
 * thread and the worker threads that training and judging own while they last.
 */
@NullMarked
package rerank.trainer.learning;

import org.jspecify.annotations.NullMarked;
