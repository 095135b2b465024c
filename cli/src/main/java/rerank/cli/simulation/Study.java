package rerank.cli.simulation;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import rerank.cli.console.Table;
import rerank.cli.report.ReportFile;

/**
 * What each term of learning is worth: the same users and queries with each of them left out, over several seeds. Every run's
 * course is a file, and a run whose file is there is not repeated, so a study that was ended goes on where it was.
 *
 * @param data whose customers the model does not know
 * @param base the run that nothing is left out of, with the first seed
 * @param seeds of all choices
 * @param passes of the control over the queries
 */
public record Study(SimulatedData data, Scenario base, List<Long> seeds, double passes) {
    private static final String TRUE_GRADES = "true grades";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the control reached. */
    private record Control(double ndcg10) {}

    /**
     * Courses by arm, one for each seed, and what the control reached for each seed.
     *
     * @param courses in the order of the arms
     * @param trueGrades one for each seed
     */
    public record Result(Map<String, List<Course>> courses, List<Double> trueGrades) {}

    /**
     * Runs what is not done yet.
     *
     * @param directory for the courses
     * @param work for what runs leave besides
     * @param arms that are wanted
     * @param progress of the control, and a line for each run
     */
    public Result run(
            Service.Starter services,
            Simulation.Watcher watcher,
            Path directory,
            Path work,
            List<Arm> arms,
            PrintStream progress)
            throws IOException {
        ServedQuality quality = new ServedQuality(data);
        Map<String, List<Course>> courses = new LinkedHashMap<>();
        List<Double> controls = new ArrayList<>();
        for (long seed : seeds) {
            for (Arm arm : arms) {
                String run = arm.id() + "-" + seed;
                Path file = directory.resolve(run + ".json");
                Course course;
                if (Files.exists(file)) {
                    course = JSON.readValue(file.toFile(), Course.class);
                } else {
                    Scenario scenario = arm.applied(base, seed);
                    progress.println(scenario.name() + ", seed " + seed);
                    course = new Simulation(data, quality, services, watcher).run(scenario, work.resolve(run));
                    ReportFile.writeJson(file, course);
                }
                courses.computeIfAbsent(arm.name(), name -> new ArrayList<>()).add(course);
            }
            controls.add(control(base.withSeed(seed), quality, directory, work, progress));
        }
        return new Result(courses, controls);
    }

    private double control(Scenario scenario, ServedQuality quality, Path directory, Path work, PrintStream progress)
            throws IOException {
        String run = "true-grades-" + scenario.seed();
        Path file = directory.resolve(run + ".json");
        if (!Files.exists(file)) {
            progress.println(TRUE_GRADES + ", seed " + scenario.seed());
            double reached = quality.measure(TrueGrades.train(data, scenario, passes, work.resolve(run), progress));
            ReportFile.writeJson(file, new Control(reached));
        }
        return JSON.readValue(file.toFile(), Control.class).ndcg10();
    }

    /** Start, end and the way to the true grades, means over the seeds with the lowest and the highest end. */
    public static String table(Result result) {
        double control = mean(result.trueGrades());
        Table table = new Table("", "start", "end", "lowest end", "highest end", "lowest served", "way to true grades");
        result.courses().forEach((name, courses) -> {
            double start = mean(courses.stream().map(Course::startNdcg10).toList());
            List<Double> ends = courses.stream().map(Course::endNdcg10).toList();
            table.row(
                    name,
                    start,
                    mean(ends),
                    least(ends),
                    most(ends),
                    least(courses.stream().map(Course::lowestServedNdcg10).toList()),
                    (mean(ends) - start) / (control - start));
        });
        table.row(
                TRUE_GRADES,
                Double.NaN,
                control,
                least(result.trueGrades()),
                most(result.trueGrades()),
                Double.NaN,
                1.0);
        return table.toString();
    }

    /** Mean courses of all arms in one picture. */
    public static String picture(Result result, String title) {
        List<Curves.Line> lines = new ArrayList<>();
        double until = 1;
        for (Map.Entry<String, List<Course>> arm : result.courses().entrySet()) {
            List<Curves.Line> each =
                    arm.getValue().stream().map(course -> course.served("")).toList();
            lines.add(mean(arm.getKey(), each));
            for (Course course : arm.getValue()) {
                until = Math.max(until, course.sessions());
            }
        }
        lines.add(Curves.Line.level(TRUE_GRADES, mean(result.trueGrades()), until));
        return Curves.svg(title, "sessions", "nDCG@10 on unseen queries, mean over seeds", lines);
    }

    /** The mean of curves that hold their value from one point to the next. */
    static Curves.Line mean(String name, List<Curves.Line> lines) {
        TreeSet<Double> places = new TreeSet<>();
        lines.forEach(line -> line.points().forEach(at -> places.add(at.x())));
        List<Curves.At> points = new ArrayList<>();
        for (double x : places) {
            points.add(new Curves.At(
                    x, mean(lines.stream().map(line -> at(line, x)).toList())));
        }
        return new Curves.Line(name, points, false);
    }

    private static double at(Curves.Line line, double x) {
        double value = Double.NaN;
        for (Curves.At at : line.points()) {
            value = at.x() <= x ? at.y() : value;
        }
        return value;
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    private static double least(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }

    private static double most(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }
}
