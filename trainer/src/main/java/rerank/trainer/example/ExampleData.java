package rerank.trainer.example;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.DatasetException;
import rerank.trainer.dataset.Document;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.teacher.Lesson;
import rerank.trainer.teacher.Teacher;

/**
 * Examples to learn from, and others of other queries to measure by.
 *
 * @param name for people
 * @param train at least one
 * @param dev may be empty
 */
public record ExampleData(String name, List<Example> train, List<Example> dev) {
    /** What {@code rerank annotate} calls the examples to learn from. */
    public static final String TRAIN_FILE = "examples.jsonl";

    /** What it calls those to measure by. */
    public static final String DEV_FILE = "dev.jsonl";

    public ExampleData {
        train = List.copyOf(train);
        dev = List.copyOf(dev);
        if (train.isEmpty()) {
            throw new DatasetException("examples " + name + ": there is not one to learn from");
        }
    }

    /** Whether a path holds examples: a file of them, or a directory with {@value #TRAIN_FILE}. */
    public static boolean isAt(Path path) {
        String name = path.getFileName().toString();
        return Files.isRegularFile(path.resolve(TRAIN_FILE))
                || (Files.isRegularFile(path) && (name.endsWith(".jsonl") || name.endsWith(".jsonl.gz")));
    }

    /**
     * Reads a directory with {@value #TRAIN_FILE} and perhaps {@value #DEV_FILE}, or one file to learn from.
     *
     * @throws DatasetException naming the file and line, and what was expected there
     */
    public static ExampleData read(Path path) {
        String name = path.getFileName().toString();
        if (!Files.isDirectory(path)) {
            return new ExampleData(name, ExampleFile.read(path), List.of());
        }
        Path dev = path.resolve(DEV_FILE);
        return new ExampleData(
                name,
                ExampleFile.read(path.resolve(TRAIN_FILE)),
                Files.isRegularFile(dev) ? ExampleFile.read(dev) : List.of());
    }

    /**
     * The examples as a data set: their labels are the judgements, and what the first stage found is its run. There is a
     * split {@code dev} only if there are such examples.
     */
    public Dataset dataset() {
        Map<String, Document> documents = new LinkedHashMap<>();
        Map<String, Query> queries = new LinkedHashMap<>();
        Map<String, List<Example>> found = new LinkedHashMap<>();
        Stream.concat(train.stream(), dev.stream()).forEach(example -> {
            var candidate = example.candidate();
            documents.putIfAbsent(
                    candidate.docId(), new Document(candidate.docId(), candidate.title(), candidate.text()));
            queries.putIfAbsent(
                    example.query().id(),
                    new Query(example.query().id(), example.query().text()));
            if (candidate.firstStageRank() > 0) {
                found.computeIfAbsent(example.query().id(), id -> new ArrayList<>())
                        .add(example);
            }
        });
        Map<String, Qrels> qrels = new LinkedHashMap<>();
        qrels.put("train", qrels(train));
        if (!dev.isEmpty()) {
            qrels.put("dev", qrels(dev));
        }
        return new Dataset(name, documents, queries, Map.of(), qrels, run(found));
    }

    /** Who says what the examples say, and nothing of other pairs. */
    public Teacher teacher() {
        Map<String, Lesson> lessons = new HashMap<>();
        train.forEach(example -> lessons.put(example.id(), example.lesson()));
        return (query, candidate) -> Optional.ofNullable(lessons.get(query.id() + "/" + candidate.docId()));
    }

    /**
     * What counts as relevant, in a sentence; empty where the examples do not say.
     *
     * @throws DatasetException if they say different things, which are different lessons: they belong in files of their own
     */
    public String instruction() {
        Set<String> instructions = new LinkedHashSet<>();
        train.forEach(example -> instructions.add(example.query().instruction()));
        if (instructions.size() > 1) {
            throw new DatasetException("examples " + name + ": they have several instructions " + instructions
                    + "; put those of each into a file of its own");
        }
        return instructions.iterator().next();
    }

    private static Qrels qrels(List<Example> examples) {
        Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
        examples.forEach(example -> grades.computeIfAbsent(example.query().id(), id -> new LinkedHashMap<>())
                .put(example.candidate().docId(), example.label()));
        return new Qrels(grades);
    }

    private static Run run(Map<String, List<Example>> found) {
        Map<String, List<Run.Ranked>> rankings = new LinkedHashMap<>();
        found.forEach((queryId, examples) -> {
            examples.sort(Comparator.comparingInt(example -> example.candidate().firstStageRank()));
            rankings.put(
                    queryId,
                    examples.stream()
                            .map(example -> new Run.Ranked(
                                    example.candidate().docId(),
                                    example.candidate().firstStageScore()))
                            .toList());
        });
        return new Run(rankings);
    }
}
