package rerank.trainer.distillation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Texts end to end, cut into windows of equal length: next-token prediction of every token. */
final class TextSource implements ExampleSource {
    private final String name;
    private final int[] tokens;
    private final int window;
    private final Shuffled order;

    /**
     * A source of windows.
     *
     * @param texts token ids of each text
     * @param end put after each text; -1 for none
     * @param window tokens in a row
     */
    TextSource(String name, List<int[]> texts, int end, int window, long seed) {
        this.name = name;
        this.window = window;
        List<int[]> parts = new ArrayList<>();
        for (int[] text : texts) {
            parts.add(text);
            if (end >= 0) {
                parts.add(new int[] {end});
            }
        }
        this.tokens = parts.stream().flatMapToInt(Arrays::stream).toArray();
        if (tokens.length < window) {
            throw new IllegalArgumentException(
                    name + ": " + tokens.length + " tokens do not fill one window of " + window);
        }
        this.order = new Shuffled(tokens.length / window, seed);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return order.size();
    }

    @Override
    public int rowsPerDraw() {
        return 1;
    }

    /** A window that begins up to one window after its place, so that epochs see other cuts. */
    @Override
    public List<TrainingRow> draw(long index) {
        int shift = order.random(index).nextInt(window);
        int start = Math.min(order.item(index) * window + shift, tokens.length - window);
        return List.of(TrainingRow.nextTokens(Arrays.copyOfRange(tokens, start, start + window), 1));
    }
}
