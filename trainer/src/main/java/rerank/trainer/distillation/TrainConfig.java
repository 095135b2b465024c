package rerank.trainer.distillation;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import rerank.model.adapter.AdaptedModule;
import rerank.model.adapter.AdapterConfig;
import rerank.model.prompt.PromptTemplate;
import rerank.model.transformer.Precision;
import rerank.model.transformer.TrainerSetup;
import rerank.model.transformer.TransformerConfig;
import rerank.model.transformer.TransformerTrainer;
import rerank.trainer.chat.ChatConfig;
import rerank.trainer.configuration.KeyValues;
import rerank.trainer.configuration.PropertiesFile;

/**
 * What a training run does: a properties file in Kafka's style, checked as a whole.
 *
 * @param task what the rows are made of
 * @param data sources with their shares of the draws
 * @param start where the weights and the tokenizer come from
 * @param rows how data become rows
 * @param setup what is trained, in which arithmetic
 * @param refinement how {@code refine} samples and weighs
 * @param optimization how a step is taken
 * @param schedule when the run ends, evaluates and saves
 * @param modelVersion name of the weights, in every result
 * @param out directory of the run
 * @param seed of weights, draws and orders
 * @param given the keys as they were given
 */
public record TrainConfig(
        Task task,
        List<Share> data,
        Start start,
        Rows rows,
        TrainerSetup setup,
        Refinement refinement,
        Optimization optimization,
        Schedule schedule,
        String modelVersion,
        Path out,
        long seed,
        Map<String, String> given) {
    /** What the rows are made of. */
    public enum Task {
        /** Groups of candidates with a teacher's labels and explanations. */
        DISTILL,
        /** Plain text, next token. */
        PRETRAIN,
        /** Prompts with responses; the loss is on the responses. */
        FINETUNE,
        /** The model's own samples of pairs, weighed by a reward. */
        REFINE
    }

    /** How refinement learns from samples. */
    public enum Method {
        /** Likelihood of the better samples, weighted. */
        REWARD_WEIGHTED,
        /** Policy gradient, the mean of the other samples as baseline. */
        RLOO
    }

    /**
     * One source.
     *
     * @param path a data set directory ({@code distill}, {@code refine}) or a file ({@code pretrain}: .txt, or .jsonl
     *     with {@code text}; {@code finetune} and, beside its data sets, {@code distill}: .jsonl with {@code prompt} and
     *     {@code response}); .gz is read too
     * @param share of the draws
     */
    public record Share(Path path, double share) {}

    /**
     * Where the weights and the tokenizer come from.
     *
     * @param checkpoint a Hugging Face directory to go on from; null for fresh weights
     * @param growth what a checkpoint is grown to
     * @param tokenizer directory of {@code tokenizer.json}; null to train one on the run's own texts
     * @param vocabularySize of a tokenizer that is trained
     * @param tokenizerTexts further texts that it is trained on
     * @param shape of fresh weights; ignored with a checkpoint
     */
    public record Start(
            @Nullable Path checkpoint,
            Growth growth,
            @Nullable Path tokenizer,
            int vocabularySize,
            List<Path> tokenizerTexts,
            Shape shape) {}

    /**
     * Shape of fresh weights: a decoder of the Llama family with tied embeddings. The vocabulary is the tokenizer's.
     *
     * @param hiddenSize model width
     * @param layers blocks
     * @param heads attention heads
     * @param feedForwardSize inner width of the feed-forward
     * @param tokenTypes rows of the token-type table; 0 for none
     * @param maxPositions longest sequence
     */
    public record Shape(int hiddenSize, int layers, int heads, int feedForwardSize, int tokenTypes, int maxPositions) {
        private static final double ROPE_THETA = 10_000;
        private static final double NORM_EPSILON = 1e-6;

        /** The whole shape, with a tokenizer's vocabulary. */
        public TransformerConfig with(int vocabularySize) {
            return new TransformerConfig(
                    "llama",
                    layers,
                    hiddenSize,
                    heads,
                    heads,
                    hiddenSize / heads,
                    feedForwardSize,
                    vocabularySize,
                    maxPositions,
                    ROPE_THETA,
                    null,
                    NORM_EPSILON,
                    true,
                    false,
                    false,
                    tokenTypes);
        }
    }

    /**
     * How data become rows.
     *
     * @param template prompt template of {@code distill}
     * @param maxPromptTokens longest prompt
     * @param maxAnswerTokens longest explanation or response
     * @param groupSize candidates of a query in one draw
     * @param justifyShare share of draws whose rows give the label first and the explanation after
     * @param labelShare share of draws whose rows give the label alone; the rest of both explains first
     * @param instructionShare share of draws that spell the instruction out
     * @param nonceShare share of draws whose rare words are made up
     */
    public record Rows(
            String template,
            int maxPromptTokens,
            int maxAnswerTokens,
            int groupSize,
            double justifyShare,
            double labelShare,
            double instructionShare,
            double nonceShare) {}

    /**
     * How {@code refine} samples and weighs.
     *
     * @param method what the samples are used for
     * @param samples of each pair
     * @param temperature of the samples
     * @param roundPairs pairs sampled with the same weights, in reward-weighted
     * @param threshold scaled rewards below are dropped, in reward-weighted
     * @param boosted multiply by the share of wrong labels, in reward-weighted
     * @param kl factor on the KL divergence, in rloo
     * @param rewardUrl of a reward model; null for another reward
     * @param judge a chat model that grades answers; null for another reward, which is the verifiable one if both are null
     */
    public record Refinement(
            Method method,
            int samples,
            double temperature,
            int roundPairs,
            double threshold,
            boolean boosted,
            double kl,
            @Nullable URI rewardUrl,
            @Nullable ChatConfig judge) {}

    /**
     * How a step is taken.
     *
     * @param learningRate warm-up and cosine
     * @param adamW moments, decay and clipping
     * @param losses weight of each loss
     * @param drawsPerStep draws whose gradients are averaged in one step
     * @param drawsPerBatch draws in one micro-batch
     * @param threads micro-batches computed at the same time
     * @param nativeThreads cores of each
     */
    public record Optimization(
            LearningRate learningRate,
            TransformerTrainer.AdamW adamW,
            TransformerTrainer.LossWeights losses,
            int drawsPerStep,
            int drawsPerBatch,
            int threads,
            int nativeThreads) {}

    /**
     * When the run ends, evaluates and saves.
     *
     * @param maxSteps end after so many steps; 0 for no bound
     * @param maxMinutes end after so many minutes of wall clock; 0 for no bound
     * @param evalEverySteps steps between evaluations and checkpoints
     * @param evalQueries dev queries of each data set
     * @param evalCandidates first-stage candidates of each
     * @param evalData held-out files
     * @param patience evaluations without a better one that end the run; 0 for no end
     * @param bf16 whether exported weights are bf16
     * @param phrasingGroups groups of each data set that the phrasing of explanations is learned from; 0 to save none
     */
    public record Schedule(
            long maxSteps,
            double maxMinutes,
            int evalEverySteps,
            int evalQueries,
            int evalCandidates,
            List<Path> evalData,
            int patience,
            boolean bf16,
            int phrasingGroups) {}

    private static final String WHAT = "training configuration";
    private static final ConfigDef DEFINITION = definition();

    /** Every key with type, default and documentation. */
    public static ConfigDef definition() {
        return TrainKeys.definition();
    }

    /**
     * Reads a properties file; relative paths count from its directory.
     *
     * @throws ConfigException naming every mistake at once
     */
    public static TrainConfig read(Path file) {
        PropertiesFile read = PropertiesFile.read(file, WHAT);
        return of(read.values(), read.directory());
    }

    /**
     * Checks and reads key-value pairs.
     *
     * @param base what relative paths count from
     * @throws ConfigException naming every mistake at once
     */
    public static TrainConfig of(Map<String, String> values, Path base) {
        return new Reading(values, base).config();
    }

    /** One reading of parsed values; collects what is wrong beyond single values. */
    private static final class Reading extends KeyValues {
        Reading(Map<String, String> given, Path base) {
            super(WHAT, DEFINITION, given, base, key -> false);
        }

        TrainConfig config() {
            return make(this::made);
        }

        private @Nullable TrainConfig made() {
            String checkpoint = text("init.checkpoint");
            String tokenizer = text("tokenizer.dir");
            if (integer("model.hidden.size") % integer("model.heads") != 0
                    || integer("model.hidden.size") / integer("model.heads") % 2 != 0) {
                mistakes.add("model.hidden.size " + integer("model.hidden.size") + " does not divide into "
                        + integer("model.heads") + " heads of even size");
            }
            if (number("max.steps") == 0 && number("max.minutes") == 0) {
                mistakes.add("neither max.steps nor max.minutes bounds the run");
            }
            if (number("learning.rate") == 0) {
                mistakes.add("learning.rate must be above 0");
            }
            if (number("justify.share") + number("label.share") > 1) {
                mistakes.add("justify.share and label.share together are above 1");
            }
            checkTemplate();
            Task task = Task.valueOf(text("task").toUpperCase(Locale.ROOT));
            if (checkpoint.isEmpty() && (task == Task.REFINE || integer("adapter.rank") > 0)) {
                mistakes.add((task == Task.REFINE ? "task=refine" : "adapter.rank")
                        + " needs init.checkpoint, the model to start from");
            }
            var growth = new Growth(integer("init.layers"), integer("init.hidden.size"));
            if (!growth.equals(Growth.NONE) && (checkpoint.isEmpty() || integer("adapter.rank") > 0)) {
                mistakes.add("init.layers and init.hidden.size grow init.checkpoint, all of whose weights are trained;"
                        + (checkpoint.isEmpty()
                                ? " fresh weights have model.layers and model.hidden.size"
                                : " an adapter stands beside the blocks there are"));
            }
            TrainerSetup setup = setup(checkpoint);
            List<Share> data = shares();
            Path out = base.resolve(text("out.dir")).toAbsolutePath().normalize();
            if (!mistakes.isEmpty()) {
                return null;
            }
            return new TrainConfig(
                    task,
                    data,
                    new Start(
                            checkpoint.isEmpty() ? null : base.resolve(checkpoint),
                            growth,
                            !tokenizer.isEmpty()
                                    ? base.resolve(tokenizer)
                                    : checkpoint.isEmpty() ? null : base.resolve(checkpoint),
                            integer("tokenizer.vocabulary.size"),
                            paths("tokenizer.texts"),
                            shape()),
                    rows(),
                    Objects.requireNonNull(setup),
                    refinement(),
                    optimization(),
                    schedule(),
                    text("model.version").isEmpty() ? out.getFileName().toString() : text("model.version"),
                    out,
                    (long) number("seed"),
                    Map.copyOf(given));
        }

        private void checkTemplate() {
            try {
                PromptTemplate template = PromptTemplate.load(text("prompt.template"));
                if (integer("phrasing.groups") > 0 && !template.beginsExplanationsApart()) {
                    mistakes.add("prompt.template " + template.id() + " begins explanations without a space, so they"
                            + " cannot be bound to a phrasing; leave phrasing.groups at 0");
                }
            } catch (IllegalArgumentException e) {
                mistakes.add(e.getMessage());
            }
        }

        private @Nullable TrainerSetup setup(String checkpoint) {
            try {
                Set<AdaptedModule> modules = EnumSet.noneOf(AdaptedModule.class);
                ((List<?>) value("adapter.modules")).forEach(id -> modules.add(AdaptedModule.of(id.toString())));
                AdapterConfig adapter = integer("adapter.rank") == 0
                        ? null
                        : new AdapterConfig(
                                integer("adapter.rank"),
                                number("adapter.alpha"),
                                number("adapter.dropout"),
                                false,
                                modules,
                                checkpoint);
                return new TrainerSetup(
                        Precision.valueOf(text("precision").toUpperCase(Locale.ROOT)),
                        flag("activation.checkpointing"),
                        adapter);
            } catch (IllegalArgumentException e) {
                mistakes.add(e.getMessage());
                return null;
            }
        }

        private Refinement refinement() {
            String url = text("refine.reward.url");
            if (!url.isEmpty() && ChatConfig.isIn(this)) {
                throw new IllegalArgumentException(
                        "refine.reward.url and chat.base.url name two judges; leave one of them empty");
            }
            return new Refinement(
                    Method.valueOf(text("refine.method").replace('-', '_').toUpperCase(Locale.ROOT)),
                    integer("refine.samples"),
                    number("refine.temperature"),
                    integer("refine.round.pairs"),
                    number("refine.threshold"),
                    flag("refine.boosted"),
                    number("refine.kl"),
                    url.isEmpty() ? null : URI.create(url),
                    ChatConfig.isIn(this) ? ChatConfig.of(this) : null);
        }

        private List<Share> shares() {
            List<Share> shares = new ArrayList<>();
            for (Object item : (List<?>) value("data")) {
                String entry = item.toString();
                int equals = entry.lastIndexOf('=');
                try {
                    String path = equals < 0 ? entry : entry.substring(0, equals);
                    double share = equals < 0 ? 1 : Double.parseDouble(entry.substring(equals + 1));
                    if (!(share > 0) || Double.isInfinite(share)) {
                        mistakes.add("data entry '" + entry + "': its share must be above 0");
                    }
                    shares.add(new Share(base.resolve(path.strip()), share));
                } catch (NumberFormatException e) {
                    mistakes.add("data entry '" + entry + "': expected PATH=SHARE");
                }
            }
            if (shares.isEmpty()) {
                mistakes.add("data names no source");
            }
            return List.copyOf(shares);
        }

        private Shape shape() {
            return new Shape(
                    integer("model.hidden.size"),
                    integer("model.layers"),
                    integer("model.heads"),
                    integer("model.feed.forward.size"),
                    integer("model.token.types"),
                    integer("model.max.positions"));
        }

        private Rows rows() {
            return new Rows(
                    text("prompt.template"),
                    integer("max.prompt.tokens"),
                    integer("max.answer.tokens"),
                    integer("group.size"),
                    number("justify.share"),
                    number("label.share"),
                    number("instruction.share"),
                    number("nonce.share"));
        }

        private Optimization optimization() {
            return new Optimization(
                    new LearningRate(number("learning.rate"), integer("warmup.steps"), number("final.rate.share")),
                    new TransformerTrainer.AdamW(
                            (float) number("adam.beta1"),
                            (float) number("adam.beta2"),
                            (float) number("adam.epsilon"),
                            (float) number("weight.decay"),
                            (float) number("max.gradient.norm"),
                            (float) number("muon.momentum")),
                    new TransformerTrainer.LossWeights(
                            (float) number("loss.next.token"), (float) number("loss.label"), (float)
                                    number("loss.listwise")),
                    integer("draws.per.step"),
                    integer("draws.per.batch"),
                    integer("threads"),
                    integer("native.threads"));
        }

        private Schedule schedule() {
            return new Schedule(
                    (long) number("max.steps"),
                    number("max.minutes"),
                    integer("eval.every.steps"),
                    integer("eval.queries"),
                    integer("eval.candidates"),
                    paths("eval.data"),
                    integer("eval.patience"),
                    flag("export.bf16"),
                    integer("phrasing.groups"));
        }
    }
}
