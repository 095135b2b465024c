/**
 * The learning process between the topics: experience in, versions out. Start at {@link rerank.trainer.loop.Learner}, whose
 * cycles read, train, decide and announce; {@link rerank.trainer.loop.ExperienceReader} is where events become logged
 * queries. What is learned and how it is judged is in {@code rerank.trainer.learning}.
 *
 * <p>A learner belongs to one thread, and its consumer and producer with it.
 */
@NullMarked
package rerank.trainer.loop;

import org.jspecify.annotations.NullMarked;
