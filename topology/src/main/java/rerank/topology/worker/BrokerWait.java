package rerank.topology.worker;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for a broker that is away at start, and says so meanwhile. */
final class BrokerWait {
    private static final Logger log = LoggerFactory.getLogger(BrokerWait.class);
    private static final Duration ONE_TRY = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private BrokerWait() {}

    /**
     * Connects, again and again.
     *
     * @param connect makes the client; may throw while the address cannot be resolved
     * @param servers the address for messages
     * @return a client whose cluster answered; the caller closes it
     * @throws WorkerException when the patience is at its end, or at once when the broker refuses us
     */
    static Admin connect(Supplier<Admin> connect, String servers, Duration patience) {
        long start = System.nanoTime();
        while (true) {
            Admin admin = null;
            Throwable problem;
            try {
                admin = connect.get();
                long left = patience.minusNanos(System.nanoTime() - start).toMillis();
                long tryMs = Math.max(1, Math.min(ONE_TRY.toMillis(), left));
                admin.describeCluster(new DescribeClusterOptions().timeoutMs((int) tryMs))
                        .clusterId()
                        .get(tryMs + ONE_TRY.toMillis(), TimeUnit.MILLISECONDS);
                return admin;
            } catch (ExecutionException e) {
                problem = e.getCause() == null ? e : e.getCause();
            } catch (KafkaException | TimeoutException e) {
                problem = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WorkerException("interrupted while waiting for a broker at " + servers, e);
            }
            if (admin != null) {
                admin.close(Duration.ZERO);
            }
            goOnOrGiveUp(problem, servers, Duration.ofNanos(System.nanoTime() - start), patience);
        }
    }

    private static void goOnOrGiveUp(Throwable problem, String servers, Duration waited, Duration patience) {
        if (problem instanceof AuthenticationException || problem instanceof AuthorizationException) {
            throw new WorkerException(
                    "the broker at " + servers + " refuses this worker: " + problem.getMessage(), problem);
        }
        String what = "no Kafka broker answers at " + servers + " (" + problem.getMessage() + ")";
        if (waited.compareTo(patience) >= 0) {
            throw new WorkerException(
                    what + " after " + waited.toSeconds() + " s; start it, correct " + WorkerKeys.BOOTSTRAP_SERVERS
                            + ", or raise " + WorkerKeys.START_TIMEOUT,
                    problem);
        }
        log.warn("{}; trying again, {} of {} s", what, waited.toSeconds(), patience.toSeconds());
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WorkerException("interrupted while waiting for a broker at " + servers, e);
        }
    }
}
