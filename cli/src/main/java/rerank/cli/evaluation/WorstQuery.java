package rerank.cli.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rerank.cli.replay.RerankRequest;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Ranking;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.faithfulness.Claim;
import rerank.trainer.faithfulness.ExplanationChecker;

/**
 * A query that the chosen mode served badly, with what it ranked.
 *
 * @param figures of all systems
 * @param top the first {@value #TOP} of the ranking
 * @param below relevant candidates that come later, at most {@value #BELOW}
 */
public record WorstQuery(QueryFigures figures, List<Shown> top, List<Shown> below) {
    static final int TOP = 5;
    static final int BELOW = 3;

    /**
     * A candidate of the ranking.
     *
     * @param rank given to it, from 1
     * @param firstStageRank that it arrived with
     * @param docId names it
     * @param title may be empty
     * @param grade of the judgements; 0 also where nobody judged it
     * @param score served
     * @param label most probable one; absent when it was not judged
     * @param explanation empty for none; of an unjudged candidate, the reason
     * @param claims of the explanation, where they can be checked
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Shown(
            int rank,
            int firstStageRank,
            String docId,
            String title,
            int grade,
            double score,
            @Nullable Integer label,
            String explanation,
            List<Claim> claims) {}

    static WorstQuery of(
            QueryFigures figures,
            RerankRequest request,
            Ranking ranking,
            Qrels qrels,
            Optional<ExplanationChecker> checker) {
        List<Shown> top = new ArrayList<>();
        List<Shown> below = new ArrayList<>();
        for (Ranking.Item item : ranking.items()) {
            int grade = qrels.grade(request.query().id(), item.candidate().docId());
            if (item.rank() <= TOP) {
                top.add(shown(request, item, grade, checker));
            } else if (grade > 0 && below.size() < BELOW) {
                below.add(shown(request, item, grade, checker));
            }
        }
        return new WorstQuery(figures, top, below);
    }

    private static Shown shown(
            RerankRequest request, Ranking.Item item, int grade, Optional<ExplanationChecker> checker) {
        String explanation = ModeFigures.explanation(item);
        List<Claim> claims = explanation.isBlank()
                ? List.of()
                : checker.flatMap(known -> known.check(request.query(), item.candidate(), explanation))
                        .orElse(List.of());
        return new Shown(
                item.rank(),
                item.candidate().firstStageRank(),
                item.candidate().docId(),
                item.candidate().title(),
                grade,
                item.score(),
                item.judgment() instanceof Judgment.Judged judged
                        ? judged.labels().label()
                        : null,
                item.judgment() instanceof Judgment.Unjudged unjudged ? unjudged.reason() : explanation,
                claims);
    }
}
