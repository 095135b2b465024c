/** Object storage for tests: {@link rerank.store.testing.S3Server}. Nothing that is shipped depends on it. */
@NullMarked
package rerank.store.testing;

import org.jspecify.annotations.NullMarked;
