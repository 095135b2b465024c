package rerank.trainer.distillation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;
import rerank.trainer.teacher.GroupShape;
import rerank.trainer.teacher.MedquadTeacher;
import rerank.trainer.teacher.SharedWordsTeacher;
import rerank.trainer.teacher.Teacher;
import rerank.trainer.teacher.TrainingGroup;
import rerank.trainer.teacher.TrainingGroups;

/**
 * A data set with its teacher: what {@code distill} learns from.
 *
 * @param dataset queries, documents, first stage
 * @param teacher who labels and explains
 * @param shape of its groups
 * @param instruction what counts as relevant there, in a sentence
 */
record TaughtData(Dataset dataset, Teacher teacher, GroupShape shape, String instruction) {
    /** What the configuration calls the embedded data. */
    static final String STOREFRONT = "storefront";

    private static final String ANNOTATIONS = "annotations/doc-types.train.tsv";
    private static final int EXPLAINED_GROUPS = 3000;

    /**
     * Opens the embedded data by its name, or a directory, which is taught from annotations where it has them and from its
     * judgments otherwise.
     */
    static TaughtData open(Path path) {
        if (path.getFileName().toString().equals(STOREFRONT) && !Files.exists(path)) {
            Storefront storefront = Storefront.generate(StorefrontConfig.DEFAULT);
            return new TaughtData(
                    storefront.dataset(),
                    storefront.teacher(),
                    GroupShape.NEAR_MISSES,
                    "a product is relevant if it meets every requirement of the query, and partially relevant if it"
                            + " misses one");
        }
        Dataset dataset = Dataset.read(path);
        Path annotations = path.resolve(ANNOTATIONS);
        return Files.exists(annotations)
                ? new TaughtData(
                        dataset,
                        MedquadTeacher.read(dataset, "train", annotations),
                        GroupShape.SPARSE,
                        "a text is relevant if it is about the topic of the question and answers what is asked about it")
                : new TaughtData(
                        dataset,
                        new SharedWordsTeacher(dataset.qrels("train")),
                        GroupShape.NEAR_MISSES,
                        "a text is relevant if it helps to answer the query");
    }

    /** Groups of the train split. */
    TrainingGroups groups(long seed) {
        return new TrainingGroups(dataset, "train", teacher, shape, seed);
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
        TrainingGroups groups = groups(seed);
        for (int i = 0; i < Math.min(EXPLAINED_GROUPS, groups.size()); i++) {
            TrainingGroup group = groups.group(i);
            group.candidates().forEach(candidate -> text.accept(candidate.explanation(), 1.0));
        }
        text.accept(instruction, 1.0);
    }
}
