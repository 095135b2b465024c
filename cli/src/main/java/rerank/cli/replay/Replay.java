package rerank.cli.replay;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedResults;

/**
 * Sends requests through the topics, a bounded number at a time, and collects their rankings.
 *
 * <p>The ids on the wire carry a prefix of this run: a worker answers an id once, so a second replay of the same data
 * needs ids of its own.
 */
public final class Replay {
    private static final Duration POLL = Duration.ofMillis(20);

    private final RerankClient client;
    private final Settings settings;
    private final Clock clock = Clock.systemUTC();
    private final String prefix;

    /**
     * How requests are sent.
     *
     * @param mode of every query; empty for the checkpoint's default
     * @param explainTop how many of the top get an explanation in mode justify; -1 for the worker's setting
     * @param inFlight queries without an answer at a time; at least 1
     * @param deadline after which a query is answered partially
     */
    public record Settings(String mode, int explainTop, int inFlight, Duration deadline) {
        public Settings {
            if (inFlight < 1) {
                throw new IllegalArgumentException("queries in flight must be at least 1, was " + inFlight);
            }
        }
    }

    /**
     * What came back.
     *
     * @param answers in the order of their arrival, one for each request
     * @param wallNanos from the first publication to the last answer
     */
    public record Outcome(List<Answer> answers, long wallNanos) {
        public Outcome {
            answers = List.copyOf(answers);
        }
    }

    private record Sent(RerankRequest request, long atNanos) {}

    public Replay(RerankClient client, Settings settings) {
        this.client = client;
        this.settings = settings;
        this.prefix = String.format("replay-%08x-", new Random().nextInt());
    }

    /**
     * Reranks the requests.
     *
     * @param onAnswer is told of each answer when it arrives
     * @throws IllegalStateException if an answer stays out well beyond its deadline
     */
    public Outcome run(List<RerankRequest> requests, Consumer<Answer> onAnswer) {
        Map<String, Sent> waiting = new HashMap<>();
        List<Answer> answers = new ArrayList<>();
        Iterator<RerankRequest> next = requests.iterator();
        long startedAt = System.nanoTime();
        while (answers.size() < requests.size()) {
            while (next.hasNext() && waiting.size() < settings.inFlight()) {
                RerankRequest request = next.next();
                waiting.put(prefix + request.query().id(), new Sent(request, System.nanoTime()));
                client.publish(event(request), request.candidates());
            }
            for (RankedResults results : client.receive(POLL)) {
                Sent sent = waiting.remove(results.getQueryId());
                if (sent != null) {
                    Answer answer = new Answer(sent.request(), results, System.nanoTime() - sent.atNanos());
                    answers.add(answer);
                    onAnswer.accept(answer);
                }
            }
            requireProgress(waiting);
        }
        return new Outcome(answers, System.nanoTime() - startedAt);
    }

    private QueryEvent event(RerankRequest request) {
        long now = clock.millis();
        return QueryEvent.newBuilder()
                .setQueryId(prefix + request.query().id())
                .setText(request.query().text())
                .setInstruction(request.query().instruction())
                .setMode(settings.mode())
                .setExplainTop(settings.explainTop())
                .setExpectedCandidates(request.candidates().size())
                .setDeadlineMs(now + settings.deadline().toMillis())
                .setCreatedAtMs(now)
                .build();
    }

    /** A worker answers every accepted query by its deadline; without an answer long after it, there is no worker. */
    private void requireProgress(Map<String, Sent> waiting) {
        long bound = settings.deadline().plusSeconds(30).toNanos();
        long now = System.nanoTime();
        waiting.forEach((id, sent) -> {
            if (now - sent.atNanos() > bound) {
                throw new IllegalStateException("query " + id + " got no answer within "
                        + Duration.ofNanos(bound).toSeconds() + " s; is a worker running on these topics?"
                        + " ('rerank worker --config FILE'; its dead letters say why a record was refused)");
            }
        });
    }
}
