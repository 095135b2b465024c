package rerank.model.generation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rerank.model.tokenizer.Tokenizer;

/** What ends a completion: tokens, and texts that may be spelt by several tokens. */
final class StopRule {
    private final Set<Integer> tokens;
    private final List<String> strings;
    private final @Nullable Tokenizer tokenizer;
    private final int window;

    /**
     * A rule.
     *
     * @throws IllegalArgumentException if a string is empty, or there are strings but no tokenizer
     */
    StopRule(Set<Integer> tokens, List<String> strings, @Nullable Tokenizer tokenizer) {
        if (strings.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop string is empty; it would end every completion at once");
        }
        if (!strings.isEmpty() && tokenizer == null) {
            throw new IllegalArgumentException("stop strings " + strings + " need a tokenizer");
        }
        this.tokens = Set.copyOf(tokens);
        this.strings = List.copyOf(strings);
        this.tokenizer = tokenizer;
        // A token stands for at least a byte, so this many of the last ones hold any stop string just completed; four
        // more, so that a character cut in two at the window's start is not inside it.
        this.window = 4
                + strings.stream()
                        .mapToInt(text -> text.getBytes(StandardCharsets.UTF_8).length)
                        .max()
                        .orElse(0);
    }

    boolean isStopToken(int token) {
        return tokens.contains(token);
    }

    /**
     * Looks for a stop string that the last token completed.
     *
     * @param generated ids
     * @return how many of them lie wholly before it, or empty if there is none
     */
    OptionalInt cut(int[] generated) {
        if (tokenizer == null || strings.isEmpty()) {
            return OptionalInt.empty();
        }
        int from = Math.max(0, generated.length - window);
        int[] tail = Arrays.copyOfRange(generated, from, generated.length);
        String text = tokenizer.decode(tail, false);
        int start = strings.stream()
                .mapToInt(text::indexOf)
                .filter(index -> index >= 0)
                .min()
                .orElse(-1);
        if (start < 0) {
            return OptionalInt.empty();
        }
        int kept = tail.length - 1;
        while (kept > 0 && tokenizer.decode(Arrays.copyOf(tail, kept), false).length() > start) {
            kept--;
        }
        return OptionalInt.of(from + kept);
    }
}
