package rerank.trainer.distillation;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.DOUBLE;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import rerank.model.prompt.PromptTemplate;
import rerank.trainer.chat.ChatConfig;

/** The keys of a training configuration; {@link TrainConfig} says what they mean together. */
final class TrainKeys {
    private static final String DEFAULT_TEMPLATE = "compact-v4";

    private TrainKeys() {}

    /** Every key with type, default and documentation. */
    static ConfigDef definition() {
        ConfigDef keys = new ConfigDef()
                .define(
                        "task",
                        STRING,
                        "distill",
                        ConfigDef.ValidString.in("distill", "pretrain", "finetune", "refine"),
                        HIGH,
                        "What to learn from: a teacher's labels and explanations (distill), plain text (pretrain),"
                                + " prompts with responses (finetune), or the model's own samples and a reward"
                                + " (refine).")
                .define(
                        "data",
                        LIST,
                        HIGH,
                        "Sources as PATH=SHARE, separated by commas; a share is relative to the others. Data set"
                                + " directories and directories or files of examples for distill and refine, files for the"
                                + " other tasks; distill takes .jsonl files of prompts with responses too, for example of"
                                + " questions with search queries.")
                .define(
                        "out.dir",
                        STRING,
                        HIGH,
                        "Directory of the run: log, loss curve, state, checkpoints. A run that"
                                + " finds its state there goes on from it.")
                .define(
                        "model.version",
                        STRING,
                        "",
                        MEDIUM,
                        "Name of the weights, which every result carries; empty for the name of out.dir.")
                .define("seed", LONG, 1L, MEDIUM, "Seed of fresh weights, of the order of draws and of every choice.")
                .define(
                        "init.checkpoint",
                        STRING,
                        "",
                        HIGH,
                        "Hugging Face directory to start from, carried over to the tokenizer and the token types below where it has"
                                + " others; empty for fresh weights of the shape below.")
                .define(
                        "init.layers",
                        INT,
                        0,
                        atLeast(0),
                        LOW,
                        "Blocks that init.checkpoint is grown to: further ones begin as copies of those before them that add"
                                + " nothing, so the model starts as it was and can learn more; 0 for as many as it has. Not with"
                                + " an adapter.")
                .define(
                        "init.hidden.size",
                        INT,
                        0,
                        atLeast(0),
                        LOW,
                        "Width that init.checkpoint is grown to, a multiple of its own, with as many times the heads and the"
                                + " feed-forward width: what is new adds nothing at first; 0 for its own width. Not with an"
                                + " adapter.")
                .define(
                        "tokenizer.dir",
                        STRING,
                        "",
                        HIGH,
                        "Directory of tokenizer.json; empty for the one of init.checkpoint, or, without that, for one"
                                + " that is trained on the run's own texts first.")
                .define(
                        "tokenizer.vocabulary.size",
                        INT,
                        6144,
                        atLeast(300),
                        LOW,
                        "Ids of a tokenizer that is trained.")
                .define(
                        "tokenizer.texts",
                        LIST,
                        List.of(),
                        LOW,
                        "Further files (.txt, or .jsonl with text) that a tokenizer is trained on, weighted 0.15.")
                .define("model.hidden.size", INT, 160, atLeast(8), MEDIUM, "Model width of fresh weights.")
                .define("model.layers", INT, 4, atLeast(1), MEDIUM, "Blocks of fresh weights.")
                .define("model.heads", INT, 5, atLeast(1), MEDIUM, "Attention heads of fresh weights.")
                .define("model.feed.forward.size", INT, 448, atLeast(8), MEDIUM, "Feed-forward width of fresh weights.")
                .define(
                        "model.token.types",
                        INT,
                        PromptTemplate.load(DEFAULT_TEMPLATE).tokenTypes().rows(),
                        between(0, 1024),
                        MEDIUM,
                        "Rows of the token-type table (segment x match flag) of fresh weights; 0 for none.")
                .define("model.max.positions", INT, 512, atLeast(8), MEDIUM, "Longest sequence of fresh weights.")
                .define("prompt.template", STRING, DEFAULT_TEMPLATE, MEDIUM, "Prompt template of distill.")
                .define(
                        "max.prompt.tokens",
                        INT,
                        160,
                        atLeast(8),
                        MEDIUM,
                        "Longest prompt; the document is cut, never the query. Sequence length of pretrain.")
                .define("max.answer.tokens", INT, 48, atLeast(1), MEDIUM, "Longest explanation or response.")
                .define("group.size", INT, 8, atLeast(2), MEDIUM, "Candidates of a query in one draw of distill.")
                .define(
                        "justify.share",
                        DOUBLE,
                        0.7,
                        between(0, 1),
                        MEDIUM,
                        "Share of draws that give the label first and the explanation after; what it and label.share leave"
                                + " explains first.")
                .define(
                        "label.share",
                        DOUBLE,
                        0.0,
                        between(0, 1),
                        MEDIUM,
                        "Share of draws that give the label alone; with justify.share at most 1.")
                .define(
                        "instruction.share",
                        DOUBLE,
                        0.3,
                        between(0, 1),
                        LOW,
                        "Share of draws that spell out what counts as relevant, where the data set says it.")
                .define(
                        "nonce.share",
                        DOUBLE,
                        0.0,
                        between(0, 1),
                        MEDIUM,
                        "Share of draws whose rare words are replaced by made-up ones, the same in query, documents and"
                                + " explanation: what matching words are worth where their meaning is unknown.")
                .define(
                        "phrasing.groups",
                        INT,
                        0,
                        atLeast(0),
                        MEDIUM,
                        "Groups of each data set of distill that the phrasing of explanations is learned from, to which those of the"
                                + " checkpoint are bound: words that neither it nor the pair has are not written, and quotations"
                                + " are taken from the right text. For teachers that phrase alike again and again; 0 leaves"
                                + " explanations free.")
                .define(
                        "precision",
                        STRING,
                        "float32",
                        ConfigDef.ValidString.in("float32", "bfloat16"),
                        MEDIUM,
                        "Arithmetic of activations and matrix products, and of weights that are frozen. What is trained,"
                                + " its gradients and the optimizer stay float32.")
                .define(
                        "activation.checkpointing",
                        BOOLEAN,
                        false,
                        MEDIUM,
                        "Compute each layer again in the backward pass instead of keeping what is inside it: a third more"
                                + " work, memory for one layer instead of all.")
                .define(
                        "adapter.rank",
                        INT,
                        0,
                        between(0, 1024),
                        MEDIUM,
                        "Rank of an adapter (LoRA) to train beside the frozen weights of init.checkpoint; 0 trains all"
                                + " weights.")
                .define("adapter.alpha", DOUBLE, 16.0, atLeast(0), LOW, "The adapter is scaled by alpha / rank.")
                .define(
                        "adapter.dropout",
                        DOUBLE,
                        0.0,
                        between(0, 0.99),
                        LOW,
                        "Share of the adapter's inputs that is dropped in training.")
                .define(
                        "adapter.modules",
                        LIST,
                        List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
                        LOW,
                        "Matrices of each layer that have an adapter.")
                .define("learning.rate", DOUBLE, 1.5e-3, atLeast(0), HIGH, "Peak learning rate.")
                .define("warmup.steps", INT, 150, atLeast(0), MEDIUM, "Steps of the linear warm-up.")
                .define(
                        "final.rate.share",
                        DOUBLE,
                        0.05,
                        between(0, 1),
                        LOW,
                        "Share of the peak that the cosine ends at.")
                .define("adam.beta1", DOUBLE, 0.9, between(0, 1), LOW, "Decay of AdamW's first moment.")
                .define("adam.beta2", DOUBLE, 0.98, between(0, 1), LOW, "Decay of AdamW's second moment.")
                .define("adam.epsilon", DOUBLE, 1e-8, atLeast(0), LOW, "AdamW's epsilon.")
                .define(
                        "muon.momentum",
                        DOUBLE,
                        0.0,
                        between(0, 0.999),
                        MEDIUM,
                        "Momentum of Muon, which then steps the matrices of the blocks in AdamW's place, for example 0.95; 0"
                                + " leaves all to AdamW. Embeddings, norms and adapters are AdamW's always.")
                .define("weight.decay", DOUBLE, 0.05, atLeast(0), MEDIUM, "Decay of matrices.")
                .define("max.gradient.norm", DOUBLE, 1.0, atLeast(0), MEDIUM, "Global norm that gradients are cut to.")
                .define("loss.next.token", DOUBLE, 1.0, atLeast(0), MEDIUM, "Weight of the next-token loss.")
                .define("loss.label", DOUBLE, 1.0, atLeast(0), MEDIUM, "Weight of the label loss.")
                .define("loss.listwise", DOUBLE, 1.0, atLeast(0), MEDIUM, "Weight of the listwise loss.")
                .define("draws.per.step", INT, 6, atLeast(1), MEDIUM, "Draws averaged in one optimizer step.")
                .define(
                        "draws.per.batch",
                        INT,
                        1,
                        atLeast(1),
                        LOW,
                        "Draws of one micro-batch; more need more memory and give the same step.")
                .define(
                        "threads",
                        INT,
                        2,
                        between(1, 256),
                        HIGH,
                        "Micro-batches computed at the same time, native.threads cores each.")
                .define(
                        "native.threads",
                        INT,
                        1,
                        between(1, 256),
                        MEDIUM,
                        "Cores of one micro-batch. 1 suits small models; for one that leaves no memory for several"
                                + " micro-batches, threads=1 and all cores here.")
                .define("max.steps", LONG, 0L, atLeast(0), HIGH, "End after so many steps; 0 for no bound.")
                .define(
                        "max.minutes",
                        DOUBLE,
                        0.0,
                        atLeast(0),
                        HIGH,
                        "End after so many minutes, evaluation included; 0 for no bound. The learning rate follows"
                                + " whichever bound is nearer.")
                .define(
                        "eval.every.steps",
                        INT,
                        500,
                        atLeast(1),
                        MEDIUM,
                        "Steps between evaluations on dev queries; state and checkpoint are written then.")
                .define(
                        "eval.queries",
                        INT,
                        100,
                        atLeast(0),
                        MEDIUM,
                        "Dev queries of each data set; 0 for no evaluation.")
                .define(
                        "eval.data",
                        LIST,
                        List.of(),
                        MEDIUM,
                        "Files of pretrain or finetune that are held out: their loss is measured, and chooses the best"
                                + " checkpoint.")
                .define(
                        "eval.patience",
                        INT,
                        0,
                        atLeast(0),
                        MEDIUM,
                        "End after so many evaluations in a row without a better one; 0 to go on to the end.")
                .define("eval.candidates", INT, 20, atLeast(1), MEDIUM, "First-stage candidates of each dev query.")
                .define(
                        "refine.method",
                        STRING,
                        "reward-weighted",
                        ConfigDef.ValidString.in("reward-weighted", "rloo"),
                        MEDIUM,
                        "How refine learns from samples: likelihood weighted by normalised rewards, from rounds of"
                                + " samples (reward-weighted, InteRank's second stage), or the policy gradient with the"
                                + " mean of the other samples as baseline, from each step's own (rloo).")
                .define("refine.samples", INT, 8, between(2, 64), MEDIUM, "Samples of each pair in refine.")
                .define("refine.temperature", DOUBLE, 1.0, between(0.05, 5), LOW, "Temperature of the samples.")
                .define(
                        "refine.round.pairs",
                        INT,
                        192,
                        atLeast(1),
                        MEDIUM,
                        "Pairs that are sampled with the same weights in reward-weighted; then they are learned from,"
                                + " once.")
                .define(
                        "refine.threshold",
                        DOUBLE,
                        0.85,
                        between(0, 1),
                        MEDIUM,
                        "Responses whose reward, scaled to [0, 1] within their pair, is below are dropped"
                                + " (reward-weighted).")
                .define(
                        "refine.boosted",
                        BOOLEAN,
                        false,
                        LOW,
                        "Multiply rewards by the share of the pair's samples with a wrong label (reward-weighted).")
                .define(
                        "refine.kl",
                        DOUBLE,
                        0.02,
                        atLeast(0),
                        MEDIUM,
                        "Factor on the KL divergence to the weights that refine started from (rloo).")
                .define(
                        "refine.reward.url",
                        STRING,
                        "",
                        MEDIUM,
                        "Address of a reward model that is served as a sequence classifier (POST, the predict route of"
                                + " text-embeddings-inference); empty for the verifiable reward (label, format,"
                                + " evidence), or, with chat.base.url, for a chat model's grades.")
                .define("export.bf16", BOOLEAN, true, LOW, "Export weights as bf16 instead of float32.");
        ChatConfig.define(keys);
        return keys;
    }
}
