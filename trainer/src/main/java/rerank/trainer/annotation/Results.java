package rerank.trainer.annotation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;
import rerank.trainer.dataset.Lines;
import rerank.trainer.example.Example;
import rerank.trainer.example.ExampleData;
import rerank.trainer.example.ExampleFile;
import rerank.trainer.filter.Filters;
import rerank.trainer.teacher.ChatTeacher;

/** Collects what an annotation found and dropped, and writes its files. Owned by one thread. */
final class Results {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path out;
    private final List<Example> examples = new ArrayList<>();
    private final List<ObjectNode> dropped = new ArrayList<>();
    private final Map<String, List<String>> failures = new TreeMap<>();
    private final List<Summary.Drop> filtered = new ArrayList<>();
    private final List<SearchQueries> searchQueries = new ArrayList<>();
    private int compared;
    private int agreed;

    Results(Path out) {
        this.out = out;
    }

    void add(AnnotatedPair annotated) {
        if (annotated instanceof AnnotatedPair.Explained explained) {
            Example example = explained.example();
            examples.add(example);
            if (example.knownLabel().isPresent()) {
                compared++;
                agreed += example.knownLabel().equals(example.teacherLabel()) ? 1 : 0;
            }
        } else if (annotated instanceof AnnotatedPair.Failed failed) {
            ChosenPair pair = failed.pair();
            failures.computeIfAbsent("teacher: " + failed.reason(), reason -> new ArrayList<>())
                    .add(pair.id());
            ObjectNode json = drop(pair.query().id(), "teacher", failed.reason())
                    .put("docId", pair.candidate().docId())
                    .put("detail", failed.detail());
            put(json, "knownLabel", pair.knownLabel());
        }
    }

    /** Adds what was written for questions; how many have some. */
    int addQueries(List<SearchQueries> found) {
        for (SearchQueries each : found) {
            if (each.failure().isPresent()) {
                var failure = each.failure().get();
                failures.computeIfAbsent("search queries: " + failure.reason(), reason -> new ArrayList<>())
                        .add(each.question().id());
                drop(each.question().id(), "search queries", failure.reason()).put("detail", failure.detail());
            } else {
                searchQueries.add(each);
            }
        }
        return searchQueries.size();
    }

    List<Example> examples() {
        return List.copyOf(examples);
    }

    /** Filters examples and notes what that drops. */
    List<Example> filter(Filters filters, List<Example> some) {
        Filters.Result result = filters.apply(some);
        for (Filters.Step step : result.steps()) {
            filtered.add(new Summary.Drop(
                    step.filter(),
                    step.examined(),
                    step.dropped().size(),
                    step.dropped().stream()
                            .limit(2)
                            .map(each -> each.example().id())
                            .toList()));
            for (Filters.Dropped each : step.dropped()) {
                Example example = each.example();
                drop(example.query().id(), step.filter(), each.reason())
                        .put("docId", example.candidate().docId())
                        .put("label", example.label())
                        .put("explanation", example.explanation());
            }
        }
        return result.kept();
    }

    List<Summary.Drop> drops(int pairs, int questions) {
        List<Summary.Drop> drops = new ArrayList<>();
        failures.forEach((reason, ids) -> drops.add(new Summary.Drop(
                reason,
                reason.startsWith("teacher") ? pairs : questions,
                ids.size(),
                ids.subList(0, Math.min(2, ids.size())))));
        drops.addAll(filtered);
        return drops;
    }

    Summary.Agreement agreement() {
        return new Summary.Agreement(compared, agreed, compared - agreed);
    }

    /** Writes all files, each as a whole. */
    void write(List<Example> train, List<Example> dev, Summary summary) {
        whole(ExampleData.TRAIN_FILE, part -> ExampleFile.write(part, train));
        whole(ExampleData.DEV_FILE, part -> ExampleFile.write(part, dev));
        whole(
                "dropped.jsonl",
                part -> Lines.write(part, writer -> {
                    for (ObjectNode json : dropped) {
                        writer.write(json + "\n");
                    }
                }));
        if (!searchQueries.isEmpty()) {
            whole(
                    "search-queries.jsonl",
                    part -> Lines.write(part, writer -> {
                        for (SearchQueries each : searchQueries) {
                            writer.write(json(each) + "\n");
                        }
                    }));
        }
        whole("summary.json", part -> Lines.write(part, writer -> writer.write(summary.json())));
    }

    private static ObjectNode json(SearchQueries each) {
        ObjectNode json = JSON.createObjectNode()
                .put("queryId", each.question().id())
                .put("question", each.question().text());
        each.queries().forEach(json.putArray("queries")::add);
        StringBuilder response = new StringBuilder();
        for (int i = 0; i < each.queries().size(); i++) {
            response.append(i + 1).append(". ").append(each.queries().get(i)).append('\n');
        }
        return json.put("prompt", ChatTeacher.queriesPrompt(each.question()) + "\n\n")
                .put("response", response.toString().strip() + " ##");
    }

    private ObjectNode drop(String queryId, String by, String reason) {
        ObjectNode json =
                JSON.createObjectNode().put("queryId", queryId).put("by", by).put("reason", reason);
        dropped.add(json);
        return json;
    }

    private static void put(ObjectNode json, String field, OptionalInt value) {
        value.ifPresent(number -> json.put(field, number));
    }

    private void whole(String name, Consumer<Path> writer) {
        Path part = out.resolve(name + ".part");
        writer.accept(part);
        try {
            Files.move(part, out.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(out.resolve(name) + ": cannot be written", e);
        }
    }
}
