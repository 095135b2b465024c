/**
 * Learning while serving, tried out with simulated users: real topics, a real worker and the real learner, and users who
 * know the grades that the learner must not see. Start at {@link rerank.cli.simulation.Simulation}, which runs one
 * {@link rerank.cli.simulation.Scenario} and notes its {@link rerank.cli.simulation.Course}; {@link
 * rerank.cli.simulation.StandardExperiment} and {@link rerank.cli.simulation.Study} put several side by side.
 *
 * <p>All of it runs on the command's thread; the worker and the broker have threads of their own.
 */
@NullMarked
package rerank.cli.simulation;

import org.jspecify.annotations.NullMarked;
