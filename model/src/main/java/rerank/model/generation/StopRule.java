package rerank.model.generation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rerank.model.tokenizer.Tokenizer;

/** What ends a completion: tokens, texts that may be spelt by several tokens, and endless repetition. */
public final class StopRule {
    /** Ends nothing. */
    public static final StopRule NEVER = new StopRule(Set.of(), List.of(), null, 0);

    /** The longest cycle that counts as repetition. */
    private static final int LONGEST_CYCLE = 16;

    private final Set<Integer> tokens;
    private final List<String> strings;
    private final @Nullable Tokenizer tokenizer;
    private final int window;
    private final int mostRepeated;

    /**
     * A rule.
     *
     * @param tokens ids that end a completion
     * @param strings texts that end a completion; every token that holds some of the text is cut
     * @param tokenizer needed for strings alone
     * @param mostRepeated after so many tokens that only go round in a cycle of up to 16 a completion ends; 0 for never
     * @throws IllegalArgumentException if a string is empty, or there are strings but no tokenizer
     */
    public StopRule(Set<Integer> tokens, List<String> strings, @Nullable Tokenizer tokenizer, int mostRepeated) {
        if (strings.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop string is empty; it would end every completion at once");
        }
        if (!strings.isEmpty() && tokenizer == null) {
            throw new IllegalArgumentException("stop strings " + strings + " need a tokenizer");
        }
        this.tokens = Set.copyOf(tokens);
        this.strings = List.copyOf(strings);
        this.tokenizer = tokenizer;
        this.mostRepeated = mostRepeated;
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

    /** Whether the last of these tokens only go round. */
    boolean isEndless(int[] tokens, int generated, int length) {
        if (mostRepeated == 0 || generated < mostRepeated) {
            return false;
        }
        for (int cycle = 1; cycle <= LONGEST_CYCLE; cycle++) {
            int at = length - mostRepeated + cycle;
            while (at < length && tokens[at] == tokens[at - cycle]) {
                at++;
            }
            if (at == length) {
                return true;
            }
        }
        return false;
    }

    /**
     * Looks for a stop string that the last token completed.
     *
     * @param tokens of a sequence
     * @param from where what was generated begins
     * @param to where it ends
     * @return how many of the generated ones lie wholly before it, or empty if there is none
     */
    OptionalInt cut(int[] tokens, int from, int to) {
        if (tokenizer == null || strings.isEmpty()) {
            return OptionalInt.empty();
        }
        int begin = Math.max(from, to - window);
        int[] tail = Arrays.copyOfRange(tokens, begin, to);
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
        return OptionalInt.of(begin - from + kept);
    }
}
