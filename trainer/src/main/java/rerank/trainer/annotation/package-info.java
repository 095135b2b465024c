/**
 * Makes examples of a data set: chooses pairs, has a teacher label and explain them, filters, writes. Start at {@link
 * rerank.trainer.annotation.Annotation}, which does what an {@link rerank.trainer.annotation.AnnotateConfig} says.
 *
 * <p>An annotation owns the threads that ask the teacher; what they find is put together by the caller's thread, in the order
 * of the pairs, so that the same answers give the same files.
 */
@NullMarked
package rerank.trainer.annotation;

import org.jspecify.annotations.NullMarked;
