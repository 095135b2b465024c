package rerank.cli;

import org.jspecify.annotations.Nullable;
import rerank.trainer.chat.ChatConfig;

/** Warns of a key that others on the network could read. */
final class ExposedKey {
    private ExposedKey() {}

    /**
     * Warns on the error stream, before anybody is asked.
     *
     * @param chat null where nobody will be
     */
    static void warn(@Nullable ChatConfig chat) {
        if (chat != null && chat.exposesKey(System.getenv())) {
            System.err.println("warning: the key travels unencrypted to chat.base.url, which is not this machine");
        }
    }
}
