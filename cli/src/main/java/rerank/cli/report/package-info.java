/** The figures of a run: {@link Report} is what {@code --report FILE.json} writes, key by key. */
@NullMarked
package rerank.cli.report;

import org.jspecify.annotations.NullMarked;
