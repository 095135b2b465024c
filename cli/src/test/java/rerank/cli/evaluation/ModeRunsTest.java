package rerank.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import rerank.cli.replay.RerankRequest;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Ranking;

class ModeRunsTest {
    private static final List<RerankRequest> REQUESTS = SmallEvaluation.requests(5);
    private static final BiFunction<RerankRequest, Mode, Ranking> RERANKER = SmallEvaluation::rerank;

    @Test
    void theChosenModeReranksAllAndExplainBesideItTheFirst() {
        ModeRuns runs = ModeRuns.run(Mode.JUSTIFY, List.of(Mode.values()), 2, REQUESTS, RERANKER);

        assertThat(runs.outcomes().keySet()).contains(Mode.EXPLAIN, Mode.LABEL, Mode.JUSTIFY);
        assertThat(runs.chosenOutcome().rankings()).hasSize(5);
        assertThat(runs.outcomes().get(Mode.EXPLAIN).rankings()).containsOnlyKeys("q0", "q2");
    }

    @Test
    void explainAsTheChosenModeReranksAll() {
        ModeRuns runs = ModeRuns.run(Mode.EXPLAIN, List.of(), 2, REQUESTS, RERANKER);

        assertThat(runs.outcomes()).containsOnlyKeys(Mode.EXPLAIN);
        assertThat(runs.chosenOutcome().rankings()).hasSize(5);
    }

    @Test
    void modesThatTheModelRefusesAreLeftOutWithTheReason() {
        BiFunction<RerankRequest, Mode, Ranking> labelOnly = (request, mode) -> {
            if (mode != Mode.LABEL) {
                throw new UnsupportedOperationException("it only labels");
            }
            return SmallEvaluation.rerank(request, mode);
        };

        ModeRuns runs = ModeRuns.run(Mode.LABEL, List.of(Mode.values()), 0, REQUESTS, labelOnly);

        assertThat(runs.outcomes()).containsOnlyKeys(Mode.LABEL);
        assertThat(runs.leftOut()).containsEntry(Mode.EXPLAIN, "it only labels");
        assertThatThrownBy(() -> ModeRuns.run(Mode.EXPLAIN, List.of(), 0, REQUESTS, labelOnly))
                .hasMessage("it only labels");
    }
}
