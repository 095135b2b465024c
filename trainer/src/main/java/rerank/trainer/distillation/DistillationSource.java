package rerank.trainer.distillation;

import java.util.List;
import java.util.SplittableRandom;
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.PromptTooLongException;
import rerank.model.prompt.TrainingSequence;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.trainer.teacher.GroupSource;
import rerank.trainer.teacher.LabeledCandidate;
import rerank.trainer.teacher.TrainingGroup;

/**
 * A teacher's groups as training rows: one draw is one query, in one of three orders. Label first or alone, with the
 * listwise loss, since such labels are what rankings are made of; or explanation first.
 */
final class DistillationSource implements ExampleSource {
    /** Control tokens that an explanation comes with. */
    private static final int AROUND_EXPLANATION = 4;

    private final String name;
    private final GroupSource groups;
    private final GroupSource fitting;
    private final PromptBuilder prompts;
    private final TrainConfig.Rows rows;
    private final String instruction;
    private final Shuffled randomness;

    /**
     * A source over a data set's groups.
     *
     * @param groups what is drawn
     * @param fitting what is drawn in place of a group whose query is too long for a prompt
     * @param instruction what counts as relevant there; spelt out in a share of the draws
     */
    DistillationSource(
            String name,
            GroupSource groups,
            GroupSource fitting,
            PromptBuilder prompts,
            TrainConfig.Rows rows,
            String instruction,
            long seed) {
        this.name = name;
        this.groups = groups;
        this.fitting = fitting;
        this.prompts = prompts;
        this.rows = rows;
        this.instruction = instruction;
        this.randomness = new Shuffled(1, seed);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return groups.size();
    }

    @Override
    public int rowsPerDraw() {
        return rows.groupSize();
    }

    /** A long query is drawn without the instruction where both do not fit. */
    @Override
    public List<TrainingRow> draw(long index) {
        SplittableRandom random = randomness.random(index);
        TrainingGroup group = groups.group(index);
        boolean isInstructed = random.nextDouble() < rows.instructionShare();
        Pair.Task order = order(random.nextDouble());
        try {
            return rows(group, isInstructed ? instruction : "", order);
        } catch (PromptTooLongException instructed) {
            try {
                return rows(group, "", order);
            } catch (PromptTooLongException plain) {
                return rows(fitting.group(index), "", order);
            }
        }
    }

    private List<TrainingRow> rows(TrainingGroup group, String spelt, Pair.Task order) {
        var query = new Query(group.query().id(), group.query().text(), spelt);
        return group.candidates().stream()
                .map(candidate -> row(query, candidate, order))
                .toList();
    }

    private Pair.Task order(double uniform) {
        if (uniform < rows.justifyShare()) {
            return Pair.Task.JUSTIFY;
        }
        return uniform < rows.justifyShare() + rows.labelShare() ? Pair.Task.LABEL : Pair.Task.EXPLAIN;
    }

    /** An explanation that is too long is left out: the row has the label alone. */
    private TrainingRow row(Query query, LabeledCandidate candidate, Pair.Task order) {
        TrainingSequence explained = sequence(query, candidate, order);
        int answer = 0;
        for (boolean target : explained.targets()) {
            answer += target ? 1 : 0;
        }
        boolean isTooLong = answer > rows.maxAnswerTokens() + AROUND_EXPLANATION;
        TrainingSequence sequence = isTooLong ? sequence(query, candidate, Pair.Task.LABEL) : explained;
        return new TrainingRow(
                sequence.sequence(),
                TrainingRow.weights(sequence.targets()),
                sequence.labelPosition(),
                candidate.label(),
                order != Pair.Task.EXPLAIN);
    }

    private TrainingSequence sequence(Query query, LabeledCandidate candidate, Pair.Task order) {
        return prompts.trainingSequence(
                query, candidate.candidate(), candidate.label(), candidate.explanation(), order);
    }
}
