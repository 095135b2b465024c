package rerank.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import rerank.cli.feedback.FeedbackLines;
import rerank.cli.feedback.FeedbackPublisher;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackKind;
import rerank.schemas.TopicNames;
import rerank.topology.worker.WorkerConfig;

/** {@code rerank feedback}: what users did, onto the topic that refinement learns from. */
@Command(
        name = "feedback",
        description = "Publish what users did with rankings: one action by options, or many from lines of JSON.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  rerank feedback --config worker.properties --query q1 --doc d3 --click",
            "  rerank feedback --config worker.properties --query q1 --doc d3 --dwell 42.5 --user-hash 5f2a",
            "  rerank feedback --config worker.properties --file clicks.jsonl",
            "",
            "A line of JSON has the fields of the event; all but the first three may be missing:",
            "  {\"queryId\": \"q1\", \"docId\": \"d3\", \"kind\": \"dwell\", \"value\": 42.5, \"position\": 2,",
            "   \"atMs\": 1700000000000, \"userHash\": \"5f2a\"}     (on one line)",
            "",
            "Everything is checked first; when something is wrong, nothing is sent. What is stored of users, and for how",
            "long, is in docs/learning.md.",
        })
final class FeedbackCommand implements Callable<Integer> {
    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Option(names = "--query", paramLabel = "ID", description = "The query whose ranking was shown.")
    private @Nullable String query;

    @Option(names = "--doc", paramLabel = "ID", description = "The document that the user acted on.")
    private @Nullable String doc;

    @ArgGroup(exclusive = true)
    private @Nullable Action action;

    @Option(
            names = "--position",
            paramLabel = "N",
            description = "Where it was shown, from 1. Default: taken from the ranking.")
    private int position;

    @Option(
            names = "--at",
            paramLabel = "MS",
            description = "When, in milliseconds since the epoch. Default: the record's own time.")
    private long atMs;

    @Option(
            names = "--user-hash",
            paramLabel = "HASH",
            description = "Tells users apart; a hash that you make, never a name. Default: none.")
    private String userHash = "";

    @Option(
            names = "--file",
            paramLabel = "FILE.jsonl",
            description = "Take the actions from lines of JSON instead; - reads standard input.")
    private @Nullable String file;

    @Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    /** What the user did; one of them. */
    static final class Action {
        @Option(names = "--click", description = "The user opened it.")
        private boolean click;

        @Option(names = "--dwell", paramLabel = "SECONDS", description = "The user stayed on it for so long.")
        private @Nullable Double dwell;

        @Option(names = "--save", description = "The user kept, bought or shared it.")
        private boolean save;

        @Option(names = "--dismiss", description = "The user said that it does not help.")
        private boolean dismiss;

        @Option(names = "--grade", paramLabel = "0|1|2", description = "The user graded it: irrelevant to relevant.")
        private @Nullable Double grade;

        FeedbackKind kind() {
            if (dwell != null) {
                return FeedbackKind.DWELL;
            }
            if (grade != null) {
                return FeedbackKind.GRADE;
            }
            return save ? FeedbackKind.SAVE : dismiss ? FeedbackKind.DISMISS : FeedbackKind.CLICK;
        }

        double value() {
            return dwell != null ? dwell : grade != null ? grade : 0;
        }
    }

    @Override
    public Integer call() throws Exception {
        List<FeedbackEvent> events = file == null ? List.of(fromOptions()) : fromFile(file);
        WorkerConfig worker = ConfigOption.requireBroker(config.load());
        TopicNames topics = worker.topicPlan().names();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (FeedbackPublisher publisher = new FeedbackPublisher(ConfigOption.client(worker), topics)) {
            for (FeedbackEvent event : events) {
                sent.add(publisher.publish(event));
            }
        }
        for (int i = 0; i < events.size(); i++) {
            System.out.println(line(events.get(i), where(sent.get(i))));
        }
        System.out.println(
                events.size() + (events.size() == 1 ? " event" : " events") + " sent to " + topics.feedback());
        return 0;
    }

    private FeedbackEvent fromOptions() {
        if (query == null || doc == null || action == null) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "give --query, --doc and one of --click, --dwell, --save, --dismiss and --grade; or --file");
        }
        return FeedbackEvent.newBuilder()
                .setQueryId(query)
                .setDocId(doc)
                .setKind(action.kind())
                .setValue(action.value())
                .setPosition(position)
                .setAtMs(atMs)
                .setUserHash(userHash)
                .build();
    }

    private List<FeedbackEvent> fromFile(String name) throws IOException {
        if (query != null || doc != null || action != null) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "--file has the actions; take the other options away");
        }
        try (BufferedReader lines = name.equals("-")
                ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                : Files.newBufferedReader(Path.of(name))) {
            return FeedbackLines.read(lines, name.equals("-") ? "standard input" : name);
        }
    }

    private static RecordMetadata where(Future<RecordMetadata> sent) throws InterruptedException {
        try {
            return sent.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
        }
    }

    private static String line(FeedbackEvent event, RecordMetadata where) {
        boolean hasValue = event.getKind() == FeedbackKind.DWELL || event.getKind() == FeedbackKind.GRADE;
        return event.getKind().name().toLowerCase(Locale.ROOT)
                + (hasValue ? " " + event.getValue() : "")
                + " on " + event.getDocId()
                + (event.getPosition() > 0 ? " at position " + event.getPosition() : "")
                + " of query " + event.getQueryId()
                + "  (partition " + where.partition() + ", offset " + where.offset() + ")";
    }
}
