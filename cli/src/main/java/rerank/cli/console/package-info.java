/**
 * What commands print for people: {@link Table}, {@link ProgressBar} and {@link RankingPrinter}. Results go to standard
 * output, progress to standard error, so that results can be piped.
 */
@NullMarked
package rerank.cli.console;

import org.jspecify.annotations.NullMarked;
