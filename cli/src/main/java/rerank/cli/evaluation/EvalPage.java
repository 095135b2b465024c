package rerank.cli.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import rerank.cli.replay.Comparison;
import rerank.cli.replay.Comparison.Difference;
import rerank.cli.report.Report;
import rerank.cli.report.Report.Quality;
import rerank.trainer.evaluation.Calibration;

/**
 * An {@link EvalReport} as one HTML file: plots are SVG in the page, there is no script, and its content policy forbids
 * that anything is loaded.
 */
public final class EvalPage {
    private final EvalReport report;
    private final Report figures;
    private final String chosen;

    public EvalPage(EvalReport report) {
        this.report = report;
        this.figures = report.figures();
        this.chosen = figures.mode();
    }

    /** The page. */
    public String html() {
        String title = figures.data() + ", " + figures.modelVersion();
        return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src"
                + " 'unsafe-inline'\">\n<title>" + Html.text(title) + "</title>\n<style>\n" + style()
                + "</style>\n</head>\n<body>\n<main>\n"
                + header()
                + tiles()
                + systems()
                + queries()
                + calibration()
                + scores()
                + cost()
                + faithfulness()
                + worst()
                + origin()
                + "</main>\n</body>\n</html>\n";
    }

    private static String style() {
        try (InputStream css = EvalPage.class.getResourceAsStream("page.css")) {
            if (css == null) {
                throw new IllegalStateException("page.css is missing beside " + EvalPage.class.getName());
            }
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("page.css: " + e.getMessage(), e);
        }
    }

    private String header() {
        return "<h1>" + Html.text(figures.data()) + "</h1>\n<p class=\"soft\">" + Html.text(figures.modelVersion())
                + " in mode " + Html.text(chosen) + ", "
                + Html.count(figures.queries()) + " queries with up to " + report.depth() + " candidates each, "
                + Html.count(figures.pairs()) + " pairs. Means are over the " + Html.count(report.judgedQueries())
                + " queries that have a relevant document.</p>\n";
    }

    private String tiles() {
        Quality now = figures.reranked();
        Quality before = figures.firstStage();
        StringBuilder tiles = new StringBuilder("<div class=\"tiles\">\n");
        String tested = report.differences().stream()
                .filter(difference ->
                        difference.system().equals(chosen) && difference.than().equals(Comparison.FIRST_STAGE))
                .map(difference -> ", " + Html.p(difference.p()))
                .findFirst()
                .orElse("");
        tiles.append(tile("tile first", "nDCG@10", now.ndcg10(), against(now.ndcg10(), before.ndcg10()) + tested));
        tiles.append(tile("tile", "MRR@10", now.mrr10(), against(now.mrr10(), before.mrr10())));
        tiles.append(tile("tile", "MAP", now.map(), against(now.map(), before.map())));
        tiles.append(tile("tile", "recall@10", now.recall(), against(now.recall(), before.recall())));
        Calibration calibration = report.calibration();
        if (calibration != null) {
            tiles.append(tile(
                    "tile",
                    "calibration error",
                    calibration.ece(),
                    "Brier " + Html.share(calibration.brier()) + ", of the base rate "
                            + Html.share(calibration.brierOfShare())));
        }
        FaithfulnessFigures faithful = report.faithfulness();
        if (faithful != null) {
            tiles.append(tile(
                    "tile",
                    "claims that hold",
                    faithful.score(),
                    Html.count(faithful.claims()) + " claims of " + Html.count(faithful.explanations())
                            + " explanations"));
        }
        return tiles.append("</div>\n").toString();
    }

    private static String against(double now, double before) {
        return Html.difference(now - before) + " to first stage";
    }

    private static String tile(String style, String name, double value, String note) {
        return "<div class=\"" + style + "\"><span>" + Html.text(name) + "</span><b>" + Html.share(value) + "</b><span>"
                + Html.text(note) + "</span></div>\n";
    }

    /** The quality of every system that ranked all queries, and of the others over theirs. */
    private Map<String, Quality> qualities() {
        Map<String, Quality> qualities = new LinkedHashMap<>();
        qualities.put(Comparison.FIRST_STAGE, figures.firstStage());
        qualities.put(chosen, figures.reranked());
        figures.others().forEach((name, other) -> {
            if (other.queries() == null) {
                qualities.put(name, new Quality(other.ndcg10(), other.mrr10(), other.map(), other.recall()));
            }
        });
        return qualities;
    }

    private String systems() {
        StringBuilder html = section("Systems side by side", "The same candidates, ordered by each system.");
        html.append(figure("nDCG@10", bars("nDCG@10 by system", qualities())));
        html.append(table(qualities(), report.recallAt()));
        EvalReport.SameQueries same = report.sameQueries();
        if (same != null) {
            html.append(
                    "<h3 style=\"margin-top:22px\">The " + same.queries() + " queries that all modes reranked</h3>\n");
            html.append(figure("nDCG@10", bars("nDCG@10 by system, these queries", same.systems())));
            html.append(table(same.systems(), Map.of()));
        }
        html.append(
                "<h3 style=\"margin-top:22px\">Is it chance?</h3>\n<p class=\"soft\">Paired randomisation test over the"
                        + " queries, two-sided, not corrected for the number of tests.</p>\n<div class=\"scroll\"><table>\n<tr>"
                        + "<th>difference</th><th>queries</th><th>nDCG@10</th><th>p</th></tr>\n");
        for (Difference difference : report.differences()) {
            html.append(row(
                    difference.system().equals(chosen) || difference.than().equals(chosen),
                    List.of(
                            difference.system() + " \u2212 " + difference.than(),
                            Html.count(difference.queries()),
                            Html.difference(difference.ndcg10()),
                            Html.p(difference.p()))));
        }
        html.append("</table></div>\n");
        html.append(weights());
        report.leftOut()
                .forEach((mode, reason) -> html.append("<p class=\"soft\">Left out: mode ")
                        .append(Html.text(mode))
                        .append(" (")
                        .append(Html.text(reason))
                        .append(")</p>\n"));
        return html.append("</section>\n").toString();
    }

    private String weights() {
        StringBuilder html = new StringBuilder();
        report.firstStageWeights().forEach((mode, figures) -> {
            if (html.isEmpty()) {
                html.append(
                        "<h3 style=\"margin-top:22px\">More or less of the first stage</h3>\n<p class=\"soft\">nDCG@10 of the"
                                + " same labels by the weight of the first stage's score. Choose it on queries that you do not"
                                + " report.</p>\n<div class=\"scroll\"><table>\n<tr><th>mode</th>");
                figures.keySet()
                        .forEach(weight -> html.append("<th>").append(weight).append("</th>"));
                html.append("</tr>\n");
            }
            List<String> cells = new ArrayList<>(List.of(mode));
            figures.values().forEach(figure -> cells.add(Html.share(figure)));
            html.append(row(mode.equals(chosen), cells));
        });
        return html.isEmpty() ? "" : html.append("</table></div>\n").toString();
    }

    private String bars(String title, Map<String, Quality> systems) {
        List<Charts.Bar> bars = systems.entrySet().stream()
                .map(system -> new Charts.Bar(
                        system.getKey(),
                        system.getValue().ndcg10(),
                        Html.share(system.getValue().ndcg10()),
                        system.getKey().equals(chosen) ? "accent" : "muted"))
                .toList();
        return Charts.bars(title, bars, 1);
    }

    private String table(Map<String, Quality> systems, Map<String, Map<Integer, Double>> recallAt) {
        StringBuilder html = new StringBuilder(
                "<div class=\"scroll\"><table>\n<tr><th>system</th><th>nDCG@10</th>" + "<th>MRR@10</th><th>MAP</th>");
        List<Integer> ranks = recallAt.isEmpty() ? List.of(10) : Comparison.RECALL_RANKS;
        ranks.forEach(rank -> html.append("<th>recall@").append(rank).append("</th>"));
        html.append("</tr>\n");
        systems.forEach((name, quality) -> {
            List<String> cells = new ArrayList<>(List.of(
                    name, Html.share(quality.ndcg10()), Html.share(quality.mrr10()), Html.share(quality.map())));
            Map<Integer, Double> recall = recallAt.getOrDefault(name, Map.of(10, quality.recall()));
            ranks.forEach(rank -> cells.add(Html.share(recall.getOrDefault(rank, 0.0))));
            html.append(row(name.equals(chosen), cells));
        });
        return html.append("</table></div>\n").toString();
    }

    private String queries() {
        long better =
                report.perQuery().stream().filter(query -> query.delta() > 0).count();
        long worse =
                report.perQuery().stream().filter(query -> query.delta() < 0).count();
        return section(
                        "Query by query",
                        "nDCG@10 of " + chosen + " minus that of the first stage, a bar for each query: " + better
                                + " better, " + worse + " worse, "
                                + (report.perQuery().size() - better - worse) + " unchanged.")
                .append(figure(
                        "Hover over a bar for its query.", Charts.deltas("Difference by query", report.perQuery())))
                .append("</section>\n")
                .toString();
    }

    private String calibration() {
        StringBuilder html = section(
                "Calibration",
                "The probability of label 1 or 2 against the share of pairs with a grade above 0, in ten bins of equal"
                        + " width; documents that nobody judged count as irrelevant. Dots on the dashed line are right;"
                        + " below it the model is too sure.");
        html.append("<div class=\"multiples\">\n");
        report.modes().forEach((name, mode) -> {
            Calibration calibration = mode.calibration();
            if (calibration == null) {
                return;
            }
            Double labels = calibration.labelBrier();
            html.append("<div><h3>" + Html.text(name) + "</h3>"
                    + figure(
                            String.format(
                                    Locale.ROOT,
                                    "ECE %.3f, Brier %.3f%s, %,d pairs",
                                    calibration.ece(),
                                    calibration.brier(),
                                    labels == null ? "" : String.format(Locale.ROOT, " (of three labels %.3f)", labels),
                                    calibration.pairs()),
                            Charts.reliability("Reliability of " + name, calibration))
                    + "</div>\n");
        });
        return html.append("</div>\n</section>\n").toString();
    }

    private String scores() {
        StringBuilder html = section(
                "Scores",
                "How often each score was given, heights logarithmic. The model's score is its expected label divided by"
                        + " 2; the served score is that mixed with the first stage. Scores below 0.05 and above"
                        + " 0.95 are polarised.");
        html.append("<div class=\"multiples\">\n");
        report.modes().forEach((name, mode) -> {
            if (mode.calibration() != null) {
                html.append(scores(name + ", model", mode.scores().model()));
            }
            html.append(scores(name + ", served", mode.scores().served()));
        });
        return html.append("</div>\n</section>\n").toString();
    }

    private static String scores(String name, rerank.trainer.evaluation.ScoreDistribution scores) {
        return "<div><h3>" + Html.text(name) + "</h3>"
                + figure(
                        Html.percent(scores.polarised()) + " polarised, " + Html.percent(scores.tied()) + " tied, mean "
                                + Html.share(scores.mean()),
                        Charts.histogram("Scores of " + name, scores))
                + "</div>\n";
    }

    private String cost() {
        List<Charts.Bar> bars = report.modes().entrySet().stream()
                .map(mode -> new Charts.Bar(
                        mode.getKey(),
                        mode.getValue().millisPerPair(),
                        Html.millis(mode.getValue().millisPerPair()),
                        mode.getKey().equals(chosen) ? "accent" : "muted"))
                .toList();
        double most = bars.stream().mapToDouble(Charts.Bar::value).max().orElse(1);
        return section(
                        "Cost of a pair",
                        "Wall-clock time of one (query, candidate) pair, explanations included, one query at a time.")
                .append(figure(
                        "Other work on the machine counts against it.", Charts.bars("Time of a pair", bars, most)))
                .append("</section>\n")
                .toString();
    }

    private String faithfulness() {
        if (report.modes().values().stream().allMatch(mode -> mode.faithfulness() == null)) {
            return "";
        }
        StringBuilder html = section(
                "Do the explanations hold?",
                "Every claim is held against what is known of query and document. What an explanation owes and does not"
                        + " say counts like a false claim; an empty one owes everything.");
        report.modes().forEach((name, mode) -> {
            FaithfulnessFigures checked = mode.faithfulness();
            if (checked == null) {
                return;
            }
            html.append("<h3 style=\"margin-top:14px\">")
                    .append(Html.text(name))
                    .append("</h3>\n");
            List<Charts.Bar> bars = new ArrayList<>();
            bars.add(new Charts.Bar("all claims", checked.score(), Html.share(checked.score()), "accent"));
            checked.kinds()
                    .forEach((kind, counts) -> bars.add(new Charts.Bar(
                            kind,
                            counts.score(),
                            Html.share(counts.score()) + " of " + Html.count(counts.claims()),
                            "good")));
            html.append(figure(
                    Html.count(checked.explanations()) + " explanations, "
                            + Html.percent(checked.faultlessShare())
                            + " without fault, " + checked.empty() + " empty, " + checked.unchecked()
                            + " of pairs that nothing is known about. Claims: "
                            + Html.count(checked.supported()) + " hold, "
                            + Html.count(checked.unsupported()) + " do not, "
                            + Html.count(checked.missing()) + " missing, "
                            + Html.count(checked.unknown()) + " that nothing is known about.",
                    Charts.bars("Claims that hold, " + name, bars, 1)));
        });
        return html.append("</section>\n").toString();
    }

    private String worst() {
        StringBuilder html = section(
                "Worst queries",
                "Those that lost most against the first stage, then those with the lowest nDCG@10. Below the first "
                        + WorstQuery.TOP + " candidates stand relevant ones that came later.");
        for (WorstQuery query : report.worst()) {
            QueryFigures own = query.figures();
            String all = own.ndcg10().entrySet().stream()
                    .map(system -> system.getKey() + " " + Html.share(system.getValue()))
                    .collect(Collectors.joining(", "));
            html.append("<details" + (query == report.worst().get(0) ? " open" : "") + "><summary><b>"
                    + Html.text(own.text()) + "</b> <span class=\"soft\">" + Html.text(own.id()) + ", "
                    + Html.difference(own.delta()) + "</span></summary>\n<p class=\"soft\">nDCG@10: " + Html.text(all)
                    + "</p>\n<ol class=\"ranking\">\n");
            query.top().forEach(item -> html.append(item(item)));
            query.below().forEach(item -> html.append(item(item)));
            html.append("</ol></details>\n");
        }
        return html.append("</section>\n").toString();
    }

    private static String item(WorstQuery.Shown item) {
        String name = item.title().isBlank() ? item.docId() : item.title();
        StringBuilder html = new StringBuilder("<li><span class=\"rank\">" + item.rank() + ".</span><span>"
                + Html.text(name) + "<span class=\"badge" + (item.grade() > 0 ? " relevant" : "") + "\">grade "
                + item.grade() + "</span><span class=\"badge\">"
                + (item.label() == null ? "unjudged" : "label " + item.label()) + "</span><span class=\"badge\">score "
                + Html.share(item.score()) + "</span><span class=\"badge\">was " + item.firstStageRank()
                + "</span></span>");
        if (!item.explanation().isBlank()) {
            html.append("<p class=\"says\">")
                    .append(Html.text(item.explanation()))
                    .append("</p>");
        }
        if (!item.claims().isEmpty()) {
            html.append("<span class=\"claims\">");
            item.claims().forEach(claim -> {
                String verdict = claim.verdict().name().toLowerCase(Locale.ROOT);
                String mark = switch (claim.verdict()) {
                    case SUPPORTED -> "\u2713 ";
                    case UNSUPPORTED -> "\u2717 ";
                    case MISSING -> "missing: ";
                    case UNKNOWN -> "? ";
                };
                html.append("<span class=\"claim ")
                        .append(verdict)
                        .append("\" title=\"")
                        .append(claim.kind().name().toLowerCase(Locale.ROOT))
                        .append(", ")
                        .append(verdict)
                        .append("\">")
                        .append(mark)
                        .append(Html.text(claim.text()))
                        .append("</span>");
            });
            html.append("</span>");
        }
        return html.append("</li>\n").toString();
    }

    private String origin() {
        Origin origin = report.origin();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Checkpoint", origin.checkpoint());
        facts.put("Model version", figures.modelVersion());
        facts.put("Prompt template", origin.promptVersion());
        facts.put(
                "Machine",
                origin.machine().processor() + ", " + origin.machine().cores() + " cores, Java "
                        + origin.machine().java());
        facts.put("Started", origin.started());
        facts.put("Memory", String.format(Locale.ROOT, "%.0f MiB at most", figures.peakRssBytes() / (1024.0 * 1024)));
        StringBuilder html = section("How to make this again", "")
                .append("<pre>" + Html.text(origin.commandLine()) + "</pre>\n<dl>\n");
        facts.forEach(
                (name, value) -> html.append("<dt>" + Html.text(name) + "</dt><dd>" + Html.text(value) + "</dd>\n"));
        return html.append(
                        "</dl>\n<p class=\"soft\" style=\"margin-top:12px\">nDCG@10 with linear gain, MRR@10, MAP and"
                                + " recall as trec_eval defines them; a document without a judgement counts as irrelevant. The"
                                + " linear control is a linear model over pairs of query and document stems: what it reaches needs"
                                + " no understanding.</p>\n</section>\n")
                .toString();
    }

    private static StringBuilder section(String heading, String introduction) {
        return new StringBuilder("<section>\n<h2>" + Html.text(heading) + "</h2>\n"
                + (introduction.isEmpty() ? "" : "<p class=\"soft\">" + Html.text(introduction) + "</p>\n"));
    }

    private static String figure(String caption, String plot) {
        return "<figure>" + plot + "<figcaption>" + Html.text(caption) + "</figcaption></figure>\n";
    }

    private static String row(boolean isChosen, List<String> cells) {
        StringBuilder row = new StringBuilder(isChosen ? "<tr class=\"chosen\">" : "<tr>");
        cells.forEach(cell -> row.append("<td>").append(Html.text(cell)).append("</td>"));
        return row.append("</tr>\n").toString();
    }
}
