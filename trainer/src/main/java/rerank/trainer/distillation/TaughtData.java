package rerank.trainer.distillation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import rerank.model.prompt.PromptBuilder;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.example.ExampleData;
import rerank.trainer.example.ExampleGroups;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.teacher.GroupShape;
import rerank.trainer.teacher.GroupSource;
import rerank.trainer.teacher.MedquadTeacher;
import rerank.trainer.teacher.NonceWords;
import rerank.trainer.teacher.SharedWordsTeacher;
import rerank.trainer.teacher.Teacher;
import rerank.trainer.teacher.TrainingGroup;
import rerank.trainer.teacher.TrainingGroups;

/**
 * A data set with its teacher: what {@code distill} learns from.
 *
 * @param dataset queries, documents, first stage
 * @param teacher who labels and explains
 * @param grouping how candidates of its train split are put together
 * @param instruction what counts as relevant there, in a sentence
 */
public record TaughtData(Dataset dataset, Teacher teacher, Grouping grouping, String instruction) {
    private static final String ANNOTATIONS = "annotations/doc-types.train.tsv";
    private static final int EXPLAINED_GROUPS = 3000;
    private static final int EXPLAINED_SIZE = 8;

    /** Makes groups of a size, drawn with a seed. */
    @FunctionalInterface
    public interface Grouping {
        /** The groups. */
        GroupSource groups(long seed, int size);
    }

    /** Data whose groups are drawn from its judgements and its first stage. */
    public TaughtData(Dataset dataset, Teacher teacher, GroupShape shape, String instruction) {
        this(
                dataset,
                teacher,
                (seed, size) -> new TrainingGroups(dataset, "train", teacher, shape.ofSize(size), seed),
                instruction);
    }

    /**
     * Opens the embedded data by its name, examples, or a directory, which is taught from annotations where it has them and
     * from its judgments otherwise.
     */
    public static TaughtData open(Path path) {
        if (!Files.exists(path)) {
            Optional<Storefront> embedded = Storefront.named(path.getFileName().toString());
            if (embedded.isPresent()) {
                return of(embedded.get());
            }
        }
        if (ExampleData.isAt(path)) {
            ExampleData examples = ExampleData.read(path);
            return new TaughtData(
                    examples.dataset(),
                    examples.teacher(),
                    (seed, size) -> new ExampleGroups(examples.train(), size, seed),
                    examples.instruction());
        }
        Dataset dataset = Dataset.read(path);
        Path annotations = path.resolve(ANNOTATIONS);
        return Files.exists(annotations)
                ? new TaughtData(
                        dataset,
                        MedquadTeacher.read(dataset, "train", annotations),
                        GroupShape.SPARSE,
                        "a text is relevant if it is about the topic of the question and answers what is asked about"
                                + " it")
                : new TaughtData(
                        dataset,
                        new SharedWordsTeacher(dataset.qrels("train")),
                        GroupShape.NEAR_MISSES,
                        "a text is relevant if it helps to answer the query");
    }

    private static TaughtData of(Storefront storefront) {
        return new TaughtData(
                storefront.dataset(),
                storefront.teacher(),
                GroupShape.NEAR_MISSES,
                "a product is relevant if it meets every requirement of the query, and partially relevant if it"
                        + " misses one");
    }

    /** Groups of the train split. */
    public GroupSource groups(long seed, int size) {
        return grouping.groups(seed, size);
    }

    /**
     * Its groups as rows to learn from.
     *
     * @param rows how groups become rows; the template is that of the prompts
     */
    public ExampleSource examples(PromptBuilder prompts, TrainConfig.Rows rows, long seed) {
        GroupSource plain = groups(seed, rows.groupSize());
        GroupSource groups = rows.nonceShare() > 0
                ? new NonceWords(plain, dataset.documents().values(), rows.nonceShare(), seed)
                : plain;
        return new DistillationSource(dataset.name(), groups, plain, prompts, rows, instruction, seed);
    }

    /**
     * Gives every text of the train split once, with its weight: queries, judged documents, and a sample of the
     * teacher's explanations, which the student must be able to write.
     */
    void forEachTrainText(long seed, BiConsumer<String, Double> text) {
        Set<String> documents = new LinkedHashSet<>();
        for (Query query : dataset.queries("train")) {
            text.accept(query.text(), 1.0);
            documents.addAll(dataset.qrels("train").of(query.id()).keySet());
        }
        for (String id : documents) {
            Document document = dataset.document(id);
            text.accept(document.title(), 1.0);
            text.accept(document.text(), 1.0);
        }
        GroupSource groups = groups(seed, EXPLAINED_SIZE);
        for (int i = 0; i < Math.min(EXPLAINED_GROUPS, groups.size()); i++) {
            TrainingGroup group = groups.group(i);
            group.candidates().forEach(candidate -> text.accept(candidate.explanation(), 1.0));
        }
        text.accept(instruction, 1.0);
    }
}
