package rerank.trainer.chat;

/** Prices of a million tokens asked and answered; 0 where it is not known. */
public record Price(double perMillionIn, double perMillionOut) {
    /** Nothing is paid. */
    public static final Price NONE = new Price(0, 0);

    /** Whether there is anything to count. */
    public boolean isKnown() {
        return perMillionIn > 0 || perMillionOut > 0;
    }

    /** What so many tokens cost. */
    public double of(Spending spending) {
        return of(spending.promptTokens(), spending.completionTokens());
    }

    /** What so many tokens cost. */
    public double of(long promptTokens, long completionTokens) {
        return (promptTokens * perMillionIn + completionTokens * perMillionOut) / 1e6;
    }
}
