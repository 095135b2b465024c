package rerank.trainer.learning;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.PromptTooLongException;
import rerank.model.prompt.TrainingSequence;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;

/**
 * A logged query as training reads it: a prompt for each examined impression, what is to rise, and what was graded.
 *
 * @param query that it was made of
 * @param impressions those that take part, from the top
 * @param rows one prompt for each
 * @param examined how many of them the list loss is over; the others were graded
 * @param targets see {@link ListTargets}; all 0 where nothing was clicked and only grades count
 * @param offsets what the first stage adds to the log-odds of each score
 * @param grades explicit grades, -1 for none
 */
record TrainingList(
        LoggedQuery query,
        List<Impression> impressions,
        List<Row> rows,
        int examined,
        float[] targets,
        float[] offsets,
        int[] grades) {
    /**
     * A prompt.
     *
     * @param sequence up to where the label follows
     * @param labelPosition whose logits predict the label
     */
    record Row(EncodedPrompt sequence, int labelPosition) {}

    TrainingList {
        impressions = List.copyOf(impressions);
        rows = List.copyOf(rows);
    }

    /** Lists of those queries that something can be learned from. */
    static List<TrainingList> of(
            List<LoggedQuery> queries,
            Propensities propensities,
            ClickWeights weights,
            LearningTerms terms,
            FirstStageShare share,
            PromptBuilder prompts,
            boolean hasTokenTypes) {
        List<TrainingList> lists = new ArrayList<>();
        for (LoggedQuery query : queries) {
            try {
                add(lists, query, propensities, weights, terms, share, new Rows(prompts, hasTokenTypes));
            } catch (PromptTooLongException e) {
                // A query that fills the prompt was not judged either.
            }
        }
        return lists;
    }

    private static void add(
            List<TrainingList> lists,
            LoggedQuery query,
            Propensities propensities,
            ClickWeights weights,
            LearningTerms terms,
            FirstStageShare share,
            Rows rows) {
        List<Impression> judged = query.impressions().stream()
                .filter(impression -> impression.labels() != null)
                .toList();
        double[] clicks = judged.stream().mapToDouble(weights::of).toArray();
        ListTargets targets = ListTargets.of(clicks, propensities, terms.cap(), terms.isTruncated());
        int lastGraded = 0;
        for (int i = 0; i < judged.size(); i++) {
            lastGraded = terms.grade() > 0 && ClickWeights.grade(judged.get(i)).isPresent() ? i + 1 : lastGraded;
        }
        int taken = Math.max(targets.examined(), lastGraded);
        if (taken == 0) {
            return;
        }
        List<Impression> impressions = judged.subList(0, taken);
        float[] y = new float[taken];
        float[] offsets = new float[taken];
        int[] grades = new int[taken];
        for (int i = 0; i < taken; i++) {
            y[i] = i < targets.examined() ? (float) targets.weights()[i] : 0;
            offsets[i] = (float) share.offset(query.mode(), impressions.get(i));
            OptionalInt grade = ClickWeights.grade(impressions.get(i));
            grades[i] = terms.grade() > 0 && grade.isPresent() ? grade.getAsInt() : -1;
        }
        lists.add(new TrainingList(
                query, impressions, rows.of(query, impressions), targets.examined(), y, offsets, grades));
    }

    /** Builds prompts as serving does. */
    private record Rows(PromptBuilder prompts, boolean hasTokenTypes) {
        List<Row> of(LoggedQuery query, List<Impression> impressions) {
            return impressions.stream().map(impression -> of(query, impression)).toList();
        }

        /** After the explanation that was shown, where the label followed one; else the label alone. */
        private Row of(LoggedQuery query, Impression impression) {
            if (query.mode() == Mode.EXPLAIN && !impression.explanation().isBlank()) {
                LabelDistribution labels = impression.labels();
                TrainingSequence sequence = prompts.trainingSequence(
                        query.query(),
                        impression.candidate(),
                        labels == null ? 0 : labels.label(),
                        impression.explanation(),
                        Pair.Task.EXPLAIN);
                return new Row(typed(sequence.sequence()), sequence.labelPosition());
            }
            EncodedPrompt prompt =
                    typed(prompts.prompt(new Pair(query.query(), impression.candidate(), Pair.Task.LABEL, null)));
            return new Row(prompt, prompt.tokenIds().length - 1);
        }

        /** A model without a token-type table takes type 0 alone. */
        private EncodedPrompt typed(EncodedPrompt prompt) {
            return hasTokenTypes ? prompt : new EncodedPrompt(prompt.tokenIds(), new int[prompt.tokenIds().length]);
        }
    }
}
