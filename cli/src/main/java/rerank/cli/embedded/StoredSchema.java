package rerank.cli.embedded;

import org.apache.avro.Schema;

/**
 * A schema at its place in a subject.
 *
 * @param subject whose schema it is
 * @param version its number in the subject, from 1
 * @param id its number in the registry; the same text has the same id under every subject
 * @param text the schema as Avro writes it, which tells schemas apart
 * @param deleted whether it was withdrawn; its id stays readable
 */
record StoredSchema(String subject, int version, int id, String text, boolean deleted) {
    /** The same schema, withdrawn. */
    StoredSchema withdrawn() {
        return new StoredSchema(subject, version, id, text, true);
    }

    Schema schema() {
        return new Schema.Parser().parse(text);
    }
}
