package rerank.model.tokenizer;

/** Between Java's UTF-16 and the code points that the native library counts. */
final class WellFormed {
    private WellFormed() {}

    /** The text with every unpaired surrogate replaced by U+FFFD; the text itself when it has none. */
    static String of(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (repaired == null) {
                repaired = new StringBuilder(text);
            }
            repaired.setCharAt(i, '\uFFFD');
        }
        return repaired == null ? text : repaired.toString();
    }

    /** For every code point of a well-formed text, and for its end, the index of its first UTF-16 unit. */
    static int[] utf16Indices(String text) {
        int[] indices = new int[text.codePointCount(0, text.length()) + 1];
        for (int i = 0, at = 0; i < indices.length - 1; i++) {
            indices[i] = at;
            at += Character.charCount(text.codePointAt(at));
        }
        indices[indices.length - 1] = text.length();
        return indices;
    }
}
