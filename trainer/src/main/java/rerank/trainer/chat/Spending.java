package rerank.trainer.chat;

/**
 * What a client has asked and paid for since it was made.
 *
 * @param answered requests that were answered and are paid for
 * @param fromLog requests that an answer paid for earlier was there for
 * @param tries requests sent, with those that failed
 * @param failed requests that no usable answer was had to, though another time one may be
 * @param rejected requests that the endpoint does not want
 * @param promptTokens of what was answered
 * @param completionTokens of what was answered
 */
public record Spending(
        long answered, long fromLog, long tries, long failed, long rejected, long promptTokens, long completionTokens) {
    /** Nothing yet. */
    public static final Spending NONE = new Spending(0, 0, 0, 0, 0, 0, 0);

    Spending plusAnswer(ChatAnswer answer) {
        return new Spending(
                answered + 1,
                fromLog,
                tries,
                failed,
                rejected,
                promptTokens + answer.promptTokens(),
                completionTokens + answer.completionTokens());
    }

    Spending plusFromLog() {
        return new Spending(answered, fromLog + 1, tries, failed, rejected, promptTokens, completionTokens);
    }

    Spending plusTry() {
        return new Spending(answered, fromLog, tries + 1, failed, rejected, promptTokens, completionTokens);
    }

    Spending plusFailure() {
        return new Spending(answered, fromLog, tries, failed + 1, rejected, promptTokens, completionTokens);
    }

    Spending plusRejection() {
        return new Spending(answered, fromLog, tries, failed, rejected + 1, promptTokens, completionTokens);
    }
}
