package rerank.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import rerank.cli.replay.Answer;
import rerank.cli.replay.Comparison;
import rerank.cli.replay.Replay;
import rerank.cli.replay.RerankRequest;
import rerank.cli.replay.Runs;
import rerank.cli.report.LatencyMillis;
import rerank.cli.report.PeakMemory;
import rerank.cli.report.Report;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;

/**
 * What a replay brought: the table, the report and the run of {@code replay} and {@code demo}.
 *
 * @param requests what was asked
 * @param outcome what came back
 */
record ReplayResult(List<RerankRequest> requests, Replay.Outcome outcome) {
    /** Prints the table and writes what the options ask for. */
    void print(String command, String data, Qrels qrels, OutputOptions output) throws IOException {
        RankedResults first = outcome.answers().get(0).results();
        long pairs = outcome.answers().stream()
                .mapToLong(answer -> answer.results().getCandidatesJudged())
                .sum();
        double seconds = outcome.wallNanos() / 1e9;
        LatencyMillis latency = LatencyMillis.ofNanos(
                outcome.answers().stream().map(Answer::latencyNanos).toList());
        Run reranked = Runs.reranked(outcome.answers());
        String name = "reranked, " + first.getMode();
        Comparison comparison =
                new Comparison(Runs.firstStage(requests), qrels).add(name, reranked, latency, pairs / seconds);
        System.out.printf(
                Locale.ROOT,
                "%n%s: %d queries, %d pairs judged by %s in %.1f s%n%n%s",
                data,
                requests.size(),
                pairs,
                first.getModelVersion(),
                seconds,
                comparison);
        printShortcomings(pairs);
        output.write(reranked, first.getModelVersion() + "-" + first.getMode());
        output.write(new Report(
                command,
                data,
                requests.size(),
                pairs,
                first.getMode(),
                first.getModelVersion(),
                comparison.firstStage(),
                comparison.quality(name),
                comparison.others(name),
                latency,
                pairs / seconds,
                seconds,
                PeakMemory.rssBytes()));
    }

    private void printShortcomings(long pairs) {
        long partial = outcome.answers().stream()
                .filter(answer -> answer.results().getStatus() == RankingStatus.PARTIAL)
                .count();
        long sent = requests.stream()
                .mapToLong(request -> request.candidates().size())
                .sum();
        String mode = outcome.answers().get(0).results().getMode();
        String asked = outcome.answers().get(0).results().getRequestedMode();
        if (!asked.isEmpty() && !asked.equals(mode)) {
            System.out.printf("judged in mode %s, for the checkpoint does not offer %s%n", mode, asked);
        }
        if (partial > 0) {
            System.out.printf("%d of %d rankings are partial%n", partial, requests.size());
        }
        if (pairs < sent) {
            System.out.printf("%d of %d candidates were not judged; they rank last%n", sent - pairs, sent);
        }
    }
}
