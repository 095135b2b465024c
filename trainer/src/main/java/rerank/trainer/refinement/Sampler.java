package rerank.trainer.refinement;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import rerank.model.generation.Completion;
import rerank.model.generation.Generator;
import rerank.model.generation.SamplingConfig;
import rerank.model.prompt.CompletionParser;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.TrainingSequence;
import rerank.model.ranking.Pair;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Transformer;

/**
 * Samples answers, explanation first: the explanation token by token, then the label from the probabilities of the three
 * label tokens. Owned by one thread.
 */
final class Sampler {
    private final Generator generator;
    private final Tokenizer tokenizer;
    private final PromptBuilder prompts;
    private final boolean hasTokenTypes;
    private final int maxExplanationTokens;
    private final Completion.Scoring scoring;

    Sampler(Transformer transformer, Tokenizer tokenizer, PromptBuilder prompts, int maxExplanationTokens) {
        this.generator = new Generator(transformer, tokenizer);
        this.tokenizer = tokenizer;
        this.prompts = prompts;
        this.hasTokenTypes = transformer.config().tokenTypes() > 0;
        this.maxExplanationTokens = maxExplanationTokens;
        this.scoring = new Completion.Scoring(prompts.labelPhrase(), prompts.labelTokens());
    }

    /**
     * Samples answers to each pair.
     *
     * @param samples of each pair
     * @param temperature 0 for the most probable answer alone
     * @param seed the same gives the same samples
     */
    List<RolloutGroup> sample(List<TaughtPair> pairs, int samples, double temperature, long seed) {
        List<EncodedPrompt> asked = new ArrayList<>();
        for (TaughtPair pair : pairs) {
            EncodedPrompt prompt = prompt(pair);
            asked.addAll(Collections.nCopies(samples, prompt));
        }
        List<Completion> completions = generator.generate(
                asked,
                new SamplingConfig(maxExplanationTokens, (float) temperature, 1, seed),
                prompts.stopTokens(),
                prompts.stopStrings(),
                scoring);
        List<RolloutGroup> groups = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            List<Rollout> rollouts = new ArrayList<>();
            var random = new SplittableRandom(seed * 31
                    + pairs.get(i).query().id().hashCode() * 17L
                    + pairs.get(i).candidate().docId().hashCode());
            for (int k = 0; k < samples; k++) {
                int at = i * samples + k;
                rollouts.add(rollout(asked.get(at), completions.get(at), temperature, random.nextDouble()));
            }
            TaughtPair pair = pairs.get(i);
            groups.add(new RolloutGroup(pair, rollouts, pair.explanation().isEmpty() ? null : teachers(pair)));
        }
        return groups;
    }

    private Rollout rollout(EncodedPrompt prompt, Completion completion, double temperature, double uniform) {
        String text = CompletionParser.parse(tokenizer.decode(completion.tokenIds(), true))
                .explanation();
        boolean isEnded = completion.finish() == Completion.Finish.STOP;
        boolean isWellFormed = isEnded && CompletionParser.uselessReason(text).isEmpty();
        int label = label(completion.scored(), temperature, uniform);
        EncodedPrompt sequence = withLabel(prompt.plus(completion.tokenIds()), label);
        int from = prompt.tokenIds().length;
        int to = isEnded ? sequence.tokenIds().length : from + completion.tokenIds().length;
        return new Rollout(new Answer(text, label, isWellFormed), sequence, from, to);
    }

    private EncodedPrompt withLabel(EncodedPrompt explained, int label) {
        return explained.plus(prompts.labelPhrase()).plus(prompts.labelTokens()[label]);
    }

    /** Inverts the cumulative distribution of the three labels. */
    static int label(float[] logProbs, double temperature, double uniform) {
        int best = 0;
        for (int label = 1; label < 3; label++) {
            best = logProbs[label] > logProbs[best] ? label : best;
        }
        if (temperature == 0) {
            return best;
        }
        double[] p = new double[3];
        double sum = 0;
        for (int label = 0; label < 3; label++) {
            p[label] = Math.exp((logProbs[label] - logProbs[best]) / temperature);
            sum += p[label];
        }
        double left = uniform * sum;
        for (int label = 0; label < 2; label++) {
            left -= p[label];
            if (left < 0) {
                return label;
            }
        }
        return 2;
    }

    private Rollout teachers(TaughtPair pair) {
        TrainingSequence taught = prompts.trainingSequence(
                pair.query(), pair.candidate(), pair.label(), pair.explanation(), Pair.Task.EXPLAIN);
        EncodedPrompt sequence = withTypesOfModel(taught.sequence()).plus(prompts.labelTokens()[pair.label()]);
        int from = prompt(pair).tokenIds().length;
        return new Rollout(pair.answer(), sequence, from, sequence.tokenIds().length);
    }

    private EncodedPrompt prompt(TaughtPair pair) {
        return withTypesOfModel(prompts.prompt(new Pair(pair.query(), pair.candidate(), Pair.Task.EXPLAIN, null)));
    }

    /** A model without a token-type table takes type 0 alone. */
    private EncodedPrompt withTypesOfModel(EncodedPrompt prompt) {
        return hasTokenTypes ? prompt : new EncodedPrompt(prompt.tokenIds(), new int[prompt.tokenIds().length]);
    }
}
