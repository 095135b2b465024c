/**
 * Announcing versions of the model and reading what was announced. Start at
 * {@link rerank.schemas.versions.VersionAnnouncer}, through which all who announce take turns, at
 * {@link rerank.schemas.versions.Rollout}, which says what to announce, and at
 * {@link rerank.schemas.versions.VersionReader}, by which workers follow; what they say of it is read by
 * {@link rerank.schemas.versions.StatusReader}.
 *
 * <p>An announcer and a reader belong to one thread at a time.
 */
@NullMarked
package rerank.schemas.versions;

import org.jspecify.annotations.NullMarked;
