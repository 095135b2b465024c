package rerank.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import rerank.model.generation.Completion;
import rerank.model.generation.Generator;
import rerank.model.generation.SamplingConfig;
import rerank.model.prompt.CompletionParser;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.PromptTemplate;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.ranking.Ranking;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Transformer;
import rerank.model.weights.CheckpointException;

/**
 * Judges pairs with a language model: its labels are the probabilities of the three label tokens where the label belongs,
 * after the explanation where one is asked for first. A completion that does not arrive at its label has the label phrase
 * forced behind it.
 *
 * <p>A pair whose prompt cannot be built, that the model fails on, or whose explanation (where the label rests on it) is
 * useless is unjudged, with the reason; the others of the batch are judged. Owned by one thread, except for
 * {@link #identity()}.
 */
public final class LanguageModelReranker implements PairJudge {
    private final RerankerSettings settings;
    private final Transformer transformer;
    private final Tokenizer tokenizer;
    private final PromptBuilder prompts;
    private final Generator generator;

    private LanguageModelReranker(
            RerankerSettings settings, Transformer transformer, Tokenizer tokenizer, PromptBuilder prompts) {
        this.settings = settings;
        this.transformer = transformer;
        this.tokenizer = tokenizer;
        this.prompts = prompts;
        this.generator = new Generator(transformer, tokenizer);
    }

    /**
     * Loads a checkpoint directory, which {@link #close} releases.
     *
     * @throws CheckpointException saying what is wrong with the directory
     */
    public static LanguageModelReranker load(Path checkpoint) {
        Transformer transformer = Transformer.load(checkpoint);
        try {
            return over(transformer, checkpoint);
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
        RerankerSettings settings = RerankerSettings.read(checkpoint, transformer.config());
        Tokenizer tokenizer = Tokenizer.load(checkpoint);
        try {
            PromptTemplate template = PromptTemplate.load(settings.promptTemplate());
            PromptBuilder prompts = new PromptBuilder(template, tokenizer, settings.maxPromptTokens());
            requireRoom(settings, prompts, transformer.config().maxPositions());
            requireTables(template, tokenizer, transformer);
            return new LanguageModelReranker(settings, transformer, tokenizer, prompts);
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
                settings.modelVersion(), prompts.promptVersion(), settings.defaultMode(), settings.firstStageWeights());
    }

    /** How the checkpoint is to be used. */
    public RerankerSettings settings() {
        return settings;
    }

    @Override
    public List<Judgment> judge(List<Pair> pairs) {
        @Nullable Judgment[] judgments = new Judgment[pairs.size()];
        Map<Pair.Task, List<Prompted>> byTask = new EnumMap<>(Pair.Task.class);
        for (int i = 0; i < judgments.length; i++) {
            Pair pair = pairs.get(i);
            try {
                EncodedPrompt prompt = withTypesOfModel(prompts.prompt(pair));
                byTask.computeIfAbsent(pair.task(), task -> new ArrayList<>()).add(new Prompted(i, pair, prompt));
            } catch (RuntimeException e) {
                judgments[i] = new Judgment.Unjudged("its prompt cannot be built: " + e.getMessage());
            }
        }
        byTask.forEach((task, prompted) -> {
            List<Judgment> judged = Isolation.apply(
                    prompted,
                    batch -> judge(task, batch),
                    e -> new Judgment.Unjudged("the model failed on it: " + e.getMessage()));
            for (int i = 0; i < judged.size(); i++) {
                judgments[prompted.get(i).index] = judged.get(i);
            }
        });
        return Arrays.stream(judgments).map(Objects::requireNonNull).toList();
    }

    /**
     * Reranks in process: labels for all candidates by the mode; in justify mode, explanations for the top ones.
     *
     * @param explainTop in justify mode, how many of the top get an explanation
     */
    public Ranking rerank(Query query, List<Candidate> candidates, Mode mode, int explainTop) {
        Pair.Task task = mode == Mode.EXPLAIN ? Pair.Task.EXPLAIN : Pair.Task.LABEL;
        List<Pair> pairs = candidates.stream()
                .map(candidate -> new Pair(query, candidate, task, null))
                .toList();
        Ranking ranking = Ranking.of(candidates, judge(pairs), settings.firstStageWeight(mode));
        return mode == Mode.JUSTIFY ? explained(query, ranking, explainTop) : ranking;
    }

    @Override
    public void close() {
        tokenizer.close();
        transformer.close();
    }

    private Ranking explained(Query query, Ranking ranking, int explainTop) {
        List<Ranking.Item> items = new ArrayList<>(ranking.items());
        List<Integer> top = new ArrayList<>();
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < Math.min(explainTop, items.size()); i++) {
            if (items.get(i).judgment() instanceof Judgment.Judged judged) {
                top.add(i);
                pairs.add(new Pair(query, items.get(i).candidate(), Pair.Task.JUSTIFY, judged.labels()));
            }
        }
        List<Judgment> explanations = judge(pairs);
        for (int i = 0; i < top.size(); i++) {
            Ranking.Item item = items.get(top.get(i));
            if (explanations.get(i) instanceof Judgment.Judged) {
                items.set(top.get(i), item.with(explanations.get(i)));
            }
        }
        return new Ranking(items);
    }

    /** A pair with its place in the batch asked for and its prompt. */
    private record Prompted(int index, Pair pair, EncodedPrompt prompt) {}

    private List<Judgment> judge(Pair.Task task, List<Prompted> batch) {
        List<EncodedPrompt> encoded = batch.stream().map(Prompted::prompt).toList();
        List<Judgment> judgments = new ArrayList<>();
        if (task == Pair.Task.LABEL) {
            for (float[] logProbs : generator.score(encoded, prompts.labelTokens())) {
                judgments.add(new Judgment.Judged(labels(logProbs), ""));
            }
            return judgments;
        }
        Completion.Scoring scoring =
                task == Pair.Task.EXPLAIN ? new Completion.Scoring(prompts.labelPhrase(), prompts.labelTokens()) : null;
        List<Completion> completions = generator.generate(
                encoded,
                SamplingConfig.greedy(settings.maxExplanationTokens()),
                prompts.stopTokens(),
                prompts.stopStrings(),
                scoring);
        for (int i = 0; i < batch.size(); i++) {
            judgments.add(judgment(batch.get(i).pair, completions.get(i)));
        }
        return judgments;
    }

    /** A label that was given before stays when its explanation is useless; one that would rest on it does not. */
    private Judgment judgment(Pair pair, Completion completion) {
        String text = tokenizer.decode(completion.tokenIds(), true);
        String explanation = CompletionParser.parse(text).explanation();
        String useless = CompletionParser.uselessReason(explanation);
        LabelDistribution given = pair.given();
        if (given != null) {
            return new Judgment.Judged(given, useless.isEmpty() ? explanation : "");
        }
        return useless.isEmpty()
                ? new Judgment.Judged(labels(completion.scored()), explanation)
                : new Judgment.Unjudged(useless);
    }

    private static LabelDistribution labels(float[] logProbs) {
        return LabelDistribution.ofLogits(logProbs[0], logProbs[1], logProbs[2]);
    }

    /** A model without a token-type table takes type 0 alone. */
    private EncodedPrompt withTypesOfModel(EncodedPrompt prompt) {
        return transformer.config().tokenTypes() > 0
                ? prompt
                : new EncodedPrompt(prompt.tokenIds(), new int[prompt.tokenIds().length]);
    }
}
