/**
 * The life of a worker process: configuration, start, drain, stop. Start at {@link rerank.topology.worker.Worker};
 * {@link rerank.topology.worker.WorkerConfig} has every key, {@link rerank.topology.worker.Topics} what must exist on
 * the broker.
 *
 * <p>A worker owns one inference engine, which has one thread, and one Kafka Streams client, which has some.
 */
@NullMarked
package rerank.topology.worker;

import org.jspecify.annotations.NullMarked;
