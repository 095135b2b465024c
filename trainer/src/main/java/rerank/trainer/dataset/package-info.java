/**
 * Data sets in the layout of the BEIR and TREC files: documents, queries, graded judgements ({@link
 * rerank.trainer.dataset.Qrels}) and first-stage rankings ({@link rerank.trainer.dataset.Run}). Start at {@link
 * rerank.trainer.dataset.Dataset}; {@link rerank.trainer.dataset.DatasetWriter} writes what it reads.
 *
 * <p>Everything here is an immutable value once read. A mistake in a file is reported with the file, the line, and what
 * was expected there.
 */
@NullMarked
package rerank.trainer.dataset;

import org.jspecify.annotations.NullMarked;
