package rerank.trainer.annotation;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.DOUBLE;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import rerank.trainer.chat.ChatConfig;

/** The keys of an annotation; {@link AnnotateConfig} says what they mean together. */
final class AnnotateKeys {
    static final String DATA = "data";
    static final String SPLIT = "split";
    static final String FIRST_STAGE = "first.stage";
    static final String MAX_QUERIES = "max.queries";
    static final String OUT = "out.dir";
    static final String SEED = "seed";
    static final String TASKS = "tasks";
    static final String TEACHER = "teacher";
    static final String INSTRUCTION = "instruction";
    static final String DEV_SHARE = "dev.share";
    static final String DOCUMENT_WORDS = "max.document.words";
    static final String JUDGED = "pairs.judged";
    static final String HARD = "pairs.hard";
    static final String HARD_DEPTH = "pairs.hard.depth";
    static final String EASY = "pairs.easy";
    static final String DUPLICATES = "filter.duplicate.similarity";
    static final String IFD_CHECKPOINT = "filter.generic.checkpoint";
    static final String IFD_MAX = "filter.generic.max.ratio";
    static final String QUERY_SHARE = "filter.label.share.of.query";
    static final String LABEL_SHARE = "filter.label.share";

    private AnnotateKeys() {}

    /** Every key with type, default and documentation. */
    static ConfigDef definition() {
        ConfigDef keys = new ConfigDef();
        defineData(keys);
        defineTeacher(keys);
        defineFilters(keys);
        return keys;
    }

    private static void defineData(ConfigDef keys) {
        keys.define(
                        DATA,
                        STRING,
                        HIGH,
                        "Data set directory: corpus.jsonl, queries.jsonl, run.NAME.trec, and qrels/SPLIT.tsv where there"
                                + " are judgements; rerank import makes one of a folder of texts.")
                .define(
                        OUT,
                        STRING,
                        HIGH,
                        "Directory of the examples, and of the answers paid for: a run that finds answers there does not"
                                + " ask for them again.")
                .define(
                        SPLIT,
                        STRING,
                        "",
                        MEDIUM,
                        "Split whose queries are annotated; its judgements are known labels. Empty for train, or, without"
                                + " such a split, for all queries that no split judges.")
                .define(FIRST_STAGE, STRING, "", LOW, "The NAME of run.NAME.trec, where there are several.")
                .define(
                        MAX_QUERIES,
                        INT,
                        0,
                        atLeast(0),
                        MEDIUM,
                        "Annotate so many queries, chosen at random; 0 for all.")
                .define(
                        DEV_SHARE,
                        DOUBLE,
                        0.1,
                        between(0, 0.9),
                        MEDIUM,
                        "Share of the queries whose examples are not learned from: they go to dev.jsonl, by which training"
                                + " chooses its best checkpoint.")
                .define(SEED, LONG, 1L, MEDIUM, "Seed of every choice.")
                .define(
                        TASKS,
                        LIST,
                        List.of("explain"),
                        ConfigDef.ValidList.in("explain", "queries"),
                        MEDIUM,
                        "What the teacher does: explain and label pairs (explain), write search queries for the questions"
                                + " (queries).")
                .define(
                        INSTRUCTION,
                        STRING,
                        "",
                        MEDIUM,
                        "What counts as relevant in this data, in a sentence; teacher and student read it.")
                .define(
                        DOCUMENT_WORDS,
                        INT,
                        300,
                        atLeast(10),
                        MEDIUM,
                        "Longest document in words, cut at its end. Not more than the student will see, or it learns to"
                                + " explain with what it cannot read.")
                .define(JUDGED, INT, 4, atLeast(0), MEDIUM, "Documents judged relevant for each query, at most.")
                .define(
                        HARD,
                        INT,
                        8,
                        atLeast(0),
                        MEDIUM,
                        "First-stage candidates of each query: half of them its best, the others from anywhere down to"
                                + " pairs.hard.depth.")
                .define(HARD_DEPTH, INT, 50, atLeast(1), LOW, "First-stage ranks that pairs.hard are taken from.")
                .define(
                        EASY,
                        INT,
                        1,
                        atLeast(0),
                        MEDIUM,
                        "Candidates of other queries for each query that its own first stage did not find.");
    }

    private static void defineTeacher(ConfigDef keys) {
        keys.define(
                TEACHER,
                STRING,
                "chat",
                ConfigDef.ValidString.in("chat", "scripted"),
                HIGH,
                "Who annotates: a language model behind an endpoint (chat), or the data set's own teacher, as"
                        + " rerank train uses it (scripted).");
        ChatConfig.define(keys);
    }

    private static void defineFilters(ConfigDef keys) {
        keys.define(
                        DUPLICATES,
                        DOUBLE,
                        0.8,
                        between(0, 1),
                        MEDIUM,
                        "Share of word triples from which two texts are nearly the same: an explanation like an earlier one"
                                + " of the query, or of such a document, is dropped; 0 keeps them.")
                .define(
                        IFD_CHECKPOINT,
                        STRING,
                        "",
                        MEDIUM,
                        "Checkpoint directory whose losses tell generic explanations; empty keeps them.")
                .define(
                        IFD_MAX,
                        DOUBLE,
                        0.95,
                        atLeast(0),
                        LOW,
                        "An explanation is generic when its loss with the pair given is more than this share of its loss"
                                + " without.")
                .define(
                        QUERY_SHARE,
                        DOUBLE,
                        0.9,
                        between(0.34, 1),
                        MEDIUM,
                        "Largest share of one label among the examples of a query; 1 for no bound.")
                .define(
                        LABEL_SHARE,
                        DOUBLE,
                        0.6,
                        between(0.34, 1),
                        MEDIUM,
                        "Largest share of one label among all examples; 1 for no bound.");
    }
}
