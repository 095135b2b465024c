package rerank.cli.embedded;

import java.util.function.Consumer;
import rerank.cli.embedded.SchemaCatalog.Entry;

/** Where the registry's changes are kept, in their order. */
interface SchemaLog extends AutoCloseable {
    /** Hands out every entry, oldest first, and returns at the end of the log. */
    void replay(Consumer<Entry> entries);

    /**
     * Writes an entry and returns when it is kept.
     *
     * @throws IllegalStateException if it cannot be told whether it is kept
     */
    void append(Entry entry);

    @Override
    void close();
}
