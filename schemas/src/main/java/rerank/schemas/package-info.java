/**
 * The events on our topics and how they become bytes. The events are generated from {@code src/main/avro}; start at
 * {@link rerank.schemas.RegistrySerde}, which writes and reads them in the Confluent wire format, and at
 * {@link rerank.schemas.SchemaRegistry}, the one class that knows the registry client.
 *
 * <p>A serializer or deserializer belongs to one thread at a time, as Kafka has it.
 */
@NullMarked
package rerank.schemas;

import org.jspecify.annotations.NullMarked;
