/**
 * A data set sent through Kafka and measured. Start at {@link Replay}: it publishes queries with their candidates,
 * collects the rankings and times them; {@link Comparison} says how good they are.
 *
 * <p>All of it runs on the caller's thread.
 */
@NullMarked
package rerank.cli.replay;

import org.jspecify.annotations.NullMarked;
