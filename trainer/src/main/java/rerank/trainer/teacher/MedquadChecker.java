package rerank.trainer.teacher;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.faithfulness.Claim;
import rerank.trainer.faithfulness.Claim.Kind;
import rerank.trainer.faithfulness.ExplanationChecker;

/**
 * Reads explanations of the form that {@link MedquadTeacher} writes: "The text on Gout lists its symptoms, not how it is
 * treated." claims the topic of the text, the kind of answer in it, and how that suits the question.
 *
 * <p>What is true: a question's kind is its {@code type} in the metadata, its topic the titles of its relevant documents;
 * a document's topic is its title, and it answers the kinds of question that it is judged relevant for, in any split (a
 * partial answer is one to a similar question of the same kind). A document judged for none has no known kind, so claims
 * on that are counted as unknown.
 *
 * <p>Owed are the topic of a text that has a title, what it tells, and how that suits the question.
 */
public final class MedquadChecker implements ExplanationChecker {
    private static final String AS_ASKED = ", as asked";
    private static final String CLOSE = ", which is close to what is asked";
    private static final String OTHER_TOPIC = "; another topic is asked about";
    private static final Pattern CLAUSES = Pattern.compile("the text(?: on (?<topic>.*?))? (?<tells>TELLS)(?<turn>"
            + AS_ASKED + "|" + CLOSE + "|" + OTHER_TOPIC + "|, not [^,;.]+)?\\.?");

    private final Dataset dataset;
    private final String split;
    private final Set<String> types = new HashSet<>();
    private final Map<String, Set<String>> typesOfDocument = new HashMap<>();
    private final Pattern clauses;

    private MedquadChecker(Dataset dataset, String split) {
        this.dataset = dataset;
        this.split = split;
        dataset.metadata().forEach((query, metadata) -> {
            String type = metadata.get("type");
            if (type != null) {
                types.add(type);
                dataset.qrels()
                        .values()
                        .forEach(qrels -> qrels.of(query).forEach((docId, grade) -> {
                            if (grade > 0) {
                                typesOfDocument
                                        .computeIfAbsent(docId, id -> new HashSet<>())
                                        .add(type);
                            }
                        }));
            }
        });
        String tells = types.stream()
                .map(type -> Pattern.quote(QuestionType.of(type).tells()))
                .collect(Collectors.joining("|"));
        this.clauses = Pattern.compile(CLAUSES.pattern().replace("TELLS", tells));
    }

    /** The checker of a split; empty where the data set does not say what kinds of question its queries are. */
    public static Optional<ExplanationChecker> of(Dataset dataset, String split) {
        boolean isTyped = dataset.queries(split).stream()
                .map(query -> dataset.metadata().getOrDefault(query.id(), Map.of()))
                .anyMatch(metadata -> QuestionType.isKnown(metadata.getOrDefault("type", "")));
        return isTyped ? Optional.of(new MedquadChecker(dataset, split)) : Optional.empty();
    }

    /** What is known of a pair. */
    private record Known(
            String askedType, Set<String> names, String title, Set<String> types, int grade, boolean isSameTopic) {}

    @Override
    public Optional<List<Claim>> check(Query query, Candidate candidate, String explanation) {
        String type = dataset.metadata().getOrDefault(query.id(), Map.of()).get("type");
        Set<String> names = new HashSet<>();
        dataset.qrels(split).of(query.id()).forEach((docId, grade) -> {
            if (grade > 0) {
                names.add(dataset.document(docId).title());
            }
        });
        if (type == null || names.isEmpty()) {
            return Optional.empty();
        }
        Known known = new Known(
                type,
                names,
                candidate.title(),
                typesOfDocument.getOrDefault(candidate.docId(), Set.of()),
                dataset.qrels(split).grade(query.id(), candidate.docId()),
                names.stream().anyMatch(name -> plain(name).equals(plain(candidate.title()))));
        String text = explanation.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
        Matcher said = clauses.matcher(text);
        List<Claim> claims = new ArrayList<>();
        if (said.matches()) {
            checkText(known, said, claims);
        } else {
            if (!text.isEmpty()) {
                claims.add(Claim.said(Kind.UNREADABLE, text, false));
            }
            claims.add(Claim.missing(Kind.TOPIC, "the topic of the text: " + known.title()));
            claims.add(Claim.missing(Kind.ANSWER, "what the text tells"));
            claims.add(Claim.missing(Kind.CONSTRAINT, "how that suits the question"));
        }
        return Optional.of(claims);
    }

    private void checkText(Known known, Matcher said, List<Claim> claims) {
        String topic = said.group("topic");
        if (topic != null) {
            claims.add(title(known, topic));
        } else if (!known.title().isBlank()) {
            claims.add(Claim.missing(Kind.TOPIC, "the topic of the text: " + known.title()));
        }
        claims.add(answer(known, said.group("tells")));
        String turn = said.group("turn");
        if (turn == null) {
            claims.add(Claim.missing(Kind.CONSTRAINT, "how that suits the question"));
        } else if (turn.equals(AS_ASKED)) {
            boolean isRight = known.isSameTopic() && known.types().contains(known.askedType());
            claims.add(Claim.said(Kind.CONSTRAINT, "as asked", known.grade() >= 2 || isRight));
        } else if (turn.equals(CLOSE)) {
            claims.add(Claim.said(Kind.CONSTRAINT, "close to what is asked", known.grade() == 1));
        } else if (turn.equals(OTHER_TOPIC)) {
            claims.add(Claim.said(Kind.TOPIC, "another topic", !known.isSameTopic() && known.grade() == 0));
        } else {
            String wanted = turn.substring(", not ".length());
            boolean isAsked = QuestionType.of(known.askedType()).content().equals(wanted);
            boolean isOther = !known.types().contains(known.askedType());
            claims.add(Claim.said(Kind.CONSTRAINT, "not " + wanted, known.isSameTopic() && isAsked && isOther));
        }
    }

    private static Claim title(Known known, String topic) {
        return known.title().isBlank()
                ? new Claim(Kind.TOPIC, topic, Claim.Verdict.UNKNOWN)
                : Claim.said(Kind.TOPIC, topic, isNamed(topic, Set.of(known.title())));
    }

    private Claim answer(Known known, String told) {
        if (known.types().isEmpty()) {
            return new Claim(Kind.ANSWER, told, Claim.Verdict.UNKNOWN);
        }
        boolean isTrue = known.types().stream()
                .anyMatch(type -> QuestionType.of(type).tells().equals(told));
        return Claim.said(Kind.ANSWER, told, isTrue);
    }

    /** Whether a topic is one of these names, or the short form of one. */
    private static boolean isNamed(String topic, Set<String> names) {
        String said = plain(topic);
        return !said.isEmpty()
                && names.stream()
                        .anyMatch(name -> said.equals(plain(name)) || said.equals(plain(TopicName.shortened(name))));
    }

    /** Words in lower case without marks between them. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
    }
}
