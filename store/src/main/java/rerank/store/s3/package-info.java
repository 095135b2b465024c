/**
 * Checkpoints in object storage that speaks the S3 protocol. Start at {@link rerank.store.s3.S3Store}; {@link
 * rerank.store.s3.Bucket} is all that knows the client, and {@link rerank.store.s3.S3Failure} says in our words what it says
 * in its own.
 *
 * <p>Any thread and any process may use a store.
 */
@NullMarked
package rerank.store.s3;

import org.jspecify.annotations.NullMarked;
