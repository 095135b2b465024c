/**
 * Labeled and explained pairs on disk: what {@code rerank annotate} writes and {@code rerank train} reads, documented in
 * docs/examples.md. Start at {@link rerank.trainer.example.Example}; {@link rerank.trainer.example.ExampleData} makes a data
 * set with training groups of them.
 */
@NullMarked
package rerank.trainer.example;

import org.jspecify.annotations.NullMarked;
