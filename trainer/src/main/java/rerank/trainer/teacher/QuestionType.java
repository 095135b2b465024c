package rerank.trainer.teacher;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a kind of medical question is spoken of; {@code {}} stands for the topic.
 *
 * @param asks what a question of this kind asks for
 * @param tells what a text of this kind does, with "it" or "its" for the topic
 */
record QuestionType(List<String> asks, List<String> tells) {
    private static final Map<String, QuestionType> KNOWN = Map.ofEntries(
            type(
                    "information",
                    List.of("what {} is", "about {} in general"),
                    List.of("explains what it is", "introduces it")),
            type(
                    "symptoms",
                    List.of("for the symptoms of {}", "how {} shows"),
                    List.of("lists its symptoms", "describes its signs")),
            type(
                    "treatment",
                    List.of("for the treatment of {}", "how {} is treated"),
                    List.of("says how it is treated", "describes its treatment")),
            type(
                    "inheritance",
                    List.of("how {} is inherited", "whether {} runs in families"),
                    List.of("says how it is inherited", "explains its inheritance")),
            type(
                    "frequency",
                    List.of("how common {} is", "how many people have {}"),
                    List.of("says how common it is", "gives its frequency")),
            type(
                    "genetic changes",
                    List.of("which genes are behind {}", "for the genetic changes of {}"),
                    List.of("names the genes behind it", "describes its genetic changes")),
            type(
                    "causes",
                    List.of("what causes {}", "for the causes of {}"),
                    List.of("says what causes it", "gives its causes")),
            type(
                    "exams and tests",
                    List.of("how {} is diagnosed", "for tests of {}"),
                    List.of("says how it is diagnosed", "describes tests for it")),
            type(
                    "research",
                    List.of("for research on {}", "which studies there are on {}"),
                    List.of("reports research on it", "describes studies of it")),
            type(
                    "outlook",
                    List.of("for the outlook with {}", "what to expect with {}"),
                    List.of("gives its outlook", "says what to expect with it")),
            type(
                    "susceptibility",
                    List.of("who is at risk of {}", "who gets {}"),
                    List.of("says who is at risk of it", "names its risk groups")),
            type(
                    "considerations",
                    List.of("what to consider with {}", "what to know about {}"),
                    List.of("says what to consider with it", "gives advice on it")),
            type(
                    "prevention",
                    List.of("how to prevent {}", "for the prevention of {}"),
                    List.of("says how to prevent it", "describes its prevention")),
            type(
                    "stages",
                    List.of("for the stages of {}", "which stages {} has"),
                    List.of("describes its stages", "lists its stages")),
            type(
                    "complications",
                    List.of("for the complications of {}", "what {} can lead to"),
                    List.of("lists its complications", "says what it can lead to")));

    QuestionType {
        asks = List.copyOf(asks);
        tells = List.copyOf(tells);
    }

    /** A type by its name; one that is not known is spoken of by its name. */
    static QuestionType of(String name) {
        return KNOWN.getOrDefault(
                name, new QuestionType(List.of("for " + name + " on {}"), List.of("is about its " + name)));
    }

    /** Whether a type is spoken of in phrases of its own. */
    static boolean isKnown(String name) {
        return KNOWN.containsKey(name);
    }

    /** The topic that a phrase asks this kind of question about, in lower case; empty when it asks another. */
    Optional<String> topicOf(String phrase) {
        for (String form : asks) {
            String[] around = form.toLowerCase(Locale.ROOT).split("\\{}", -1);
            int end = phrase.length() - around[1].length();
            if (end > around[0].length() && phrase.startsWith(around[0]) && phrase.endsWith(around[1])) {
                return Optional.of(phrase.substring(around[0].length(), end));
            }
        }
        return Optional.empty();
    }

    private static Map.Entry<String, QuestionType> type(String name, List<String> asks, List<String> tells) {
        return Map.entry(name, new QuestionType(asks, tells));
    }
}
