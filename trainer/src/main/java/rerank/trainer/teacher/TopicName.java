package rerank.trainer.teacher;

import java.util.List;

/** How explanations call what a document is about: by the beginning of its title, as the document writes it. */
final class TopicName {
    private static final int MAX_WORDS = 4;

    private TopicName() {}

    /** A topic's name without what stands in brackets or after a semicolon or a dash, and not over-long. */
    static String shortened(String topic) {
        String name = topic.replaceAll("\\s*[(\\[][^)\\]]*[)\\]]?", "")
                .split("\\s*;\\s*|\\s+-\\s+", 2)[0]
                .strip();
        if (name.isEmpty()) {
            name = topic.strip();
        }
        String[] words = name.split("\\s+");
        return words.length <= MAX_WORDS
                ? name
                : String.join(" ", List.of(words).subList(0, MAX_WORDS)).replaceFirst(",$", "");
    }

    /** "The text on" a title, or "The text" where there is none. */
    static String subject(String title) {
        return title.isBlank() ? "The text" : "The text on " + shortened(title);
    }
}
