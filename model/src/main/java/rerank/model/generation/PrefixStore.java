package rerank.model.generation;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.transformer.KeyValueCache;
import rerank.model.transformer.Slot;

/**
 * Prefixes that prompts share: instruction and query of all candidates of a query, and the instruction of all queries. Kept
 * while there is room; the one that was not used for longest goes first, those in use never. Owned by its scheduler's
 * thread.
 */
final class PrefixStore {
    /** A shorter prefix costs more to look up and to merge than it saves. */
    static final int SHORTEST = 16;

    private final KeyValueCache cache;
    private final long limitBytes;
    private final Map<SharedPrefix.Key, SharedPrefix> prefixes = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /**
     * An empty store.
     *
     * @param limitBytes bound on the memory of prefixes
     */
    PrefixStore(KeyValueCache cache, long limitBytes) {
        this.cache = cache;
        this.limitBytes = limitBytes;
    }

    /**
     * The prefix of a prompt, ready or on its way; null if the prompt shares too little, or there is no room for it.
     *
     * <p>A query's prefix begins with its instruction's, which is made first: until it is ready, it is what comes back.
     *
     * @param adapter that reads the prompt
     */
    @Nullable SharedPrefix of(EncodedPrompt prompt, int adapter) {
        int length = Math.min(prompt.queryTokens(), prompt.tokenIds().length - 1);
        if (length < SHORTEST) {
            return null;
        }
        SharedPrefix.Key key = SharedPrefix.Key.of(prompt.tokenIds(), prompt.tokenTypes(), length, adapter);
        SharedPrefix found = prefixes.get(key);
        if (found != null) {
            return found;
        }
        SharedPrefix base = null;
        if (prompt.instructionTokens() >= SHORTEST && prompt.instructionTokens() < length) {
            SharedPrefix.Key baseKey =
                    SharedPrefix.Key.of(prompt.tokenIds(), prompt.tokenTypes(), prompt.instructionTokens(), adapter);
            base = prefixes.get(baseKey);
            if (base == null) {
                base = add(baseKey, null);
            }
            if (base != null && !base.isReady()) {
                return base;
            }
        }
        return add(key, base);
    }

    private @Nullable SharedPrefix add(SharedPrefix.Key key, @Nullable SharedPrefix base) {
        int length = key.ids().length;
        long needed = cache.bytesOf(length);
        if (base != null) {
            base.addUser();
        }
        try {
            while (bytes + needed > limitBytes) {
                if (!dropOldest()) {
                    return null;
                }
            }
            Slot slot = cache.allocate(KeyValueCache.Purpose.PREFIX, length);
            while (slot == null && dropOldest()) {
                slot = cache.allocate(KeyValueCache.Purpose.PREFIX, length);
            }
            if (slot == null) {
                return null;
            }
            if (base != null) {
                cache.copy(base.slot(), slot, base.length());
            }
            SharedPrefix prefix = new SharedPrefix(key, slot, base == null ? 0 : base.length());
            prefixes.put(key, prefix);
            bytes += needed;
            return prefix;
        } finally {
            if (base != null) {
                base.removeUser();
            }
        }
    }

    /** Those that the model has not seen whole. */
    List<SharedPrefix> unready() {
        List<SharedPrefix> unready = new ArrayList<>();
        for (SharedPrefix prefix : prefixes.values()) {
            if (!prefix.isReady()) {
                unready.add(prefix);
            }
        }
        return unready;
    }

    /** Gives back the memory of the one not used for longest; false if all are in use or still being read. */
    boolean dropOldest() {
        Iterator<SharedPrefix> oldestFirst = prefixes.values().iterator();
        while (oldestFirst.hasNext()) {
            SharedPrefix prefix = oldestFirst.next();
            if (prefix.isReady() && !prefix.isUsed()) {
                oldestFirst.remove();
                release(prefix);
                return true;
            }
        }
        return false;
    }

    /** Forgets a prefix that the model failed on. */
    void drop(SharedPrefix prefix) {
        if (prefixes.remove(prefix.key()) != null) {
            cache.clear(prefix.slot());
            release(prefix);
        }
    }

    private void release(SharedPrefix prefix) {
        cache.release(prefix.slot());
        bytes -= cache.bytesOf(prefix.length());
    }

    /** Memory of all prefixes. */
    long bytes() {
        return bytes;
    }
}
