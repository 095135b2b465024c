/**
 * A Kafka broker and a schema registry inside this process, kept in a directory: what commands use when no other cluster
 * is named. Start at {@link rerank.cli.embedded.EmbeddedCluster}.
 *
 * <p>Everything listens on 127.0.0.1 only. The broker has threads of its own, and so has the registry's HTTP server;
 * {@link rerank.cli.embedded.RegistryApi} lets one request in at a time.
 */
@NullMarked
package rerank.cli.embedded;

import org.jspecify.annotations.NullMarked;
