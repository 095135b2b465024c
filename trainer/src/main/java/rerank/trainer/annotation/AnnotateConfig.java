package rerank.trainer.annotation;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import rerank.trainer.chat.ApiKey;
import rerank.trainer.chat.ChatEndpoint;
import rerank.trainer.chat.ChatRequest;
import rerank.trainer.chat.Retries;
import rerank.trainer.chat.Spending;
import rerank.trainer.configuration.KeyValues;
import rerank.trainer.configuration.PropertiesFile;

/**
 * What an annotation does: a properties file in Kafka's style, checked as a whole.
 *
 * @param data what is annotated
 * @param pairs which pairs of it
 * @param chat the model that is asked; null for the data set's own teacher
 * @param filters what is kept
 * @param explains whether pairs are explained and labeled
 * @param writesQueries whether search queries are written
 * @param out directory of the run
 * @param seed of every choice
 */
public record AnnotateConfig(
        Data data,
        PairChoice pairs,
        @Nullable Chat chat,
        Kept filters,
        boolean explains,
        boolean writesQueries,
        Path out,
        long seed) {
    /**
     * What is annotated.
     *
     * @param directory of the data set, or the name of the embedded one
     * @param split empty for the default
     * @param firstStage name of the run; empty for the only one
     * @param maxQueries 0 for all
     * @param devShare share of the queries that are measured by
     * @param instruction what counts as relevant; may be empty
     * @param maxDocumentWords longest document
     */
    public record Data(
            Path directory,
            String split,
            String firstStage,
            int maxQueries,
            double devShare,
            String instruction,
            int maxDocumentWords) {}

    /**
     * The model that is asked.
     *
     * @param baseUrl of the endpoint
     * @param keyVariable environment variable of the key; empty for none
     * @param settings of its answers
     * @param concurrency requests at the same time
     * @param requestsPerMinute 0 for no limit
     * @param timeout of an answer
     * @param retries of what fails
     * @param price of tokens
     */
    public record Chat(
            URI baseUrl,
            String keyVariable,
            ChatRequest.Settings settings,
            int concurrency,
            int requestsPerMinute,
            Duration timeout,
            Retries retries,
            Price price) {
        /** The endpoint, with the key out of the environment. */
        ChatEndpoint endpoint(Map<String, String> environment) {
            return new ChatEndpoint(
                    baseUrl, ApiKey.fromEnvironment(keyVariable, environment), timeout, requestsPerMinute, retries);
        }
    }

    /** Prices of a million tokens asked and answered; 0 where it is not known. */
    public record Price(double perMillionIn, double perMillionOut) {
        /** Whether there is anything to count. */
        public boolean isKnown() {
            return perMillionIn > 0 || perMillionOut > 0;
        }

        /** What so many tokens cost. */
        public double of(Spending spending) {
            return spending.cost(perMillionIn, perMillionOut);
        }
    }

    /**
     * What is kept.
     *
     * @param duplicateSimilarity 0 keeps duplicates
     * @param genericCheckpoint null keeps generic explanations
     * @param maxGenericRatio of its losses
     * @param maxShareOfQuery of one label
     * @param maxShare of one label
     */
    public record Kept(
            double duplicateSimilarity,
            @Nullable Path genericCheckpoint,
            double maxGenericRatio,
            double maxShareOfQuery,
            double maxShare) {}

    private static final String WHAT = "annotation configuration";
    private static final ConfigDef DEFINITION = definition();

    /** Whether the key of a chat endpoint would travel readable over a network. */
    public boolean exposesKey(Map<String, String> environment) {
        return chat != null && chat.endpoint(environment).exposesKey();
    }

    /** Every key with type, default and documentation. */
    public static ConfigDef definition() {
        return AnnotateKeys.definition();
    }

    /**
     * Reads a properties file; relative paths count from its directory.
     *
     * @throws ConfigException naming every mistake at once
     */
    public static AnnotateConfig read(Path file) {
        PropertiesFile read = PropertiesFile.read(file, WHAT);
        return of(read.values(), read.directory());
    }

    /**
     * Checks and reads key-value pairs.
     *
     * @param base what relative paths count from
     * @throws ConfigException naming every mistake at once
     */
    public static AnnotateConfig of(Map<String, String> values, Path base) {
        return new Reading(values, base).config();
    }

    /** One reading of parsed values. */
    private static final class Reading extends KeyValues {
        Reading(Map<String, String> given, Path base) {
            super(WHAT, DEFINITION, given, base, key -> false);
        }

        AnnotateConfig config() {
            return make(this::made);
        }

        private AnnotateConfig made() {
            List<?> tasks = (List<?>) value(AnnotateKeys.TASKS);
            boolean isChat = text(AnnotateKeys.TEACHER).equals("chat");
            boolean writesQueries = tasks.contains("queries");
            if (writesQueries && !isChat) {
                throw new IllegalArgumentException("the task queries needs teacher=chat");
            }
            if (tasks.isEmpty()) {
                throw new IllegalArgumentException("tasks names no task; there are explain and queries");
            }
            return new AnnotateConfig(
                    data(),
                    new PairChoice(
                            integer(AnnotateKeys.JUDGED),
                            integer(AnnotateKeys.HARD),
                            integer(AnnotateKeys.HARD_DEPTH),
                            integer(AnnotateKeys.EASY)),
                    isChat ? chat() : null,
                    kept(),
                    tasks.contains("explain"),
                    writesQueries,
                    base.resolve(text(AnnotateKeys.OUT)).toAbsolutePath().normalize(),
                    (long) number(AnnotateKeys.SEED));
        }

        private Data data() {
            return new Data(
                    base.resolve(text(AnnotateKeys.DATA)),
                    text(AnnotateKeys.SPLIT),
                    text(AnnotateKeys.FIRST_STAGE),
                    integer(AnnotateKeys.MAX_QUERIES),
                    number(AnnotateKeys.DEV_SHARE),
                    text(AnnotateKeys.INSTRUCTION),
                    integer(AnnotateKeys.DOCUMENT_WORDS));
        }

        private Chat chat() {
            if (text(AnnotateKeys.BASE_URL).isEmpty()) {
                throw new IllegalArgumentException("chat.base.url is missing: http://localhost:8000/v1, for example");
            }
            Chat chat = new Chat(
                    URI.create(text(AnnotateKeys.BASE_URL)),
                    text(AnnotateKeys.KEY_ENV),
                    new ChatRequest.Settings(
                            text(AnnotateKeys.MODEL),
                            number(AnnotateKeys.TEMPERATURE),
                            integer(AnnotateKeys.MAX_TOKENS),
                            text(AnnotateKeys.REQUEST_FIELDS)),
                    integer(AnnotateKeys.CONCURRENCY),
                    integer(AnnotateKeys.PER_MINUTE),
                    Duration.ofMillis(integer(AnnotateKeys.TIMEOUT)),
                    new Retries(integer(AnnotateKeys.TRIES), Duration.ofMillis(integer(AnnotateKeys.FIRST_WAIT))),
                    new Price(number(AnnotateKeys.PRICE_IN), number(AnnotateKeys.PRICE_OUT)));
            // Checks the address; the key is looked up when somebody is asked.
            var unused = new ChatEndpoint(
                    chat.baseUrl(), ApiKey.NONE, chat.timeout(), chat.requestsPerMinute(), chat.retries());
            return chat;
        }

        private Kept kept() {
            String checkpoint = text(AnnotateKeys.IFD_CHECKPOINT);
            return new Kept(
                    number(AnnotateKeys.DUPLICATES),
                    checkpoint.isEmpty() ? null : base.resolve(checkpoint),
                    number(AnnotateKeys.IFD_MAX),
                    number(AnnotateKeys.QUERY_SHARE),
                    number(AnnotateKeys.LABEL_SHARE));
        }
    }
}
