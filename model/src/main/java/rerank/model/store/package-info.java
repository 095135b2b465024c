/**
 * Where published checkpoints lie. Start at {@link rerank.model.store.CheckpointStore}: a learner puts a checkpoint, a worker
 * fetches it and knows by its hash that it is whole. {@link rerank.model.store.DirectoryStore} keeps them in a directory that
 * all of them reach; for stores that lie elsewhere {@link rerank.model.store.CheckpointCache} keeps local copies.
 *
 * <p>Stores hold no state besides what lies in them; any thread and any process may use one.
 */
@NullMarked
package rerank.model.store;

import org.jspecify.annotations.NullMarked;
