package rerank.cli.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import rerank.topology.worker.VersionMetrics;
import rerank.trainer.loop.CycleReport;

/**
 * One experiment through the real parts: users ask and click, the worker attributes what they do, the learner has a cycle
 * now and then, and the worker follows the versions that come out. Learning sees the topics and the golden set alone.
 */
public final class Simulation {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(20);

    private final SimulatedData data;
    private final ServedQuality quality;
    private final Service.Starter services;
    private final Watcher watcher;

    /** Is told how a run goes, on the command's thread. */
    public interface Watcher {
        /** Another session ended. */
        default void session() {}

        /** The learner had a cycle. */
        default void cycle(CycleReport report) {}

        /** The learner had its turn, and this is what serves. */
        default void point(Course.Point point) {}
    }

    public Simulation(SimulatedData data, ServedQuality quality, Service.Starter services, Watcher watcher) {
        this.data = data;
        this.quality = quality;
        this.services = services;
        this.watcher = watcher;
    }

    /**
     * Runs a scenario.
     *
     * @param directory for what it leaves: checkpoints and the learner's files; made when absent
     */
    public Course run(Scenario scenario, Path directory) throws IOException {
        try (Service service = services.start(scenario.checkpoint(), worker(directory));
                Sessions sessions = new Sessions(service, data, scenario);
                Turns turns = new Turns(service, data, quality, scenario, directory)) {
            double start = turns.start();
            List<Course.Point> points = new ArrayList<>();
            int done = 0;
            boolean isCanaryOut = false;
            while (done < scenario.sessions()) {
                int wanted = isCanaryOut
                        ? scenario.pace().canarySessions()
                        : scenario.pace().cycleSessions();
                int number = Math.min(wanted, scenario.sessions() - done);
                Sessions.Seen seen = sessions.run(number, watcher::session);
                done += number;
                Course.Point point = turns.point(done, seen.ndcg10(), turns.cycles(watcher));
                if (!scenario.isFrozen()) {
                    awaitServed(service, point);
                }
                isCanaryOut = !point.canary().isEmpty();
                points.add(point);
                watcher.point(point);
            }
            return new Course(scenario.name(), start, points, turns.versions());
        }
    }

    /** Users come again when the worker serves what was announced, so that a canary gets its share of them. */
    private static void awaitServed(Service service, Course.Point point) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        VersionMetrics serves = service.versions();
        while (!serves.active().equals(point.active()) || !serves.canary().equals(point.canary())) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("after " + PATIENCE.toSeconds() + " s the worker serves "
                        + serves.active() + " and canary '" + serves.canary() + "', announced are " + point.active()
                        + " and '" + point.canary() + "'; it says: " + serves.lastFailure());
            }
            LockSupport.parkNanos(POLL.toNanos());
            serves = service.versions();
        }
    }

    /** Settings of the worker: it follows versions, and waits for feedback as long as users of a simulation take. */
    private static Map<String, String> worker(Path directory) {
        return Map.of(
                "rerank.checkpoint.store",
                Turns.storeIn(directory).toString(),
                "rerank.feedback.window.ms",
                "3000");
    }
}
