package rerank.trainer.tokenizer;

/**
 * The printable character that stands for each byte in a byte-level {@code tokenizer.json}: printable Latin-1 for itself,
 * the others in order from U+0100 (GPT-2's table).
 */
final class ByteAlphabet {
    private static final char[] CHARACTERS = characters();

    private ByteAlphabet() {}

    static String print(byte[] bytes) {
        StringBuilder printed = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            printed.append(CHARACTERS[b & 0xFF]);
        }
        return printed.toString();
    }

    private static char[] characters() {
        char[] characters = new char[256];
        char next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
            characters[b] = printable ? (char) b : next++;
        }
        return characters;
    }
}
