package rerank.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rerank.model.generation.Completion;
import rerank.model.generation.Constraint;
import rerank.model.generation.GenerationRequest;
import rerank.model.generation.Scheduler;
import rerank.model.generation.Sequence;
import rerank.model.generation.StopRule;
import rerank.model.phrasing.Phrasing;
import rerank.model.prompt.CompletionParser;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.PromptTemplate;
import rerank.model.ranking.CandidateWindow;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Request;
import rerank.model.ranking.StepStatistics;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Device;
import rerank.model.transformer.Precision;
import rerank.model.transformer.Reading;
import rerank.model.transformer.Transformer;
import rerank.model.weights.CheckpointException;

/**
 * Judges pairs with a language model: its labels are the probabilities of the label tokens where the label belongs,
 * after the explanation where one is asked for first. A completion that does not arrive at its label has the label phrase
 * forced behind it. Windows of candidates are ordered by the logits of their identifiers where the model would name the best
 * one.
 *
 * <p>A pair or window whose prompt cannot be built, that the model fails on, or whose explanation (where the label rests on it) is
 * useless is unjudged, with the reason; the others are judged. Owned by one thread, except for {@link #identity()} and
 * {@link #prepare}.
 */
public final class LanguageModelReranker implements PairJudge {
    /** An explanation that has gone round in circles for so many tokens will not end. */
    private static final int MOST_REPEATED = 48;

    private final RerankerSettings settings;
    private final Transformer transformer;
    private final Tokenizer tokenizer;
    private final PromptBuilder prompts;

    /** Of what is read where something is scored, so many are those of labels; identifiers follow. */
    private final int labelTokens;

    private final StopRule stop;
    private final Phrasing.@Nullable Bound phrasing;
    private final Scheduler scheduler;
    private final Map<Sequence, InProgress> inProgress = new HashMap<>();
    private final List<Judging> settled = new ArrayList<>();

    private LanguageModelReranker(
            RerankerSettings settings,
            Transformer transformer,
            Tokenizer tokenizer,
            PromptBuilder prompts,
            @Nullable Phrasing phrasing,
            Scheduler.Limits limits) {
        this.settings = settings;
        this.transformer = transformer;
        this.tokenizer = tokenizer;
        this.prompts = prompts;
        this.stop = new StopRule(prompts.stopTokens(), prompts.stopStrings(), tokenizer, MOST_REPEATED);
        int[] labels = prompts.labelTokens();
        int[] identifiers = prompts.identifierTokens();
        int[] asked = Arrays.copyOf(labels, labels.length + identifiers.length);
        System.arraycopy(identifiers, 0, asked, labels.length, identifiers.length);
        this.labelTokens = labels.length;
        this.phrasing =
                phrasing == null ? null : phrasing.bind(tokenizer, prompts.stopTokens(), settings.maxPromptTokens());
        this.scheduler = new Scheduler(transformer, limits, Reading.greedy(asked));
    }

    /**
     * Loads a checkpoint directory for float32 arithmetic on the CPU; {@link #close} releases it.
     *
     * @throws CheckpointException saying what is wrong with the directory
     */
    public static LanguageModelReranker load(Path checkpoint) {
        return load(checkpoint, Precision.FLOAT32, Device.cpu(), Scheduler.Limits.DEFAULT);
    }

    /**
     * Loads a checkpoint directory, which {@link #close} releases.
     *
     * @throws CheckpointException saying what is wrong with the directory
     */
    public static LanguageModelReranker load(
            Path checkpoint, Precision precision, Device device, Scheduler.Limits limits) {
        Transformer transformer = Transformer.load(checkpoint, precision, device);
        try {
            return over(transformer, checkpoint, limits);
        } catch (RuntimeException e) {
            transformer.close();
            throw e;
        }
    }

    /**
     * A reranker over a transformer that is loaded already, for example one in training; takes tokenizer and settings
     * from a checkpoint directory. {@link #close} closes the transformer too.
     */
    public static LanguageModelReranker over(Transformer transformer, Path checkpoint) {
        return over(transformer, checkpoint, Scheduler.Limits.DEFAULT);
    }

    private static LanguageModelReranker over(Transformer transformer, Path checkpoint, Scheduler.Limits limits) {
        RerankerSettings settings = RerankerSettings.read(checkpoint, transformer.config());
        Tokenizer tokenizer = Tokenizer.load(checkpoint);
        try {
            PromptTemplate template = PromptTemplate.load(settings.promptTemplate());
            PromptBuilder prompts = new PromptBuilder(template, tokenizer, settings.maxPromptTokens());
            requireRoom(settings, prompts, transformer.config().maxPositions());
            requireTables(template, tokenizer, transformer);
            Phrasing phrasing = Phrasing.read(checkpoint).orElse(null);
            if (phrasing != null && !template.beginsExplanationsApart()) {
                throw new IllegalArgumentException("prompt template " + template.id() + " begins explanations without a"
                        + " space, so they cannot be bound to a phrasing; delete " + Phrasing.FILE);
            }
            return new LanguageModelReranker(settings, transformer, tokenizer, prompts, phrasing, limits);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e instanceof IllegalArgumentException
                    ? new CheckpointException("checkpoint " + checkpoint + ": " + e.getMessage(), e)
                    : e;
        }
    }

    private static void requireRoom(RerankerSettings settings, PromptBuilder prompts, int maxPositions) {
        int needed = settings.maxPromptTokens() + settings.maxExplanationTokens() + prompts.labelPhrase().length;
        if (needed > maxPositions) {
            throw new IllegalArgumentException("maxPromptTokens=" + settings.maxPromptTokens()
                    + ", maxExplanationTokens=" + settings.maxExplanationTokens() + " and a label phrase of "
                    + prompts.labelPhrase().length + " tokens need " + needed + " positions, the model has "
                    + maxPositions + "; lower them in " + RerankerSettings.FILE);
        }
    }

    private static void requireTables(PromptTemplate template, Tokenizer tokenizer, Transformer transformer) {
        int rows = transformer.config().tokenTypes();
        int needed = template.tokenTypes().rows();
        if (rows != 0 && rows < needed) {
            throw new IllegalArgumentException("prompt template " + template.id() + " uses " + needed
                    + " token types, rerank_token_types=" + rows);
        }
        if (tokenizer.vocabularySize() > transformer.config().vocabularySize()) {
            throw new IllegalArgumentException("tokenizer.json has " + tokenizer.vocabularySize()
                    + " tokens, the model " + transformer.config().vocabularySize() + " (vocab_size)");
        }
    }

    @Override
    public Identity identity() {
        return new Identity(
                settings.modelVersion(),
                prompts.promptVersion(),
                settings.defaultMode(),
                settings.modes(),
                settings.firstStageWeights());
    }

    /** How the checkpoint is to be used. */
    public RerankerSettings settings() {
        return settings;
    }

    @Override
    public Judging prepare(Request request) {
        Request possible = request instanceof Pair pair && !prompts.explains() ? pair.labelOnly() : request;
        try {
            return new InProgress(possible, request(possible), null);
        } catch (RuntimeException e) {
            return new InProgress(possible, null, "its prompt cannot be built: " + e.getMessage());
        }
    }

    private GenerationRequest request(Request request) {
        if (!(request instanceof Pair pair)) {
            return GenerationRequest.score(prompts.prompt((CandidateWindow) request));
        }
        EncodedPrompt prompt = withTypesOfModel(prompts.prompt(pair));
        if (pair.task() == Pair.Task.LABEL) {
            return GenerationRequest.score(prompt);
        }
        int[] suffix = pair.task() == Pair.Task.EXPLAIN ? prompts.labelPhrase() : null;
        Constraint constraint = phrasing == null ? null : phrasing.of(pair.query(), pair.candidate());
        return new GenerationRequest(prompt, settings.maxExplanationTokens(), stop, suffix, 0, -1, constraint);
    }

    @Override
    public boolean hasRoom() {
        return scheduler.hasRoom();
    }

    @Override
    public void start(Judging judging) {
        InProgress next = (InProgress) judging;
        GenerationRequest request = next.generation;
        if (request == null) {
            settled.add(next);
            return;
        }
        try {
            Sequence sequence = scheduler.add(request);
            next.sequence = sequence;
            inProgress.put(sequence, next);
        } catch (IllegalArgumentException e) {
            next.refusal = e.getMessage();
            settled.add(next);
        }
    }

    @Override
    public void cancel(Judging judging) {
        InProgress cancelled = (InProgress) judging;
        Sequence sequence = cancelled.sequence;
        if (sequence != null) {
            scheduler.cancel(sequence);
            inProgress.remove(sequence);
        }
        settled.remove(cancelled);
    }

    @Override
    public List<Judging> step() {
        for (Sequence sequence : scheduler.step()) {
            InProgress done = inProgress.remove(sequence);
            if (done != null) {
                settled.add(done);
            }
        }
        List<Judging> judged = List.copyOf(settled);
        settled.clear();
        return judged;
    }

    @Override
    public StepStatistics statistics() {
        return scheduler.statistics();
    }

    @Override
    public void close() {
        scheduler.close();
        tokenizer.close();
        transformer.close();
    }

    /** A request with what it asks of the model, or with the reason why it asks nothing; then its sequence. */
    private final class InProgress implements Judging {
        private final Request request;
        private final @Nullable GenerationRequest generation;
        private @Nullable String refusal;
        private @Nullable Sequence sequence;

        InProgress(Request request, @Nullable GenerationRequest generation, @Nullable String refusal) {
            this.request = request;
            this.generation = generation;
            this.refusal = refusal;
        }

        @Override
        public Request request() {
            return request;
        }

        @Override
        public Judgment judgment() {
            if (refusal != null) {
                return new Judgment.Unjudged(refusal);
            }
            if (sequence == null || !sequence.isDone()) {
                throw new IllegalStateException("it is not judged yet");
            }
            String failure = sequence.failure();
            return failure == null
                    ? LanguageModelReranker.this.judgment(request, sequence.completion())
                    : new Judgment.Unjudged(failure);
        }
    }

    private Judgment judgment(Request request, Completion completion) {
        if (request instanceof Pair pair) {
            return judgment(pair, completion);
        }
        int to = labelTokens + ((CandidateWindow) request).candidates().size();
        float[] logits = Arrays.copyOfRange(completion.scored(), labelTokens, to);
        try {
            return Judgment.Ordered.ofLogits(logits);
        } catch (IllegalArgumentException e) {
            return new Judgment.Unjudged("the window has no order: " + e.getMessage());
        }
    }

    /** A label that was given before stays when its explanation is useless; one that would rest on it does not. */
    private Judgment judgment(Pair pair, Completion completion) {
        if (pair.task() == Pair.Task.LABEL) {
            return new Judgment.Judged(labels(completion), "");
        }
        String text = tokenizer.decode(completion.tokenIds(), true);
        String explanation = CompletionParser.parse(text).explanation();
        String useless = completion.finish() == Completion.Finish.REPETITION
                ? "its explanation repeats itself without end"
                : CompletionParser.uselessReason(explanation);
        LabelDistribution given = pair.given();
        if (given != null) {
            return new Judgment.Judged(given, useless.isEmpty() ? explanation : "");
        }
        return useless.isEmpty()
                ? new Judgment.Judged(labels(completion), explanation)
                : new Judgment.Unjudged(useless);
    }

    private LabelDistribution labels(Completion completion) {
        return LabelDistribution.ofLogits(Arrays.copyOf(completion.scored(), labelTokens));
    }

    /** A model without a token-type table takes type 0 alone. */
    private EncodedPrompt withTypesOfModel(EncodedPrompt prompt) {
        return transformer.config().tokenTypes() > 0
                ? prompt
                : new EncodedPrompt(
                        prompt.tokenIds(),
                        new int[prompt.tokenIds().length],
                        prompt.instructionTokens(),
                        prompt.queryTokens());
    }
}
