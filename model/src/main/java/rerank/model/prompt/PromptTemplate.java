package rerank.model.prompt;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The wording and grammar of prompts and answers, read from a versioned resource. A change of wording is a new version,
 * for every result and every trained checkpoint names the one it was made with.
 *
 * <p>Bodies hold the fields {@code {instruction}}, {@code {query}}, {@code {title}} and {@code {text}};
 * {@code {?title}...{/}} is left out when the field is empty. A space before a field belongs to the field's first word.
 *
 * @param id name and version, for example {@code compact-v1}
 * @param chat the bodies are user messages, to be put into the chat format of the checkpoint's family
 * @param tokenTypes what the types of its tokens tell
 * @param system the system message of a chat; empty without one
 * @param explainBody asks for an explanation, then the label
 * @param labelBody asks for the label, then an explanation
 * @param answer how answers are written
 */
public record PromptTemplate(
        String id,
        boolean chat,
        TokenTypes tokenTypes,
        String system,
        String explainBody,
        String labelBody,
        AnswerGrammar answer) {
    /** Names of the templates that are built in. */
    public static final List<String> BUILT_IN = List.of("compact-v1", "compact-v2", "interank-chat-v1");

    /**
     * How answers are written. Texts may name special tokens.
     *
     * @param labels what stands for the labels 0, 1 and 2
     * @param explainLead begins an answer whose explanation comes first
     * @param labelLead begins an answer whose label comes first
     * @param labelPhrase between an explanation and its label
     * @param explanationPhrase between a label and its explanation
     * @param end ends an answer
     * @param stopTokens names of tokens that end an explanation
     * @param stopStrings texts that end an explanation
     */
    public record AnswerGrammar(
            List<String> labels,
            String explainLead,
            String labelLead,
            String labelPhrase,
            String explanationPhrase,
            String end,
            List<String> stopTokens,
            List<String> stopStrings) {
        public AnswerGrammar {
            labels = List.copyOf(labels);
            stopTokens = List.copyOf(stopTokens);
            stopStrings = List.copyOf(stopStrings);
            if (labels.size() != 3) {
                throw new IllegalArgumentException("a template needs the labels 0, 1 and 2, got " + labels);
            }
        }
    }

    private static final Pattern TOKEN_NAME = Pattern.compile("<\\|[^|<>]*\\|>");

    /** Names of the control tokens that the template uses, each once, which a tokenizer made for it needs. */
    public List<String> controlTokens() {
        return tokenNames(String.join(" ", explainBody, labelBody, String.join(" ", answer.labels()))
                + String.join(" ", answer.explainLead(), answer.labelLead(), answer.labelPhrase())
                + String.join(" ", answer.explanationPhrase(), answer.end(), String.join(" ", answer.stopTokens())));
    }

    static List<String> tokenNames(String text) {
        return TOKEN_NAME
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .distinct()
                .toList();
    }

    /**
     * Reads a built-in template.
     *
     * @throws IllegalArgumentException if there is none of that name, naming those there are
     */
    public static PromptTemplate load(String id) {
        if (!BUILT_IN.contains(id)) {
            throw new IllegalArgumentException("unknown prompt template '" + id + "'; known are " + BUILT_IN);
        }
        return PromptTemplateFile.readResource(id);
    }
}
