package rerank.cli.simulation;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import rerank.cli.feedback.FeedbackPublisher;
import rerank.cli.replay.RerankClient;
import rerank.cli.replay.RerankRequest;
import rerank.model.ranking.Mode;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackKind;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.evaluation.Ndcg;
import rerank.trainer.simulation.Act;
import rerank.trainer.simulation.User;

/**
 * Users at work: each asks one query, looks at the ranking that comes back, and what he does is published. What a user
 * does follows from the seed, the number of the session and the grades that he is shown, whatever the order in which
 * answers arrive. Owned by one thread.
 */
final class Sessions implements AutoCloseable {
    private static final int SHOWN = 10;
    private static final int IN_FLIGHT = 8;
    private static final Duration POLL = Duration.ofMillis(10);
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Ndcg NDCG = new Ndcg(SHOWN);

    private final RerankClient client;
    private final FeedbackPublisher feedback;
    private final ExperienceCount experience;
    private final Iterator<RerankRequest> asked;
    private final Qrels grades;
    private final Scenario scenario;
    private final Clock clock = Clock.systemUTC();
    private final List<Future<?>> published = new ArrayList<>();
    private int begun;

    /** A query on its way, and the number of its session, from 0. */
    private record Asked(RerankRequest request, int session) {}

    /**
     * What users got.
     *
     * @param ndcg10 mean over the queries that have a relevant document
     * @param queries those queries
     */
    record Seen(double ndcg10, int queries) {}

    Sessions(Service service, SimulatedData data, Scenario scenario) {
        this.scenario = scenario;
        this.asked = data.sessions(scenario.sessions(), scenario.seed()).iterator();
        this.grades = data.grades();
        this.client = new RerankClient(service.client(), service.topics());
        this.feedback = new FeedbackPublisher(service.client(), service.topics());
        this.experience = new ExperienceCount(service.client(), service.topics());
    }

    /**
     * Runs sessions, and waits until all that was done is experience.
     *
     * @param number not more than are left of the scenario's
     * @param onSession told after each of them
     */
    Seen run(int number, Runnable onSession) {
        Map<String, Asked> waiting = new HashMap<>();
        int ended = 0;
        double sum = 0;
        int counted = 0;
        int toBegin = number;
        long lastAnswer = System.nanoTime();
        while (ended < number) {
            while (toBegin > 0 && waiting.size() < IN_FLIGHT) {
                begin(waiting);
                toBegin--;
            }
            for (RankedResults results : client.receive(POLL)) {
                Asked one = waiting.remove(results.getQueryId());
                if (one != null) {
                    lastAnswer = System.nanoTime();
                    ended++;
                    double ndcg = look(one, results);
                    sum += Double.isNaN(ndcg) ? 0 : ndcg;
                    counted += Double.isNaN(ndcg) ? 0 : 1;
                    onSession.run();
                }
            }
            if (System.nanoTime() - lastAnswer > PATIENCE.toNanos()) {
                throw new IllegalStateException("no answer for " + PATIENCE.toSeconds() + " s; " + waiting.size()
                        + " queries wait, for example " + waiting.keySet().iterator().next());
            }
        }
        awaitPublished();
        experience.await(begun, PATIENCE);
        return new Seen(counted == 0 ? Double.NaN : sum / counted, counted);
    }

    private void awaitPublished() {
        try {
            for (Future<?> each : published) {
                each.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            published.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while feedback was published", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the brokers took no feedback for " + PATIENCE.toSeconds() + " s", e);
        }
    }

    private void begin(Map<String, Asked> waiting) {
        RerankRequest request = asked.next();
        String id = "s" + begun + "-" + request.query().id();
        waiting.put(id, new Asked(request, begun));
        begun++;
        long now = clock.millis();
        client.publish(
                QueryEvent.newBuilder()
                        .setQueryId(id)
                        .setText(request.query().text())
                        .setInstruction(request.query().instruction())
                        .setMode(Mode.LABEL.id())
                        .setTopK(SHOWN)
                        .setExpectedCandidates(request.candidates().size())
                        .setDeadlineMs(now + DEADLINE.toMillis())
                        .setCreatedAtMs(now)
                        .build(),
                request.candidates());
    }

    /** The user looks and acts; nDCG@10 of what is shown, NaN where nothing is relevant. */
    private double look(Asked one, RankedResults results) {
        Map<String, Integer> known = grades.of(one.request().query().id());
        List<String> shown =
                results.getItems().stream().map(RankedItem::getDocId).toList();
        List<Integer> seen =
                shown.stream().map(doc -> known.getOrDefault(doc, 0)).toList();
        SplittableRandom random = new SplittableRandom(scenario.seed() * 0x9E3779B97F4A7C15L + one.session());
        User user = scenario.crowd().at(one.session());
        for (Act act : user.browse(seen, random)) {
            published.add(feedback.publish(event(results.getQueryId(), shown.get(act.position() - 1), act)));
        }
        boolean isAnswerable = known.values().stream().anyMatch(grade -> grade > 0);
        return isAnswerable ? NDCG.of(shown, known) : Double.NaN;
    }

    private FeedbackEvent event(String queryId, String docId, Act act) {
        FeedbackKind kind = switch (act.kind()) {
            case CLICK -> FeedbackKind.CLICK;
            case DWELL -> FeedbackKind.DWELL;
            case SAVE -> FeedbackKind.SAVE;
        };
        return FeedbackEvent.newBuilder()
                .setQueryId(queryId)
                .setDocId(docId)
                .setKind(kind)
                .setPosition(act.position())
                .setValue(act.value())
                .setAtMs(clock.millis())
                .setUserHash("user-" + Integer.toHexString(queryId.hashCode()))
                .build();
    }

    @Override
    public void close() {
        client.close();
        feedback.close();
        experience.close();
    }
}
