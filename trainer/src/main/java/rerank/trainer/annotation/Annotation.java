package rerank.trainer.annotation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Query;
import rerank.trainer.chat.AnswerLog;
import rerank.trainer.chat.ChatClient;
import rerank.trainer.chat.ChatConfig;
import rerank.trainer.chat.ChatRequest;
import rerank.trainer.chat.InOrder;
import rerank.trainer.chat.Price;
import rerank.trainer.chat.Spending;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.distillation.TaughtData;
import rerank.trainer.example.Example;
import rerank.trainer.example.Origin;
import rerank.trainer.filter.CheckpointLoss;
import rerank.trainer.filter.ExampleFilter;
import rerank.trainer.filter.Filters;
import rerank.trainer.filter.GenericExplanations;
import rerank.trainer.filter.LabelAgreement;
import rerank.trainer.filter.LabelBalance;
import rerank.trainer.filter.NearDuplicates;
import rerank.trainer.teacher.ChatTeacher;
import rerank.trainer.teacher.Teacher;
import rerank.trainer.teacher.TeacherException;

/**
 * Annotates a data set as an {@link AnnotateConfig} says. A run that ended early, however, is begun again by the same call:
 * what a chat teacher answered is read back from {@code answers.jsonl}.
 */
public final class Annotation {
    private static final String ANSWERS = "answers.jsonl";
    private static final long ASSUMED_ANSWER_TOKENS = 120;
    private static final int SCRIPTED_THREADS = 2;

    private final AnnotateConfig config;
    private final Dataset dataset;
    private final @Nullable TaughtData taught;
    private final PairSampler.Queries queries;
    private final List<ChosenPair> pairs;

    /**
     * Reads the data set and chooses the pairs.
     *
     * @throws rerank.trainer.dataset.DatasetException if the data set has a mistake
     */
    public Annotation(AnnotateConfig config) {
        TaughtData scripted =
                config.chat() == null ? TaughtData.open(config.data().directory()) : null;
        this.taught = scripted;
        this.dataset = scripted == null
                ? Dataset.read(config.data().directory(), config.data().firstStage())
                : scripted.dataset();
        this.config = config;
        this.queries = PairSampler.queries(dataset, config);
        PairSampler sampler = new PairSampler(dataset, queries.known(), config);
        this.pairs = config.explains()
                ? queries.all().stream()
                        .flatMap(query -> sampler.pairs(query).stream())
                        .toList()
                : List.of();
    }

    /** Counts what {@link #run} would do; asks nobody and writes nothing. */
    public Plan plan() {
        Map<Origin, Long> byOrigin = pairs.stream()
                .collect(Collectors.groupingBy(
                        ChosenPair::origin, () -> new EnumMap<>(Origin.class), Collectors.counting()));
        long known =
                pairs.stream().filter(pair -> pair.knownLabel().isPresent()).count();
        ChatConfig chat = config.chat();
        List<ChatRequest> requests = chat == null ? List.of() : requests(chat.settings());
        Path log = config.out().resolve(ANSWERS);
        Set<String> seen = new HashSet<>();
        long answered = 0;
        long promptTokens = 0;
        double answerTokens = ASSUMED_ANSWER_TOKENS;
        boolean isMeasured = false;
        try (AnswerLog answers = Files.exists(log) ? AnswerLog.open(log) : null) {
            for (ChatRequest request : requests) {
                if (!seen.add(request.digest())) {
                    continue;
                }
                if (answers != null && answers.find(request.digest()).isPresent()) {
                    answered++;
                } else {
                    promptTokens += request.estimatedTokens();
                }
            }
            if (answers != null && answers.meanCompletionTokens().isPresent()) {
                answerTokens = answers.meanCompletionTokens().getAsDouble();
                isMeasured = true;
            }
        }
        long open = seen.size() - answered;
        long completionTokens = Math.round(open * answerTokens);
        Price price = chat == null ? Price.NONE : chat.price();
        double most = open == 0 || chat == null
                ? 0
                : (1 + (double) known / seen.size())
                        * price.of(promptTokens, open * chat.settings().maxTokens());
        return new Plan(
                queries.train().size(),
                queries.dev().size(),
                byOrigin,
                known,
                seen.size(),
                answered,
                promptTokens,
                completionTokens,
                isMeasured,
                price.isKnown() ? price.of(promptTokens, completionTokens) : Double.NaN,
                price.isKnown() ? most : Double.NaN);
    }

    /**
     * Annotates, filters and writes.
     *
     * @param environment where the key of a chat endpoint is looked up
     * @throws rerank.trainer.chat.EndpointException if the endpoint cannot be used
     */
    public Summary run(Map<String, String> environment, Watcher watcher) {
        try {
            Files.createDirectories(config.out());
        } catch (IOException e) {
            throw new UncheckedIOException("output directory " + config.out() + ": cannot be made", e);
        }
        ChatConfig chat = config.chat();
        if (chat == null) {
            return scripted(watcher);
        }
        try (AnswerLog answers = AnswerLog.open(config.out().resolve(ANSWERS))) {
            ChatClient client = new ChatClient(chat.endpoint(environment), answers);
            ChatTeacher teacher = new ChatTeacher(client, chat.settings());
            String name = chat.settings().model();
            Results results = annotate(teacher, name, chat.concurrency(), client, chat.price(), watcher);
            int written = config.writesQueries() ? writeQueries(teacher, client, chat, results, watcher) : 0;
            return finish(results, name, written, client.spending(), answers.total(), chat.price(), watcher);
        }
    }

    private Summary scripted(Watcher watcher) {
        if (taught == null) {
            throw new IllegalStateException("no teacher");
        }
        Results results = annotate(taught.teacher(), "scripted", SCRIPTED_THREADS, null, Price.NONE, watcher);
        return finish(results, "scripted", 0, Spending.NONE, Spending.NONE, Price.NONE, watcher);
    }

    private Results annotate(
            Teacher teacher, String name, int threads, @Nullable ChatClient client, Price price, Watcher watcher) {
        watcher.begin("pairs", pairs.size());
        List<AnnotatedPair> annotated = InOrder.map(
                pairs,
                threads,
                pair -> AnnotatedPair.of(pair, teacher, name),
                () -> watcher.step(client == null ? "" : note(client.spending(), price)));
        watcher.end();
        Results results = new Results(config.out());
        annotated.forEach(results::add);
        return results;
    }

    private int writeQueries(
            ChatTeacher teacher, ChatClient client, ChatConfig chat, Results results, Watcher watcher) {
        watcher.begin("questions", queries.train().size());
        List<SearchQueries> found = InOrder.map(
                queries.train(),
                chat.concurrency(),
                query -> searchQueries(teacher, query),
                () -> watcher.step(note(client.spending(), chat.price())));
        watcher.end();
        return results.addQueries(found);
    }

    private static SearchQueries searchQueries(ChatTeacher teacher, Query query) {
        try {
            return new SearchQueries(query, teacher.queries(query), Optional.empty());
        } catch (TeacherException e) {
            return new SearchQueries(query, List.of(), Optional.of(e));
        }
    }

    private Summary finish(
            Results results,
            String teacher,
            int searchQueries,
            Spending spending,
            Spending ofAll,
            Price price,
            Watcher watcher) {
        Set<String> dev = queries.dev().stream().map(Query::id).collect(Collectors.toSet());
        List<Example> agreeing = results.filter(new Filters(List.of(new LabelAgreement())), results.examples());
        List<Example> devExamples = agreeing.stream()
                .filter(example -> dev.contains(example.query().id()))
                .toList();
        List<Example> train = agreeing.stream()
                .filter(example -> !dev.contains(example.query().id()))
                .toList();
        List<Example> kept = filtered(results, train, watcher);
        Summary summary = new Summary(
                teacher,
                pairs.size(),
                results.drops(pairs.size(), queries.train().size()),
                results.agreement(),
                labels(kept),
                labels(devExamples),
                searchQueries,
                spending,
                ofAll,
                price);
        results.write(kept, devExamples, summary);
        return summary;
    }

    private List<Example> filtered(Results results, List<Example> examples, Watcher watcher) {
        AnnotateConfig.Kept wanted = config.filters();
        List<ExampleFilter> filters = new ArrayList<>();
        if (wanted.duplicateSimilarity() > 0) {
            filters.add(new NearDuplicates(wanted.duplicateSimilarity()));
        }
        List<Example> distinct = results.filter(new Filters(filters), examples);
        Path checkpoint = wanted.genericCheckpoint();
        if (checkpoint != null) {
            try (CheckpointLoss losses = new CheckpointLoss(checkpoint)) {
                watcher.begin("explanations weighed", distinct.size());
                var generic = new GenericExplanations(losses, wanted.maxGenericRatio(), () -> watcher.step(""));
                distinct = results.filter(new Filters(List.of(generic)), distinct);
                watcher.end();
            }
        }
        var balance = new LabelBalance(wanted.maxShareOfQuery(), wanted.maxShare(), config.seed());
        return results.filter(new Filters(List.of(balance)), distinct);
    }

    private List<ChatRequest> requests(ChatRequest.Settings settings) {
        List<ChatRequest> requests = new ArrayList<>();
        pairs.forEach(pair -> requests.add(ChatTeacher.request(settings, pair.query(), pair.candidate())));
        if (config.writesQueries()) {
            queries.train().forEach(query -> requests.add(ChatTeacher.request(settings, query)));
        }
        return requests;
    }

    private static String note(Spending spending, Price price) {
        Map<String, Long> parts = new TreeMap<>();
        parts.put("paid", spending.answered());
        parts.put("kept from before", spending.fromLog());
        parts.put("failed", spending.failed() + spending.rejected());
        String counts = parts.entrySet().stream()
                .filter(part -> part.getValue() > 0)
                .map(part -> part.getValue() + " " + part.getKey())
                .collect(Collectors.joining(", "));
        long tokens = spending.promptTokens() + spending.completionTokens();
        return counts + ", " + tokens + " tokens"
                + (price.isKnown() ? String.format(java.util.Locale.ROOT, ", cost %.4f", price.of(spending)) : "");
    }

    private static int[] labels(List<Example> examples) {
        int[] counts = new int[3];
        examples.forEach(example -> counts[example.label()]++);
        return counts;
    }
}
