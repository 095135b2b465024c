/**
 * What the product costs, end to end. {@code ./rerank bench stream} sets reranking through Kafka beside the same model in
 * process; {@code ./rerank bench topology} sets the topology with a judge that does nothing beside a raw transactional
 * loop. Start at {@link BenchCommand}.
 */
@NullMarked
package rerank.benchmarks;

import org.jspecify.annotations.NullMarked;
