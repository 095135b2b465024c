package rerank.model.prompt;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import rerank.model.prompt.TemplateBody.Part;
import rerank.model.prompt.TemplateBody.Source;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.CandidateWindow;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;

/**
 * Builds every prompt there is: for training, for sampling and for serving. Safe for use by several threads.
 *
 * <p>Fields are encoded as plain text, so that a document cannot write control tokens; white space around them is
 * dropped. A document that does not fit is cut at its end by tokens, its text first, then its title; instruction, query
 * and label phrase are never cut.
 */
public final class PromptBuilder {
    private final PromptTemplate template;
    private final Tokenizer tokenizer;
    private final int maxPromptTokens;
    private final TemplateBody explainBody;
    private final TemplateBody labelBody;
    private final LabelTokens labelLead;
    private final LabelTokens labelPhrase;
    private final Set<Integer> stopTokens = new HashSet<>();
    private final int[] end;
    private final @Nullable ListPrompts lists;
    private final Map<String, int[]> control = new ConcurrentHashMap<>();

    /**
     * A builder for one template and one checkpoint's tokenizer.
     *
     * @param maxPromptTokens bound on a prompt, up to where the model writes
     * @throws IllegalArgumentException if the tokenizer lacks a token that the template names, or if the labels, or the
     *     identifiers of listed documents, are not distinct single tokens in it
     */
    public PromptBuilder(PromptTemplate template, Tokenizer tokenizer, int maxPromptTokens) {
        if (maxPromptTokens < 1) {
            throw new IllegalArgumentException("maxPromptTokens must be at least 1, was " + maxPromptTokens);
        }
        this.template = template;
        this.tokenizer = tokenizer;
        this.maxPromptTokens = maxPromptTokens;
        ChatFormat chat = template.chat() ? ChatFormat.of(tokenizer) : null;
        explainBody = body(chat, template.explainBody());
        labelBody = body(chat, template.labelBody());
        PromptTemplate.AnswerGrammar answer = template.answer();
        template.controlTokens().forEach(this::requireToken);
        labelLead = LabelTokens.of(tokenizer, template.id(), "label", answer.labelLead(), answer.labels());
        labelPhrase = LabelTokens.of(tokenizer, template.id(), "label", answer.labelPhrase(), answer.labels());
        if (!Arrays.equals(labelLead.labels(), labelPhrase.labels())) {
            throw new IllegalArgumentException("prompt template " + template.id()
                    + ": the labels are other tokens at the start of an answer than after an explanation");
        }
        answer.stopTokens().forEach(name -> stopTokens.add(requireToken(name)));
        tokenizer.endToken().ifPresent(name -> tokenizer.idOf(name).ifPresent(stopTokens::add));
        int[] endOfAnswer = control(answer.end());
        if (chat != null) {
            chat.endTokens().forEach(name -> tokenizer.idOf(name).ifPresent(stopTokens::add));
            endOfAnswer =
                    concat(endOfAnswer, new int[] {requireToken(chat.endTokens().get(0))});
        }
        end = endOfAnswer;
        PromptTemplate.ListGrammar list = template.list();
        lists = list == null
                ? null
                : new ListPrompts(
                        list,
                        rendered(chat, list.body()),
                        LabelTokens.of(tokenizer, template.id(), "identifier", list.lead(), list.identifiers()),
                        tokenizer,
                        this::control,
                        maxPromptTokens);
    }

    /** Whether it builds prompts that ask for explanations; otherwise only those of task LABEL. */
    public boolean explains() {
        return template.explains();
    }

    /** The name and version of the template. */
    public String promptVersion() {
        return template.id();
    }

    /**
     * The prompt of a pair, ending exactly where the model writes: after the label phrase for LABEL, after the given
     * label and what leads to its explanation for JUSTIFY.
     *
     * @throws PromptTooLongException if it does not fit even without the document
     * @throws IllegalArgumentException if it asks for an explanation and the template knows none
     */
    public EncodedPrompt prompt(Pair pair) {
        if (pair.task() != Pair.Task.LABEL && !explains()) {
            throw new IllegalArgumentException(
                    "prompt template " + template.id() + " has no explanations; use mode label");
        }
        LabelDistribution given = pair.given();
        int label = given == null ? -1 : given.label();
        return prompt(pair.query(), pair.candidate(), pair.task(), lead(pair.task(), label));
    }

    /**
     * The prompt of a window, ending where the model names its best candidate. Of documents that do not all fit, each gets the
     * same room, and those that are longer share what shorter ones leave; each is cut as a pair's is.
     *
     * @throws PromptTooLongException if it does not fit even without the documents
     * @throws IllegalArgumentException if the template knows no lists
     */
    public EncodedPrompt prompt(CandidateWindow window) {
        if (lists == null) {
            throw new IllegalArgumentException(
                    "prompt template " + template.id() + " has no lists; its modes are " + template.modes());
        }
        return lists.prompt(window);
    }

    /** The tokens that name the candidates of a window, in order; empty for a template that knows no lists. */
    public int[] identifierTokens() {
        return lists == null ? new int[0] : lists.identifierTokens();
    }

    /** The tokens to force between an explanation and its label. */
    public int[] labelPhrase() {
        return labelPhrase.phrase().clone();
    }

    /** The tokens of the labels 0, 1 and 2, or of no and yes. */
    public int[] labelTokens() {
        return labelPhrase.labels().clone();
    }

    /** Tokens that end an explanation. */
    public Set<Integer> stopTokens() {
        return Set.copyOf(stopTokens);
    }

    /** Texts that end an explanation. */
    public List<String> stopStrings() {
        return template.answer().stopStrings();
    }

    /**
     * The prompt of a pair with its right answer. Only the prompt is held to the limit on prompts.
     *
     * @param label the right label, 0 to 2
     * @param explanation not used for LABEL
     * @param order LABEL: the label only; EXPLAIN: explanation, then label; JUSTIFY: label, then explanation
     * @throws PromptTooLongException if the prompt does not fit even without the document
     */
    public TrainingSequence trainingSequence(
            Query query, Candidate candidate, int label, String explanation, Pair.Task order) {
        if (!explains()) {
            throw new IllegalArgumentException("prompt template " + template.id() + " has the labels "
                    + template.answer().labels() + "; training needs one with labels 0, 1 and 2 and explanations");
        }
        if (label < 0 || label > 2) {
            throw new IllegalArgumentException("query " + query.id() + ": label " + label + " is not 0, 1 or 2");
        }
        int[] lead = lead(order, label);
        EncodedPrompt prompt = prompt(query, candidate, order, lead);
        int promptLength = prompt.tokenIds().length;
        int[] answer = new int[0];
        int labelPosition = promptLength - 1;
        if (order == Pair.Task.JUSTIFY) {
            answer = concat(explanationTokens(template.answer().explanationPhrase(), explanation), end);
            labelPosition = promptLength - lead.length + labelLead.phrase().length - 1;
        } else if (order == Pair.Task.EXPLAIN) {
            answer = concat(explanationTokens(template.answer().explainLead(), explanation), labelPhrase.phrase());
            labelPosition = promptLength + answer.length - 1;
        }
        EncodedPrompt sequence = prompt.plus(answer);
        boolean[] targets = new boolean[sequence.tokenIds().length];
        Arrays.fill(targets, promptLength - 1, targets.length - 1, true);
        return new TrainingSequence(sequence, targets, labelPosition);
    }

    private int[] lead(Pair.Task task, int label) {
        if (task == Pair.Task.EXPLAIN) {
            return control(withoutLastSpace(template.answer().explainLead()));
        }
        if (task == Pair.Task.LABEL) {
            return labelLead.phrase();
        }
        int[] phrase = control(withoutLastSpace(template.answer().explanationPhrase()));
        return concat(labelLead.phrase(), new int[] {labelLead.labels()[label]}, phrase);
    }

    /** The space that ends a lead is the first thing the model writes, as part of its first word. */
    private int[] explanationTokens(String lead, String explanation) {
        return tokenizer
                .encode((lead.endsWith(" ") ? " " : "") + explanation.strip())
                .ids();
    }

    private EncodedPrompt prompt(Query query, Candidate candidate, Pair.Task task, int[] lead) {
        String title = candidate.title().strip();
        String text = candidate.text().strip();
        Map<Source, String> values = new EnumMap<>(Source.class);
        values.put(Source.INSTRUCTION, query.instruction().strip());
        values.put(Source.QUERY, query.text().strip());
        values.put(Source.TITLE, title);
        values.put(Source.TEXT, text);
        TemplateBody body = task == Pair.Task.EXPLAIN ? explainBody : labelBody;
        PromptFitting fitting = new PromptFitting(tokenizer);
        for (Part part : body.fill(values)) {
            fitting.add(part, this::control);
        }
        int limit = maxPromptTokens - lead.length;
        if (fitting.fixedTokens() > limit) {
            throw new PromptTooLongException(query.id(), fitting.fixedTokens() + lead.length, maxPromptTokens);
        }
        TokenFlags flags = template.tokenTypes().flags(query.text().strip(), title, text);
        return fitting.fitted(limit, flags).ledBy(lead, flags == null ? 0 : flags.answerFlag());
    }

    private TemplateBody body(@Nullable ChatFormat chat, String text) {
        return new TemplateBody(rendered(chat, text));
    }

    private String rendered(@Nullable ChatFormat chat, String text) {
        if (chat == null) {
            return text;
        }
        String rendered = chat.render(template.system(), text);
        PromptTemplate.tokenNames(rendered).forEach(this::requireToken);
        return rendered;
    }

    private int[] control(String text) {
        return control.computeIfAbsent(text, tokenizer::encodeWithSpecials);
    }

    private int requireToken(String name) {
        OptionalInt id = tokenizer.idOf(name);
        return id.orElseThrow(() ->
                new IllegalArgumentException("prompt template " + template.id() + ": the tokenizer" + " has no token "
                        + name + "; name the template that the checkpoint was trained with in reranker.json"));
    }

    private static String withoutLastSpace(String text) {
        return text.endsWith(" ") ? text.substring(0, text.length() - 1) : text;
    }

    private static int[] concat(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }
}
