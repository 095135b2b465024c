/**
 * The {@code rerank} command: parses arguments, wires the other modules together and prints. Start at
 * {@link RerankCommand}; each sub-command is a class of its own, named after it.
 */
@NullMarked
package rerank.cli;

import org.jspecify.annotations.NullMarked;
