package rerank.topology.worker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics on the broker, against the {@link TopicPlan}. The admin client stays the caller's. */
public final class Topics {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Admin admin;
    private final TopicPlan plan;

    public Topics(Admin admin, TopicPlan plan) {
        this.admin = admin;
        this.plan = plan;
    }

    /**
     * Creates those that are missing; those that exist are left as they are. The controller says yes before every broker
     * knows: this waits until they can be seen.
     *
     * @return names of the topics created now
     */
    public List<String> create() {
        Set<String> existing = existing();
        List<NewTopic> missing = plan.topics().stream()
                .filter(topic -> !existing.contains(topic.name()))
                .toList();
        Map<String, KafkaFuture<Void>> created = admin.createTopics(missing).values();
        created.forEach((name, future) -> {
            try {
                get(future);
            } catch (TopicExistsException e) {
                // Another worker that starts at the same time was faster.
                existing.add(name);
            }
        });
        awaitVisible(missing.stream().map(NewTopic::name).collect(Collectors.toSet()));
        return missing.stream()
                .map(NewTopic::name)
                .filter(name -> !existing.contains(name))
                .toList();
    }

    private void awaitVisible(Set<String> names) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!existing().containsAll(names) && System.nanoTime() < end) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }
    }

    /**
     * Checks that a worker can run on the topics.
     *
     * @throws WorkerException naming the topics that are missing or whose numbers of partitions do not fit together
     */
    public void check() {
        Set<String> missing = new TreeSet<>(plan.required());
        missing.removeAll(existing());
        if (!missing.isEmpty()) {
            throw new WorkerException(
                    "topics are missing: " + String.join(", ", missing) + "; create them with './rerank topics create'"
                            + " or set " + WorkerKeys.CREATE_TOPICS + "=true",
                    null);
        }
        Map<String, Integer> partitions = partitions(plan.readTogether());
        if (Set.copyOf(partitions.values()).size() > 1) {
            throw new WorkerException(
                    "topics that are read together must have the same number of partitions: "
                            + partitions.entrySet().stream()
                                    .map(entry -> entry.getKey() + " has " + entry.getValue())
                                    .collect(Collectors.joining(", ")),
                    null);
        }
    }

    /** Whether a topic exists. */
    boolean has(String topic) {
        return existing().contains(topic);
    }

    private Set<String> existing() {
        return new TreeSet<>(get(admin.listTopics().names()));
    }

    private Map<String, Integer> partitions(List<String> topics) {
        Map<String, Integer> partitions = new TreeMap<>();
        Map<String, TopicDescription> descriptions =
                get(admin.describeTopics(topics).allTopicNames());
        descriptions.forEach((name, description) ->
                partitions.put(name, description.partitions().size()));
        return partitions;
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
