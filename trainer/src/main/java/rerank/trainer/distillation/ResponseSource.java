package rerank.trainer.distillation;

import java.util.ArrayList;
import java.util.List;

/** Prompts with responses: next-token prediction of the response and the token that ends it, not of the prompt. */
final class ResponseSource implements ExampleSource {
    /**
     * One example as token ids.
     *
     * @param prompt not trained
     * @param response trained, its end token included
     */
    record Example(int[] prompt, int[] response) {}

    private final String name;
    private final List<Example> examples;
    private final int rowsPerDraw;
    private final Shuffled order;

    /**
     * A source of examples.
     *
     * @param rowsPerDraw examples of one draw; more than one beside sources whose draws are groups
     */
    ResponseSource(String name, List<Example> examples, int rowsPerDraw, long seed) {
        if (examples.isEmpty()) {
            throw new IllegalArgumentException(name + ": no examples");
        }
        this.name = name;
        this.examples = List.copyOf(examples);
        this.rowsPerDraw = rowsPerDraw;
        this.order = new Shuffled(examples.size(), seed);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return Math.max(1, examples.size() / rowsPerDraw);
    }

    @Override
    public int rowsPerDraw() {
        return rowsPerDraw;
    }

    @Override
    public List<TrainingRow> draw(long index) {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < rowsPerDraw; i++) {
            rows.add(row(examples.get(order.item(index * rowsPerDraw + i))));
        }
        return rows;
    }

    private static TrainingRow row(Example example) {
        int[] all = java.util.Arrays.copyOf(example.prompt(), example.prompt().length + example.response().length);
        System.arraycopy(example.response(), 0, all, example.prompt().length, example.response().length);
        return TrainingRow.nextTokens(all, example.prompt().length);
    }
}
