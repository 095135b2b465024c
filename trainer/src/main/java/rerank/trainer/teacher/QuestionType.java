package rerank.trainer.teacher;

import java.util.Map;

/**
 * How a kind of medical question is spoken of, with "it" for the topic.
 *
 * @param verb what a text of this kind does with its content
 * @param content what a question of this kind asks for
 */
record QuestionType(String verb, String content) {
    private static final Map<String, QuestionType> KNOWN = Map.ofEntries(
            type("information", "explains", "what it is"),
            type("symptoms", "lists", "its symptoms"),
            type("treatment", "says", "how it is treated"),
            type("inheritance", "says", "how it is inherited"),
            type("frequency", "says", "how common it is"),
            type("genetic changes", "names", "the genes behind it"),
            type("causes", "says", "what causes it"),
            type("exams and tests", "says", "how it is diagnosed"),
            type("research", "reports", "research on it"),
            type("outlook", "gives", "its outlook"),
            type("susceptibility", "says", "who is at risk of it"),
            type("considerations", "says", "what to consider with it"),
            type("prevention", "says", "how to prevent it"),
            type("stages", "lists", "its stages"),
            type("complications", "lists", "its complications"));

    /** A type by its name; one that is not known is spoken of by its name. */
    static QuestionType of(String name) {
        return KNOWN.getOrDefault(name, new QuestionType("is about", "its " + name));
    }

    /** Whether a type is spoken of in phrases of its own. */
    static boolean isKnown(String name) {
        return KNOWN.containsKey(name);
    }

    /** What a text of this kind does. */
    String tells() {
        return verb + " " + content;
    }

    private static Map.Entry<String, QuestionType> type(String name, String verb, String content) {
        return Map.entry(name, new QuestionType(verb, content));
    }
}
