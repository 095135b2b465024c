package rerank.cli.evaluation;

import rerank.cli.report.Machine;

/**
 * How figures came about, so that they can be made again.
 *
 * @param commandLine as typed
 * @param checkpoint directory
 * @param promptVersion template
 * @param machine that ran it
 * @param started date and time with zone, ISO 8601
 */
public record Origin(String commandLine, String checkpoint, String promptVersion, Machine machine, String started) {}
