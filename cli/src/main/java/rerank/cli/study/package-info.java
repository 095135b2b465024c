/**
 * Whether explaining helps, as a controlled study: the same data, weights, draws and steps, taught in several orders of
 * explanation and label, and measured as {@code eval} measures. Start at {@link rerank.cli.study.Study}; {@link
 * rerank.cli.study.StudyArm} has the orders, {@link rerank.cli.study.StudyReport} what came out.
 *
 * <p>All of it runs on the command's thread; training has threads of its own.
 */
@NullMarked
package rerank.cli.study;

import org.jspecify.annotations.NullMarked;
