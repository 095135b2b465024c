package rerank.trainer.teacher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    private static final int MAX_TOPIC_WORDS = 10;

    private final Map<String, Annotation> annotations;
    private final Map<String, Asked> asked;
    private final Qrels qrels;

    private record Annotation(String topic, List<String> types) {}

    /** A query's kind, the name of its topic, and all names its relevant documents have for that. */
    private record Asked(String type, String topic, TreeSet<String> names) {}

    private MedquadTeacher(Map<String, Annotation> annotations, Map<String, Asked> asked, Qrels qrels) {
        this.annotations = annotations;
        this.asked = asked;
        this.qrels = qrels;
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
            List<String> names = new ArrayList<>();
            qrels.of(query.id()).forEach((docId, grade) -> {
                Annotation annotation = annotations.get(docId);
                if (annotation != null && grade > 0) {
                    names.add(grade > 1 ? 0 : names.size(), annotation.topic());
                }
            });
            if (type != null && !names.isEmpty()) {
                asked.put(query.id(), asked(query, type, names));
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
        int variant = (query.id() + "/" + candidate.docId()).hashCode() >>> 4;
        return Optional.of(new Lesson(label, explanation(question, document, isSameTopic, label, variant)));
    }

    private static String explanation(
            Asked question, Annotation document, boolean isSameTopic, int label, int variant) {
        QuestionType askedType = QuestionType.of(question.type());
        String asks = "Asks " + pick(askedType.asks(), variant).replace("{}", question.topic()) + "; ";
        String type = label > 0 || document.types().contains(question.type())
                ? question.type()
                : document.types().get(0);
        String tells = pick(QuestionType.of(type).tells(), variant / 2);
        if (label == 2) {
            return asks + "the text " + tells + ".";
        }
        if (label == 1) {
            return asks + "the text, an answer to a similar question, " + tells + ".";
        }
        String about = name(document, question);
        if (isSameTopic) {
            List<String> turns =
                    List.of("the text is about " + about + " but " + tells, "the text " + tells + " instead");
            return asks + pick(turns, variant / 4) + ".";
        }
        return asks
                + (about.isEmpty()
                        ? "the text is about something else."
                        : "the text is about " + about
                                + pick(List.of(", another topic.", ", something else."), variant / 4));
    }

    /** The short name of a document's topic, or the long one where another topic has that short name. */
    private static String name(Annotation document, Asked question) {
        String name = shortened(document.topic());
        boolean isAmbiguous =
                name.equalsIgnoreCase(question.topic()) && !question.names().contains(document.topic());
        return isAmbiguous ? document.topic() : name;
    }

    private static String pick(List<String> variants, int variant) {
        return variants.get(variant % variants.size());
    }

    /** Prefers the name that the question itself uses. */
    private static Asked asked(Query query, String type, List<String> names) {
        String text = query.text().toLowerCase(Locale.ROOT);
        String topic = names.stream()
                .map(MedquadTeacher::shortened)
                .filter(name -> text.contains(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(shortened(names.get(0)));
        TreeSet<String> distinct = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        distinct.addAll(names);
        return new Asked(type, topic, distinct);
    }

    /** A topic's name without what stands in brackets or after a semicolon, and not over-long. */
    static String shortened(String topic) {
        String name = topic.replaceAll("\\s*[(\\[][^)\\]]*[)\\]]?", "")
                .split("\\s*;\\s*", 2)[0]
                .strip();
        if (name.isEmpty()) {
            name = topic.strip();
        }
        String[] words = name.split("\\s+");
        return words.length <= MAX_TOPIC_WORDS
                ? name
                : String.join(" ", List.of(words).subList(0, MAX_TOPIC_WORDS));
    }
}
