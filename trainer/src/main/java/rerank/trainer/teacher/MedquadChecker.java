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
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.faithfulness.Claim;
import rerank.trainer.faithfulness.Claim.Kind;
import rerank.trainer.faithfulness.ExplanationChecker;

/**
 * Reads explanations of the form that {@link MedquadTeacher} writes: "Asks how gout is treated; the text is about gout
 * but lists its symptoms." claims a topic and a kind of question, the topic of the text, and the kind of answer in it.
 *
 * <p>What is true: a question's kind is its {@code type} in the metadata, its topic the titles of its relevant documents;
 * a document's topic is its title, and it answers the kinds of question that it is judged relevant for, in any split (a
 * partial answer is one to a similar question of the same kind). A document judged for none has no known kind, so claims on that are counted as unknown.
 *
 * <p>Owed are both halves, each with topic and kind; of a text on another topic, which topic, and that it is another.
 */
public final class MedquadChecker implements ExplanationChecker {
    private static final Pattern HALVES = Pattern.compile("(?:asks (.*?))?(?:(?:; |^)the text(,? .*?))?\\.?");
    private static final String SIMILAR = ", an answer to a similar question, ";
    private static final Pattern ABOUT =
            Pattern.compile(" is about (?<topic>.*?)(?<turn>, another topic|, something else| but .*)");
    private static final String VAGUE = " is about something else";

    private final Dataset dataset;
    private final String split;
    private final Set<String> types = new HashSet<>();
    private final Map<String, Set<String>> typesOfDocument = new HashMap<>();

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
        Matcher halves = HALVES.matcher(text);
        List<Claim> claims = new ArrayList<>();
        boolean isRead = halves.matches();
        if (!isRead) {
            claims.add(Claim.said(Kind.UNREADABLE, text, false));
        }
        checkQuestion(known, isRead ? halves.group(1) : null, claims);
        checkText(known, isRead ? halves.group(2) : null, claims);
        return Optional.of(claims);
    }

    private void checkQuestion(Known known, @Nullable String said, List<Claim> claims) {
        if (said == null) {
            claims.add(Claim.missing(Kind.TOPIC, "the topic of the question"));
            claims.add(Claim.missing(Kind.ANSWER, "what is asked: " + known.askedType()));
            return;
        }
        // The words may fit several kinds: the one asked goes first.
        for (String type : asked(known)) {
            Optional<String> topic = QuestionType.of(type).topicOf(said);
            if (topic.isPresent()) {
                claims.add(Claim.said(Kind.TOPIC, topic.get(), isNamed(topic.get(), known.names())));
                claims.add(Claim.said(Kind.ANSWER, "asks: " + type, type.equals(known.askedType())));
                return;
            }
        }
        claims.add(Claim.said(Kind.UNREADABLE, said, false));
        claims.add(Claim.missing(Kind.TOPIC, "the topic of the question"));
    }

    private List<String> asked(Known known) {
        List<String> ordered = new ArrayList<>(List.of(known.askedType()));
        types.stream().sorted().filter(type -> !type.equals(known.askedType())).forEach(ordered::add);
        return ordered;
    }

    private void checkText(Known known, @Nullable String said, List<Claim> claims) {
        if (said == null) {
            oweText(known, claims);
            return;
        }
        Matcher about = ABOUT.matcher(said);
        if (said.equals(VAGUE)) {
            claims.add(Claim.said(Kind.TOPIC, "something else", !known.isSameTopic()));
            if (!known.title().isBlank()) {
                claims.add(Claim.missing(Kind.TOPIC, "which topic"));
            }
        } else if (about.matches()) {
            String turn = about.group("turn");
            boolean isContrast = turn.startsWith(" but ");
            claims.add(title(known, about.group("topic")));
            if (isContrast) {
                claims.add(answer(known, turn.substring(" but ".length()), true));
            } else {
                claims.add(Claim.said(Kind.TOPIC, turn.substring(2), !known.isSameTopic()));
            }
        } else {
            boolean isSimilar = said.startsWith(SIMILAR);
            boolean isContrast = said.endsWith(" instead");
            String told = isSimilar ? said.substring(SIMILAR.length()) : said.strip();
            claims.add(Claim.said(Kind.TOPIC, "it", known.isSameTopic()));
            if (isSimilar) {
                claims.add(Claim.said(Kind.ANSWER, "a similar question", known.grade() == 1));
            }
            claims.add(answer(known, isContrast ? told.replaceAll(" instead$", "") : told, isContrast));
        }
    }

    private static void oweText(Known known, List<Claim> claims) {
        claims.add(Claim.missing(Kind.TOPIC, "the topic of the text: " + known.title()));
        claims.add(
                known.isSameTopic()
                        ? Claim.missing(Kind.ANSWER, "what the text tells")
                        : Claim.missing(Kind.TOPIC, "that it is another topic"));
    }

    private static Claim title(Known known, String topic) {
        return known.title().isBlank()
                ? new Claim(Kind.TOPIC, topic, Claim.Verdict.UNKNOWN)
                : Claim.said(Kind.TOPIC, topic, isNamed(topic, Set.of(known.title())));
    }

    /** The kind of answer; as a contrast, it must not be the kind asked for, either. */
    private Claim answer(Known known, String told, boolean isContrast) {
        Optional<String> type = types.stream()
                .sorted()
                .filter(one -> QuestionType.of(one).tells().contains(told))
                .findFirst();
        if (type.isEmpty()) {
            return Claim.said(Kind.UNREADABLE, told, false);
        }
        if (known.types().isEmpty()) {
            return new Claim(Kind.ANSWER, told, Claim.Verdict.UNKNOWN);
        }
        boolean isOther = !known.types().contains(known.askedType());
        return Claim.said(Kind.ANSWER, told, known.types().contains(type.get()) && (isOther || !isContrast));
    }

    /** Whether a topic is one of these names, or the short form of one. */
    private static boolean isNamed(String topic, Set<String> names) {
        String said = plain(topic);
        return !said.isEmpty()
                && names.stream()
                        .anyMatch(
                                name -> said.equals(plain(name)) || said.equals(plain(MedquadTeacher.shortened(name))));
    }

    /** Words in lower case without marks between them. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
    }
}
