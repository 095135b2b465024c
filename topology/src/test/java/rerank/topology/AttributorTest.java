package rerank.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rerank.schemas.Experience;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackKind;
import rerank.schemas.Impression;
import rerank.schemas.TopicNames;
import rerank.schemas.UserAction;
import rerank.schemas.internal.FeedbackWindow;

/** The windows of one task, with restarts of the task in between. */
class AttributorTest {
    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final Duration ORPHAN_TTL = Duration.ofMinutes(2);
    private static final Attribution SETTINGS = new Attribution(true, WINDOW, 50, 100);
    private static final Timing TIMING = new Timing(
            Duration.ofSeconds(10), Duration.ofMinutes(10), ORPHAN_TTL, Duration.ofSeconds(60), Duration.ofMillis(5));
    private static final long START_MS = 1_700_000_000_000L;

    private final MockProcessorContext<Object, Object> context = new MockProcessorContext<>();
    private final RerankCounters counters = new RerankCounters();
    private final List<Experience> published = new ArrayList<>();
    private long nowMs = START_MS;
    private Attributor attributor;

    AttributorTest() {
        context.setCurrentSystemTimeMs(START_MS);
        addStore(FeedbackWindows.WINDOWS, FeedbackWindow.getEncoder(), FeedbackWindow.getDecoder());
        addStore(FeedbackWindows.IMPRESSIONS, Experience.getEncoder(), Experience.getDecoder());
        attributor = newOwner();
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 40);
    }

    private record Step(long atMs, Runnable act) {}

    /**
     * Answers, feedback before and after them, repeated up to three times, feedback of no use, ticks and restarts, in an
     * order drawn by the seed.
     */
    @ParameterizedTest
    @MethodSource("seeds")
    void eachAnswerGivesOneExperienceAndEachActionIsInItOnce(long seed) {
        Random random = new Random(seed);
        List<Step> steps = new ArrayList<>();
        Map<String, List<String>> expected = new TreeMap<>();
        int useless = 0;
        for (int q = 0; q < 30; q++) {
            String queryId = "q" + q;
            int shown = random.nextInt(8);
            long answeredMs = START_MS + 500_000 + random.nextInt(2_000_000);
            steps.add(new Step(answeredMs, () -> attributor.answered(shown(queryId, shown))));
            List<String> actions = expected.computeIfAbsent(queryId, id -> new ArrayList<>());
            for (int a = random.nextInt(6); a > 0; a--) {
                boolean isOfUse = shown > 0 && random.nextInt(5) > 0;
                String docId = isOfUse ? "d" + (1 + random.nextInt(shown)) : "unseen";
                FeedbackEvent event = event(queryId, docId, random, a);
                int copies = isOfUse ? 1 + random.nextInt(3) : 1;
                for (int c = 0; c < copies; c++) {
                    steps.add(new Step(timeAround(answeredMs, random), () -> send(event)));
                }
                if (isOfUse) {
                    actions.add(text(docId, event));
                } else {
                    useless++;
                }
            }
        }
        for (int i = 0; i < 60; i++) {
            long atMs = START_MS + random.nextInt(4_000_000);
            steps.add(new Step(atMs, i % 10 == 0 ? () -> attributor = newOwner() : () -> attributor.closeDue()));
        }

        run(steps);

        Map<String, List<String>> found = new TreeMap<>();
        for (Experience experience : published) {
            assertThat(found.put(experience.getQueryId(), actions(experience)))
                    .as("experiences of %s", experience.getQueryId())
                    .isNull();
        }
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((queryId, actions) ->
                assertThat(found.get(queryId)).as(queryId).containsExactlyInAnyOrderElementsOf(actions));
        assertThat(counters.snapshot().feedback().refused()).isEqualTo(useless);
        assertThat(counters.snapshot().deadLetters()).isEqualTo(useless);
        assertThat(counters.snapshot().feedback().windowsOpen()).isZero();
    }

    @Test
    void aSuccessorKeepsTheWindowsAndTheirTimers() {
        attributor.answered(shown("q", 2));
        send(click("q", "d2", 5));
        send(click("early", "d1", 6));

        nowMs += ORPHAN_TTL.toMillis() - 1;
        attributor = newOwner();
        attributor.answered(shown("early", 1));
        nowMs = START_MS + WINDOW.toMillis();
        attributor.closeDue();

        assertThat(published).extracting(Experience::getQueryId).containsExactly("q");
        nowMs += ORPHAN_TTL.toMillis();
        attributor.closeDue();
        assertThat(published)
                .extracting(AttributorTest::actions)
                .containsExactly(List.of("d2 CLICK 5"), List.of("d1" + " CLICK 6"));
    }

    @Test
    void readsWhatIsLeftOfTheFeedbackBeforeItClosesWindowsThatEndedWhileItWasAway() {
        attributor.answered(shown("q", 2));
        long inTime = START_MS + WINDOW.toMillis() - 1;
        nowMs = START_MS + 20 * WINDOW.toMillis();
        attributor = newOwner();

        attributor.closeDue();
        nowMs += 9_500; // it takes a while until the first records come
        attributor.closeDue();
        send(click("q", "d1", 5), inTime);
        attributor.closeDue();
        assertThat(published).isEmpty();
        nowMs += 9_500;
        attributor.closeDue();
        assertThat(published).isEmpty();
        send(click("q", "d2", 6), inTime);
        nowMs += 10_000; // nothing more was to be read
        attributor.closeDue();

        assertThat(published)
                .singleElement()
                .satisfies(experience -> assertThat(actions(experience)).containsExactly("d1 CLICK 5", "d2 CLICK 6"));
    }

    @Test
    void aProducerWithAWrongClockDoesNotKeepWindowsOpenForEver() {
        attributor.answered(shown("q", 1));
        nowMs = START_MS + 2 * WINDOW.toMillis() - 1;
        send(click("other", "d1", 5), 1);
        attributor.closeDue();
        assertThat(published).isEmpty();

        nowMs++;
        attributor.closeDue();

        assertThat(published).hasSize(1);
    }

    @Test
    void closesManyWindowsSomeAtATime() {
        IntStream.range(0, 250).forEach(i -> attributor.answered(shown("q" + i, 1)));
        nowMs += WINDOW.toMillis() + 60_000;

        attributor.closeDue();
        assertThat(published).hasSize(100);
        attributor.closeDue();
        attributor.closeDue();

        assertThat(published).hasSize(250);
    }

    private void run(List<Step> steps) {
        steps.sort(Comparator.comparingLong(Step::atMs));
        for (Step step : steps) {
            nowMs = step.atMs();
            step.act().run();
        }
        nowMs = START_MS + Duration.ofHours(3).toMillis();
        attributor.closeDue();
        attributor.closeDue();
    }

    /** Within the time for which feedback waits for a ranking, or the window. */
    private static long timeAround(long answeredMs, Random random) {
        long before = ORPHAN_TTL.toMillis() / 4;
        return answeredMs - before + random.nextLong(before + WINDOW.toMillis());
    }

    private static FeedbackEvent event(String queryId, String docId, Random random, int number) {
        FeedbackKind kind = FeedbackKind.values()[random.nextInt(5)];
        return FeedbackEvent.newBuilder()
                .setQueryId(queryId)
                .setDocId(docId)
                .setKind(kind)
                .setValue(random.nextInt(3))
                .setPosition(random.nextInt(10))
                .setAtMs(1000 + number)
                .build();
    }

    private static FeedbackEvent click(String queryId, String docId, long atMs) {
        return FeedbackEvent.newBuilder()
                .setQueryId(queryId)
                .setDocId(docId)
                .setKind(FeedbackKind.CLICK)
                .setAtMs(atMs)
                .build();
    }

    private void send(FeedbackEvent event) {
        send(event, nowMs);
    }

    private void send(FeedbackEvent event, long recordMs) {
        FeedbackEvent copy = SpecificData.get().deepCopy(FeedbackEvent.getClassSchema(), event);
        byte[] key = event.getQueryId().getBytes(StandardCharsets.UTF_8);
        attributor.feedback(new Incoming(event.getQueryId(), key, new Received(new byte[0], copy)), copy, recordMs);
    }

    private Experience shown(String queryId, int results) {
        return Experience.newBuilder()
                .setQueryId(queryId)
                .setShownAtMs(nowMs)
                .setImpressions(IntStream.rangeClosed(1, results)
                        .mapToObj(rank -> Impression.newBuilder()
                                .setDocId("d" + rank)
                                .setPosition(rank)
                                .build())
                        .toList())
                .build();
    }

    private static List<String> actions(Experience experience) {
        List<String> actions = new ArrayList<>();
        for (Impression impression : experience.getImpressions()) {
            for (UserAction action : impression.getActions()) {
                actions.add(impression.getDocId() + " " + action.getKind() + " " + action.getAtMs());
            }
        }
        return actions;
    }

    private static String text(String docId, FeedbackEvent event) {
        return docId + " " + event.getKind() + " " + event.getAtMs();
    }

    private Attributor newOwner() {
        EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", "mock://attributor"));
        DeadLetters letters = new DeadLetters(context, "letters", new TopicNames("rerank."), serdes, counters);
        return new Attributor(
                new FeedbackWindows(context),
                letters,
                SETTINGS,
                TIMING,
                counters.feedback,
                () -> nowMs,
                published::add);
    }

    private <T> void addStore(
            String name,
            org.apache.avro.message.BinaryMessageEncoder<T> encoder,
            org.apache.avro.message.BinaryMessageDecoder<T> decoder) {
        Serde<T> values = EventSerdes.inStores(encoder, decoder);
        KeyValueStore<String, T> store = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(name), Serdes.String(), values)
                .withLoggingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        context.addStateStore((StateStore) store);
    }
}
