package rerank.trainer.distillation;

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
    private final Shuffled order;

    ResponseSource(String name, List<Example> examples, long seed) {
        if (examples.isEmpty()) {
            throw new IllegalArgumentException(name + ": no examples");
        }
        this.name = name;
        this.examples = List.copyOf(examples);
        this.order = new Shuffled(examples.size(), seed);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return examples.size();
    }

    @Override
    public int rowsPerDraw() {
        return 1;
    }

    @Override
    public List<TrainingRow> draw(long index) {
        Example example = examples.get(order.item(index));
        int[] all = java.util.Arrays.copyOf(example.prompt(), example.prompt().length + example.response().length);
        System.arraycopy(example.response(), 0, all, example.prompt().length, example.response().length);
        return List.of(TrainingRow.nextTokens(all, example.prompt().length));
    }
}
