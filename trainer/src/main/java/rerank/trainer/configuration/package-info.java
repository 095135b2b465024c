/**
 * How the trainer's properties files are read: a file becomes texts by key ({@link
 * rerank.trainer.configuration.PropertiesFile}), these become values by a definition, and all that is wrong is told at once
 * ({@link rerank.trainer.configuration.KeyValues}). What keys there are is told where they are used.
 *
 * <p>Used by one thread.
 */
@NullMarked
package rerank.trainer.configuration;

import org.jspecify.annotations.NullMarked;
