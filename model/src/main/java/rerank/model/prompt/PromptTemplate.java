package rerank.model.prompt;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rerank.model.prompt.TemplateBody.Part;
import rerank.model.prompt.TemplateBody.Source;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.CandidateWindow;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Query;

/**
 * The wording and grammar of prompts and answers, read from a versioned resource. A change of wording is a new version,
 * for every result and every trained checkpoint names the one it was made with.
 *
 * <p>Bodies hold the fields {@code {instruction}}, {@code {query}}, {@code {title}} and {@code {text}};
 * {@code {?title}...{/}} is left out when the field is empty, {@code {!title}...{/}} when it is not. A space before a
 * field belongs to the field's first word, and line breaks after instruction or query to its last one, where the tokens of
 * the whole text would have them.
 *
 * @param id name and version, for example {@code compact-v1}
 * @param chat the bodies are user messages, to be put into the chat format of the checkpoint's family
 * @param tokenTypes what the types of its tokens tell
 * @param system the system message of a chat; empty without one
 * @param explainBody asks for an explanation, then the label; empty for a template that knows labels alone
 * @param labelBody asks for the label, then an explanation
 * @param answer how answers are written
 * @param list asks for an order of several documents; null for a template that knows none
 */
public record PromptTemplate(
        String id,
        boolean chat,
        TokenTypes tokenTypes,
        String system,
        String explainBody,
        String labelBody,
        AnswerGrammar answer,
        @Nullable ListGrammar list) {
    /** Names of the templates that are built in. */
    public static final List<String> BUILT_IN =
            List.of("compact-v1", "compact-v2", "compact-v3", "compact-v4", "interank-chat-v1", "qwen3-reranker-v1");

    /**
     * How answers are written. Texts may name special tokens.
     *
     * @param labels what stands for the labels 0, 1 and 2, or for no and yes
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
            if (labels.size() != 2 && labels.size() != 3) {
                throw new IllegalArgumentException(
                        "a template needs the labels 0, 1 and 2, or those for no and yes, got " + labels);
            }
        }
    }

    /**
     * How an order of documents is asked for.
     *
     * @param body holds {@code {documents}} between instruction and query, which all windows of a query share, and the rest
     * @param document one of the documents; {@code {identifier}} is its identifier
     * @param identifiers what the documents are called, in the order they stand
     * @param lead begins an answer; the identifier of the best document follows
     */
    public record ListGrammar(String body, String document, List<String> identifiers, String lead) {
        static final String DOCUMENTS = "{documents}";
        static final String IDENTIFIER = "{identifier}";

        public ListGrammar {
            identifiers = List.copyOf(identifiers);
            if (identifiers.size() != CandidateWindow.MOST) {
                throw new IllegalArgumentException("a list of documents needs " + CandidateWindow.MOST
                        + " identifiers, got " + identifiers.size());
            }
            if (body.split(Pattern.quote(DOCUMENTS), -1).length != 2 || !document.contains(IDENTIFIER)) {
                throw new IllegalArgumentException(
                        "section [list] holds " + DOCUMENTS + " once, and section [document] " + IDENTIFIER);
            }
        }
    }

    public PromptTemplate {
        if (list != null && tokenTypes != TokenTypes.NONE) {
            throw new IllegalArgumentException(
                    "prompt template " + id + " has a section [list] and token types, which" + " tell of one document");
        }
        if (answer.labels().size() == 2 && !explainBody.isEmpty()) {
            throw new IllegalArgumentException("prompt template " + id + " has two labels and a section [explain];"
                    + " explanations lead to one of three labels");
        }
    }

    private static final Pattern TOKEN_NAME = Pattern.compile("<\\|[^|<>]*\\|>");

    /** Whether it asks for explanations; otherwise for labels alone. */
    public boolean explains() {
        return !explainBody.isEmpty();
    }

    /** Whether the first word of an explanation has a space before it, as words behind others have. */
    public boolean beginsExplanationsApart() {
        return answer.explainLead().endsWith(" ") && answer.explanationPhrase().endsWith(" ");
    }

    /** The modes that prompts can be built for. */
    public Set<Mode> modes() {
        Set<Mode> modes = new HashSet<>(explains() ? Mode.OF_LANGUAGE_MODELS : Set.of(Mode.LABEL));
        if (list != null) {
            modes.add(Mode.LISTWISE);
        }
        return Set.copyOf(modes);
    }

    /** Names of the control tokens that the template uses, each once, which a tokenizer made for it needs. */
    public List<String> controlTokens() {
        String listed = list == null ? "" : String.join(" ", list.body(), list.document(), list.lead());
        return tokenNames(String.join(" ", listed, explainBody, labelBody, String.join(" ", answer.labels()))
                + String.join(" ", answer.explainLead(), answer.labelLead(), answer.labelPhrase())
                + String.join(" ", answer.explanationPhrase(), answer.end(), String.join(" ", answer.stopTokens())));
    }

    /**
     * The text that asks to explain a pair, then to label it, for a model that is asked in text: what {@link PromptBuilder}
     * makes tokens of, with nothing cut.
     */
    public String explainText(Query query, Candidate candidate) {
        return new TemplateBody(explainBody)
                        .fill(Map.of(
                                Source.INSTRUCTION, query.instruction().strip(),
                                Source.QUERY, query.text().strip(),
                                Source.TITLE, candidate.title().strip(),
                                Source.TEXT, candidate.text().strip()))
                        .stream()
                        .map(Part::text)
                        .collect(Collectors.joining());
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
