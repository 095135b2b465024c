package rerank.trainer.teacher;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Tsv;

/**
 * Teaches medical questions from annotations: which topic each document is about, and which kinds of question it
 * answers. Judged pairs keep their grade; of the others, a document on another topic or of another kind is irrelevant, and
 * one on the same topic and of the same kind is no lesson, since it may well be an answer that nobody judged.
 */
public final class MedquadTeacher implements Teacher {
    private static final double REWORDED = 0.35;

    private final Map<String, Annotation> annotations;
    private final Map<String, Asked> asked;
    private final Qrels qrels;

    /** Queries of each kind. */
    private final Map<String, Integer> ofType = new HashMap<>();

    /** The documents of a topic, and what they answer. */
    private final Map<String, Map<String, Annotation>> onTopic = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private record Annotation(String topic, List<String> types) {}

    /** A query's kind, the name of its topic, and all names that its relevant documents have for that. */
    private record Asked(String type, String topic, TreeSet<String> names) {}

    private MedquadTeacher(Map<String, Annotation> annotations, Map<String, Asked> asked, Qrels qrels) {
        this.annotations = annotations;
        this.asked = asked;
        this.qrels = qrels;
        asked.values().forEach(question -> ofType.merge(question.type(), 1, Integer::sum));
        annotations.forEach((docId, annotation) -> onTopic.computeIfAbsent(annotation.topic(), topic -> new TreeMap<>())
                .put(docId, annotation));
    }

    /**
     * Reads the annotations: {@code corpus-id, topic, types} with a header line, tab separated, the types with {@code |}
     * between them.
     *
     * @param dataset whose query metadata has the {@code type} of each question
     * @param split whose queries are taught
     */
    public static MedquadTeacher read(Dataset dataset, String split, Path annotationFile) {
        Map<String, Annotation> annotations = new HashMap<>();
        Tsv.read(
                annotationFile,
                List.of("corpus-id", "topic", "types"),
                row -> annotations.put(
                        row.get(0),
                        new Annotation(row.get(1), List.of(row.get(2).split("\\|")))));
        Qrels qrels = dataset.qrels(split);
        Map<String, Asked> asked = new HashMap<>();
        for (Query query : dataset.queries(split)) {
            String type = dataset.metadata().getOrDefault(query.id(), Map.of()).get("type");
            TreeSet<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            qrels.of(query.id()).forEach((docId, grade) -> {
                Annotation annotation = annotations.get(docId);
                if (annotation != null && grade > 0) {
                    names.add(annotation.topic());
                }
            });
            if (type != null && !names.isEmpty()) {
                asked.put(query.id(), new Asked(type, usedIn(query.text(), names), names));
            }
        }
        return new MedquadTeacher(annotations, asked, qrels);
    }

    @Override
    public Optional<Lesson> teach(Query query, Candidate candidate) {
        Asked question = asked.get(query.id());
        Annotation document = annotations.get(candidate.docId());
        if (question == null || document == null) {
            return Optional.empty();
        }
        boolean isSameTopic = question.names().contains(document.topic());
        int label = Math.max(0, Math.min(2, qrels.grade(query.id(), candidate.docId())));
        if (label == 0 && isSameTopic && document.types().contains(question.type())) {
            return Optional.empty();
        }
        return Optional.of(new Lesson(label, explanation(question, document, candidate.title(), isSameTopic, label)));
    }

    /** Texts on the topic that is asked about which answer other kinds of question. */
    @Override
    public List<String> lookalikes(Query query) {
        Asked question = asked.get(query.id());
        return question == null
                ? List.of()
                : question.names().stream()
                        .flatMap(name -> onTopic.getOrDefault(name, Map.of()).entrySet().stream())
                        .filter(text -> !text.getValue().types().contains(question.type()))
                        .map(Map.Entry::getKey)
                        .filter(docId -> qrels.grade(query.id(), docId) == 0)
                        .toList();
    }

    /**
     * By the square root of how many times rarer than the commonest its kind is: one question in 400 asks for complications,
     * one in four for what something is.
     */
    @Override
    public int repeats(Query query) {
        Asked question = asked.get(query.id());
        if (question == null) {
            return 1;
        }
        int commonest = Collections.max(ofType.values());
        return (int) Math.round(Math.sqrt((double) commonest / ofType.getOrDefault(question.type(), commonest)));
    }

    /** Some questions are put as people put them: those of the data set are templates. */
    @Override
    public String wording(Query query, Random random) {
        Asked question = asked.get(query.id());
        if (question == null || random.nextDouble() >= REWORDED) {
            return query.text();
        }
        return ConsumerQuestions.ask(question.type(), TopicName.shortened(question.topic()), random);
    }

    /** Topic and kind of what the text tells, then how that suits the question. */
    private static String explanation(
            Asked question, Annotation document, String title, boolean isSameTopic, int label) {
        String subject = TopicName.subject(title.isBlank() ? document.topic() : title);
        String type = label > 0 || document.types().contains(question.type())
                ? question.type()
                : document.types().get(0);
        String tells = subject + " " + QuestionType.of(type).tells();
        if (label == 2) {
            return tells + ", as asked.";
        }
        if (label == 1) {
            return tells + ", which is close to what is asked.";
        }
        return isSameTopic
                ? tells + ", not " + QuestionType.of(question.type()).content() + "."
                : tells + "; another topic is asked about.";
    }

    /** Prefers the longest name that the question itself uses. */
    private static String usedIn(String question, TreeSet<String> names) {
        String text = question.toLowerCase(Locale.ROOT);
        return names.stream()
                .filter(name -> text.contains(TopicName.shortened(name).toLowerCase(Locale.ROOT)))
                .max(Comparator.comparingInt(String::length))
                .orElse(names.first());
    }
}
