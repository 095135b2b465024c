package rerank.cli.study;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import rerank.cli.console.Table;
import rerank.cli.report.Machine;
import rerank.model.ranking.Mode;
import rerank.trainer.evaluation.Calibration;

/**
 * What came out of a study.
 *
 * @param command what ran
 * @param seeds of the runs
 * @param sample of queries they were measured on
 * @param data one after the other
 * @param machine where the report was made
 */
public record StudyReport(String command, List<Long> seeds, StudySample sample, List<OfData> data, Machine machine) {
    static StudyReport of(List<OfData> data, List<Long> seeds, StudySample sample) {
        return new StudyReport("train study", seeds, sample, data, Machine.here());
    }

    /**
     * An arm in a mode.
     *
     * @param arm id
     * @param mode that it was served in
     * @param ndcg10 without the first stage's weight
     * @param ece expected calibration error of the pairs that got a label; NaN where none did
     * @param brier of the same
     * @param polarised share of their scores below 0.05 or above 0.95
     * @param unjudged share of the pairs that got no label
     * @param tokensPerPair fed one by one
     * @param millisPerPair wall-clock time
     * @param faithfulness share of the claims said or owed that hold; absent where the mode explains nothing, or nobody can check
     * @param steps of the optimizer
     * @param trainedTokens padding not counted
     * @param trainingMinutes wall-clock time
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Served(
            String arm,
            String mode,
            Spread ndcg10,
            Spread ece,
            Spread brier,
            Spread polarised,
            Spread unjudged,
            Spread tokensPerPair,
            Spread millisPerPair,
            @Nullable Spread faithfulness,
            Spread steps,
            Spread trainedTokens,
            Spread trainingMinutes) {
        /** As tables name it. */
        public String name() {
            return arm + ", served " + mode;
        }

        static Served of(StudyArm arm, Mode mode, List<ArmRun> runs) {
            List<ArmRun.Served> served = runs.stream()
                    .map(run -> Objects.requireNonNull(run.served().get(mode.id()), mode.id()))
                    .toList();
            boolean isChecked = served.stream().allMatch(each -> each.figures().faithfulness() != null);
            return new Served(
                    arm.id(),
                    mode.id(),
                    spread(served, each -> mean(each.ndcg10())),
                    spread(served, each -> ofLabels(each, Calibration::ece)),
                    spread(served, each -> ofLabels(each, Calibration::brier)),
                    spread(
                            served,
                            each -> ofLabels(
                                    each,
                                    labels -> each.figures().scores().model().polarised())),
                    spread(
                            served,
                            each -> (double) each.figures().unjudged()
                                    / Math.max(1, each.figures().pairs())),
                    spread(served, ArmRun.Served::tokensPerPair),
                    spread(served, each -> each.figures().millisPerPair()),
                    isChecked
                            ? spread(
                                    served,
                                    each -> Objects.requireNonNull(
                                                    each.figures().faithfulness())
                                            .score())
                            : null,
                    spread(runs, run -> (double) run.steps()),
                    spread(runs, run -> (double) run.trainedTokens()),
                    spread(runs, ArmRun::trainingMinutes));
        }

        /** A figure of the pairs that got a label; NaN where none did. */
        private static double ofLabels(ArmRun.Served served, ToDoubleFunction<Calibration> figure) {
            Calibration calibration = served.figures().calibration();
            return calibration == null ? Double.NaN : figure.applyAsDouble(calibration);
        }
    }

    /**
     * What came out on a data set.
     *
     * @param name of it
     * @param queries that have a relevant document: those that nDCG@10 is a mean over
     * @param controls nDCG@10 of first stage and linear control
     * @param served all arms in all their modes
     * @param differences every ranking against every one before it
     */
    public record OfData(
            String name,
            int queries,
            Map<String, Double> controls,
            List<Served> served,
            List<RankingDifference> differences) {
        static OfData of(String name, Controls controls, List<StudyArm> arms, List<ArmRun> runs) {
            Map<String, Double> means = new LinkedHashMap<>();
            Map<String, List<Map<String, Double>>> rankings = new LinkedHashMap<>();
            controls.ndcg10().forEach((control, perQuery) -> {
                means.put(control, mean(perQuery));
                rankings.put(control, List.of(perQuery));
            });
            List<Served> served = new ArrayList<>();
            for (StudyArm arm : arms) {
                List<ArmRun> own =
                        runs.stream().filter(run -> run.arm().equals(arm.id())).toList();
                for (Mode mode : arm.served()) {
                    Served system = Served.of(arm, mode, own);
                    served.add(system);
                    // Justify ranks as label does.
                    if (mode != Mode.JUSTIFY) {
                        rankings.put(
                                system.name(),
                                own.stream()
                                        .map(run -> Objects.requireNonNull(
                                                        run.served().get(mode.id()))
                                                .ndcg10())
                                        .toList());
                    }
                }
            }
            int queries = controls.ndcg10().values().iterator().next().size();
            return new OfData(name, queries, means, served, RankingDifference.all(rankings));
        }

        private Table figures() {
            Table table = new Table(
                    name,
                    "nDCG@10",
                    "lowest",
                    "highest",
                    "ECE",
                    "Brier",
                    "polarised",
                    "unjudged",
                    "faithful",
                    "tokens/pair",
                    "ms/pair",
                    "steps",
                    "M tokens",
                    "minutes");
            controls.forEach((control, ndcg10) ->
                    table.row(control, ndcg10, ndcg10, ndcg10, "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"));
            for (Served each : served) {
                Spread faithfulness = each.faithfulness();
                table.row(
                        each.name(),
                        each.ndcg10().mean(),
                        each.ndcg10().lowest(),
                        each.ndcg10().highest(),
                        decimals(3, each.ece()),
                        decimals(3, each.brier()),
                        decimals(3, each.polarised()),
                        decimals(3, each.unjudged()),
                        faithfulness == null ? "-" : decimals(3, faithfulness),
                        decimals(1, each.tokensPerPair()),
                        decimals(2, each.millisPerPair()),
                        decimals(0, each.steps()),
                        String.format(Locale.ROOT, "%.2f", each.trainedTokens().mean() / 1e6),
                        decimals(1, each.trainingMinutes()));
            }
            return table;
        }

        /** Arms against arms; what they are worth beside the controls, the figures tell. */
        private Table tests() {
            Table table = new Table(name + ", nDCG@10", "than", "difference", "lowest seed", "highest seed", "p");
            for (RankingDifference difference : differences) {
                if (!controls.containsKey(difference.than())) {
                    table.row(
                            difference.system(),
                            difference.than(),
                            signed(difference.bySeed().mean()),
                            signed(difference.bySeed().lowest()),
                            signed(difference.bySeed().highest()),
                            difference.p());
                }
            }
            return table;
        }
    }

    /** The tables for the terminal: of each data set the figures, means over the seeds, and the tests. */
    public String table() {
        StringBuilder text = new StringBuilder();
        for (OfData each : data) {
            text.append(text.length() == 0 ? "" : "\n")
                    .append(each.figures())
                    .append('\n')
                    .append(each.tests());
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "%nseeds %s; %d queries of split %s with up to %d candidates each%n",
                        seeds.toString().replaceAll("[\\[\\]]", ""),
                        data.isEmpty() ? 0 : data.get(0).queries(),
                        sample.split(),
                        sample.depth()))
                .toString();
    }

    private static String decimals(int digits, Spread spread) {
        return Double.isNaN(spread.mean()) ? "-" : String.format(Locale.ROOT, "%." + digits + "f", spread.mean());
    }

    private static String signed(double difference) {
        return String.format(Locale.ROOT, "%+.4f", difference);
    }

    private static <T> Spread spread(List<T> each, ToDoubleFunction<T> figure) {
        return Spread.of(each.stream().map(figure::applyAsDouble).toList());
    }

    private static double mean(Map<String, Double> perQuery) {
        return perQuery.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0);
    }
}
