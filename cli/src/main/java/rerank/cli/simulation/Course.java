package rerank.cli.simulation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.ArrayList;
import java.util.List;

/**
 * How an experiment went.
 *
 * @param name of the scenario
 * @param startNdcg10 nDCG@10 on unseen queries of what served first
 * @param points one after every turn of the learner, in their order
 * @param versions what became of the candidates
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Course(String name, double startNdcg10, List<Point> points, SimulationReport.Versions versions) {
    /**
     * What was the case after so many sessions.
     *
     * @param sessions since the start
     * @param servedNdcg10 nDCG@10 on unseen queries of what serves: of the active version, and of the canary by its share
     * @param activeNdcg10 that of the active version
     * @param lowestNdcg10 the lower one of the versions that serve
     * @param seenNdcg10 mean nDCG@10 of the rankings that users got since the point before
     * @param active name of the active version
     * @param canary name of the canary; empty for none
     * @param outcomes of the learner's cycles at this point, for example {@code PUBLISHED_CANARY}
     * @param reason the last cycle's, for people
     */
    public record Point(
            int sessions,
            double servedNdcg10,
            double activeNdcg10,
            double lowestNdcg10,
            double seenNdcg10,
            String active,
            String canary,
            List<String> outcomes,
            String reason) {
        public Point {
            outcomes = List.copyOf(outcomes);
        }
    }

    public Course {
        points = List.copyOf(points);
    }

    /** nDCG@10 of the active version after the last turn. */
    public double endNdcg10() {
        return points.isEmpty() ? startNdcg10 : points.get(points.size() - 1).activeNdcg10();
    }

    /** The lowest of what served at any point, canaries by their share; the start counts. */
    public double lowestServedNdcg10() {
        return Math.min(
                startNdcg10,
                points.stream()
                        .mapToDouble(Point::servedNdcg10)
                        .min()
                        .orElse(startNdcg10));
    }

    /** The lowest of any version that answered even one query. */
    public double lowestVersionNdcg10() {
        return Math.min(
                startNdcg10,
                points.stream()
                        .mapToDouble(Point::lowestNdcg10)
                        .min()
                        .orElse(startNdcg10));
    }

    /** Sessions in all. */
    public int sessions() {
        return points.isEmpty() ? 0 : points.get(points.size() - 1).sessions();
    }

    /** nDCG@10 of what served over sessions. */
    @JsonIgnore
    Curves.Line served(String as) {
        List<Curves.At> at = new ArrayList<>(List.of(new Curves.At(0, startNdcg10)));
        points.forEach(point -> at.add(new Curves.At(point.sessions(), point.servedNdcg10())));
        return new Curves.Line(as, at, false);
    }

    /** What serves and what users saw, over sessions. */
    @JsonIgnore
    public String picture() {
        return Curves.svg(
                name, "sessions", "nDCG@10", List.of(served("served, unseen queries"), seen("seen by users")));
    }

    /** nDCG@10 of what users saw over sessions. */
    @JsonIgnore
    Curves.Line seen(String as) {
        return new Curves.Line(
                as,
                points.stream()
                        .map(point -> new Curves.At(point.sessions(), point.seenNdcg10()))
                        .toList(),
                true);
    }
}
