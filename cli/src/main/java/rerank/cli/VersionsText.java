package rerank.cli;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import rerank.cli.console.Table;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;

/** Versions as text for people; times are UTC. */
final class VersionsText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private VersionsText() {}

    /** What serves, then all versions, the newest announcement last, then why each has its standing. */
    static String standing(ModelVersions standing) {
        StringBuilder text = new StringBuilder(serving(standing)).append('\n');
        if (standing.all().isEmpty()) {
            return text.toString();
        }
        Table table = new Table("version", "status", "number", "parent", "since");
        for (ModelVersion version : standing.all()) {
            table.row(
                    version.getVersion(),
                    status(version, standing),
                    version.getSequence(),
                    version.getParent().isEmpty() ? "-" : version.getParent(),
                    time(version));
        }
        text.append('\n').append(table).append('\n');
        for (ModelVersion version : standing.all()) {
            text.append("  ")
                    .append(version.getVersion())
                    .append(": ")
                    .append(why(version))
                    .append('\n');
        }
        return text.toString();
    }

    private static String serving(ModelVersions standing) {
        String active = standing.active()
                .map(version -> version.getVersion() + " serves" + (version.getPinned() ? ", pinned" : ""))
                .orElse("No announced version serves: workers serve what they are configured with");
        return active
                + standing.canary()
                        .map(canary -> "; " + canary.getVersion() + " serves " + percent(canary) + " of the queries")
                        .orElse("")
                + ".";
    }

    private static String status(ModelVersion version, ModelVersions standing) {
        boolean isActive = standing.active().filter(version::equals).isPresent();
        boolean isCanary = standing.canary().filter(version::equals).isPresent();
        return switch (version.getStatus()) {
            case ACTIVE -> isActive ? version.getPinned() ? "active, pinned" : "active" : "served before";
            case CANARY -> isCanary ? "canary, " + percent(version) : "was canary";
            case ROLLED_BACK -> "rolled back";
            default -> version.getStatus().name().toLowerCase(Locale.ROOT);
        };
    }

    /** Decisions one a line. */
    static String history(List<ModelVersion> decisions) {
        return decisions.stream().map(decision -> decision(decision) + "\n").collect(Collectors.joining());
    }

    /** A decision in a line. */
    static String decision(ModelVersion decision) {
        String status = decision.getStatus().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        String share = decision.getCanaryShare() > 0 ? " " + percent(decision) : "";
        return String.format(
                Locale.ROOT,
                "%4d  %s  %s %s%s%s  %s",
                decision.getSequence(),
                time(decision),
                decision.getVersion(),
                status,
                share,
                decision.getPinned() ? ", pinned" : "",
                why(decision));
    }

    private static String why(ModelVersion version) {
        String figures = figures(version.getMetrics());
        return (version.getReason().isEmpty() ? "no reason given" : version.getReason())
                + (figures.isEmpty() ? "" : " (" + figures + ")");
    }

    private static String figures(Map<String, Double> metrics) {
        return new TreeMap<>(metrics)
                .entrySet().stream()
                        .map(entry -> String.format(Locale.ROOT, "%s %.4g", entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String percent(ModelVersion version) {
        return new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT))
                        .format(100 * version.getCanaryShare())
                + " %";
    }

    private static String time(ModelVersion version) {
        return time(version.getPublishedAtMs());
    }

    /** A moment. */
    static String time(long ms) {
        return TIME.format(Instant.ofEpochMilli(ms));
    }
}
