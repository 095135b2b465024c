package rerank.cli;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import rerank.schemas.ModelVersions;
import rerank.schemas.TopicNames;
import rerank.schemas.versions.StatusReader;
import rerank.schemas.versions.WorkerStatuses;

/** What the workers have made of the announcements, as they say on the topic of statuses. */
final class VersionSpread {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration A_MOMENT = Duration.ofMillis(100);
    private static final Clock CLOCK = Clock.systemUTC();

    private VersionSpread() {}

    /** A table of all workers. */
    static String table(Map<String, ?> client, TopicNames topics, ModelVersions standing) {
        Optional<StatusReader> open = StatusReader.open(client, topics);
        if (open.isEmpty()) {
            return missing(topics);
        }
        try (StatusReader reader = open.get()) {
            return WorkersText.table(reader.readToEnd(), standing, CLOCK.millis());
        }
    }

    /** How many workers serve what should serve, once none is on its way any more, or after ten seconds. */
    static String awaited(Map<String, ?> client, TopicNames topics, ModelVersions standing) {
        Optional<StatusReader> open = StatusReader.open(client, topics);
        if (open.isEmpty()) {
            return missing(topics);
        }
        try (StatusReader reader = open.get()) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            WorkerStatuses statuses = reader.readToEnd();
            while (isOnItsWay(statuses, standing) && System.nanoTime() < end) {
                statuses = reader.poll(A_MOMENT);
            }
            return WorkersText.spread(statuses, standing, CLOCK.millis());
        }
    }

    private static boolean isOnItsWay(WorkerStatuses statuses, ModelVersions standing) {
        return statuses.following(CLOCK.millis()).stream()
                .anyMatch(status -> WorkerStatuses.isBehind(status, standing));
    }

    private static String missing(TopicNames topics) {
        return "What workers serve is not known: topic " + topics.modelStatus()
                + " is missing; create it with './rerank topics create' and start the workers again.\n";
    }
}
