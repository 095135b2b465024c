// Publishes one query with its candidates and prints the ranking that comes back as a line of JSON.
//
// usage: node rerank-client.js BOOTSTRAP_SERVERS REGISTRY_URL DIRECTORY_OF_AVSC_FILES < request.json
// where the request is {"query": {...}, "candidates": [{...}, ...]}, its fields as in the schemas.
'use strict';

const fs = require('fs');
const path = require('path');
const { Kafka, logLevel } = require('kafkajs');
const { SchemaRegistryClient, SerdeType, AvroSerializer, AvroDeserializer } = require('@confluentinc/schemaregistry');

const QUERIES = 'rerank.queries';
const CANDIDATES = 'rerank.candidates';
const RANKED_RESULTS = 'rerank.ranked-results';

async function main([bootstrapServers, registryUrl, schemaDirectory]) {
  const request = JSON.parse(fs.readFileSync(0, 'utf8'));
  const registry = new SchemaRegistryClient({ baseURLs: [registryUrl] });
  const kafka = new Kafka({ clientId: 'rerank-client', brokers: bootstrapServers.split(','), logLevel: logLevel.ERROR });

  const ids = {
    [QUERIES]: await register(registry, QUERIES, path.join(schemaDirectory, 'QueryEvent.avsc')),
    [CANDIDATES]: await register(registry, CANDIDATES, path.join(schemaDirectory, 'CandidateEvent.avsc')),
  };
  const serializer = new AvroSerializer(registry, SerdeType.VALUE, { useLatestVersion: true });
  const deserializer = new AvroDeserializer(registry, SerdeType.VALUE, {});

  const ranking = await receive(kafka, deserializer, request.query.queryId, async () => {
    const producer = kafka.producer();
    await producer.connect();
    await publish(producer, serializer, QUERIES, request.query);
    // One event a candidate, the last one marked: what a first stage does that streams its hits.
    for (const [index, candidate] of request.candidates.entries()) {
      const last = index === request.candidates.length - 1;
      await publish(producer, serializer, CANDIDATES,
        { queryId: request.query.queryId, candidates: [candidate], last });
    }
    await producer.disconnect();
  });

  process.stdout.write(JSON.stringify({ ids, subjects: await registry.getAllSubjects(), ranking }) + '\n');
}

async function register(registry, topic, file) {
  return registry.register(topic + '-value', { schemaType: 'AVRO', schema: fs.readFileSync(file, 'utf8') });
}

async function publish(producer, serializer, topic, event) {
  await producer.send({ topic, messages: [{ key: event.queryId, value: await serializer.serialize(topic, event) }] });
}

/** The ranking of one query; ask is called once the consumer is in its group. */
async function receive(kafka, deserializer, queryId, ask) {
  const consumer = kafka.consumer({ groupId: 'rerank-client-' + process.pid, readUncommitted: false });
  await consumer.connect();
  await consumer.subscribe({ topic: RANKED_RESULTS, fromBeginning: true });
  try {
    return await new Promise((resolve, reject) => {
      consumer.on(consumer.events.GROUP_JOIN, () => ask().catch(reject));
      consumer.on(consumer.events.CRASH, event => reject(event.payload.error));
      consumer.run({
        eachMessage: async ({ topic, message }) => {
          const results = await deserializer.deserialize(topic, message.value);
          if (results.queryId === queryId) {
            resolve(results);
          }
        },
      }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
}

main(process.argv.slice(2)).then(() => process.exit(0), error => {
  console.error(error);
  process.exit(1);
});
