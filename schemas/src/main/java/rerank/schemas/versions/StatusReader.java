package rerank.schemas.versions;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import rerank.schemas.TopicNames;
import rerank.schemas.WorkerStatus;

/** Reads what workers say of themselves. Owned by one thread at a time. */
public final class StatusReader implements AutoCloseable {
    private final RecordReader<WorkerStatus> records;
    private WorkerStatuses statuses = WorkerStatuses.NONE;

    private StatusReader(RecordReader<WorkerStatus> records) {
        this.records = records;
    }

    /**
     * A reader that has read nothing yet; empty if there is no such topic, as where workers are from before it.
     *
     * @param client keys of a Kafka client and of the schema registry's
     * @throws VersionTopicException if the topic cannot be read, or has more than one partition
     */
    public static Optional<StatusReader> open(Map<String, ?> client, TopicNames topics) {
        return RecordReader.open(client, topics.modelStatus(), WorkerStatus.class)
                .map(StatusReader::new);
    }

    /**
     * What all said last, up to the end of the topic as it is now.
     *
     * @throws VersionTopicException if the end is not reached within 15 s
     */
    public WorkerStatuses readToEnd() {
        records.readToEnd().forEach(this::take);
        return statuses;
    }

    /** Waits for news for a while. */
    public WorkerStatuses poll(Duration wait) {
        records.poll(wait).forEach(this::take);
        return statuses;
    }

    private void take(WorkerStatus status) {
        statuses = statuses.with(status);
    }

    @Override
    public void close() {
        records.close();
    }
}
