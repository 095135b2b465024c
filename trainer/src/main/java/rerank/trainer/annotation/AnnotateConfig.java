package rerank.trainer.annotation;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import rerank.trainer.chat.ChatConfig;
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
        @Nullable ChatConfig chat,
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
                    isChat ? ChatConfig.of(this) : null,
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
