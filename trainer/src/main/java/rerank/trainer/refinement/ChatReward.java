package rerank.trainer.refinement;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import rerank.trainer.chat.ChatAnswer;
import rerank.trainer.chat.ChatClient;
import rerank.trainer.chat.ChatConfig;
import rerank.trainer.chat.ChatException;
import rerank.trainer.chat.ChatRequest;
import rerank.trainer.chat.InOrder;
import rerank.trainer.chat.Spending;

/**
 * A chat model as judge, the teacher's endpoint for example: it reads question, document and one answer, and grades how right
 * label and explanation are, from 0 to {@value #BEST}. Like answers share a request, and every grade is kept, so that a run that
 * goes on pays for none twice.
 *
 * <p>An answer that no grade can be had for has none ({@link Double#NaN}) and is counted; an endpoint that does not answer at all
 * ends the run. A reward is never made up.
 */
final class ChatReward implements RewardFunction {
    private static final int BEST = 10;
    private static final Pattern GRADE =
            Pattern.compile("grade:\\W*(\\d+(?:\\.\\d+)?)(?:\\s*/\\s*10)?", Pattern.CASE_INSENSITIVE);
    private static final String SYSTEM =
            "You grade explanations of why a document is relevant to a question or not. You are strict and brief.";

    private final ChatClient client;
    private final ChatConfig config;
    private final Semaphore turns;
    private final AtomicLong withoutGrade = new AtomicLong();

    /** A judge that is asked through a client. */
    ChatReward(ChatClient client, ChatConfig config) {
        this.client = client;
        this.config = config;
        this.turns = new Semaphore(config.concurrency());
    }

    @Override
    public double[] score(TaughtPair pair, List<Answer> answers) {
        return InOrder.map(
                        answers,
                        Math.min(answers.size(), config.concurrency()),
                        answer -> grade(ChatRequest.of(config.settings(), SYSTEM, question(pair, answer))),
                        () -> {})
                .stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    @Override
    public String account() {
        Spending spent = client.spending();
        return String.format(
                Locale.ROOT,
                "judge: %d grades paid for, %d kept from before, %d answers without one; %d tokens%s",
                spent.answered(),
                spent.fromLog(),
                withoutGrade.get(),
                spent.promptTokens() + spent.completionTokens(),
                config.price().isKnown()
                        ? String.format(
                                Locale.ROOT, ", cost %.4f", config.price().of(spent))
                        : "");
    }

    private double grade(ChatRequest request) {
        turns.acquireUninterruptibly();
        try {
            ChatAnswer answer = client.ask(request);
            double grade = answer.isCut() ? Double.NaN : grade(answer.text());
            if (Double.isNaN(grade)) {
                withoutGrade.incrementAndGet();
            }
            return grade;
        } catch (ChatException e) {
            withoutGrade.incrementAndGet();
            return Double.NaN;
        } finally {
            turns.release();
        }
    }

    /** The last grade that a text gives; NaN where it gives none, or one out of range. */
    static double grade(String text) {
        double grade = Double.NaN;
        Matcher matcher = GRADE.matcher(text);
        while (matcher.find()) {
            grade = Double.parseDouble(matcher.group(1));
        }
        return grade >= 0 && grade <= BEST ? grade : Double.NaN;
    }

    private static String question(TaughtPair pair, Answer answer) {
        return "Labels: 0 the document gives nothing that is useful for the question; 1 it gives related context but not the"
                + " answer; 2 it gives useful information to answer it.\n"
                + (pair.query().instruction().isBlank()
                        ? ""
                        : pair.query().instruction().strip() + "\n")
                + "\nQuestion: " + pair.query().text().strip()
                + "\nDocument: "
                + (pair.candidate().title() + "\n" + pair.candidate().text()).strip()
                + "\n\nExplanation: " + answer.explanation().strip()
                + "\nLabel: " + answer.label()
                + "\n\nIs the label right, does the explanation say only what question and document say, and does it name what"
                + " decides? End with a line \"Grade: N\", from 0 (wrong and made up) to " + BEST
                + " (right, true and to the point).";
    }
}
