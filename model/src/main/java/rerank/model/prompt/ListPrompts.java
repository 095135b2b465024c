package rerank.model.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import rerank.model.prompt.TemplateBody.Part;
import rerank.model.prompt.TemplateBody.Source;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.CandidateWindow;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;

/** Builds prompts that put several documents before the model at once. Safe for use by several threads. */
final class ListPrompts {
    private final TemplateBody before;
    private final TemplateBody after;
    private final List<TemplateBody> documents = new ArrayList<>();
    private final LabelTokens identifiers;
    private final Tokenizer tokenizer;
    private final Function<String, int[]> control;
    private final int maxPromptTokens;

    /**
     * Prompts of one template.
     *
     * @param body that of the grammar, in the chat format of the checkpoint
     * @param identifiers tokens of the lead, and of each identifier behind it
     * @param control makes tokens of a text of ours
     */
    ListPrompts(
            PromptTemplate.ListGrammar grammar,
            String body,
            LabelTokens identifiers,
            Tokenizer tokenizer,
            Function<String, int[]> control,
            int maxPromptTokens) {
        String[] parts = body.split(Pattern.quote(PromptTemplate.ListGrammar.DOCUMENTS), -1);
        this.before = new TemplateBody(parts[0]);
        this.after = new TemplateBody(parts[1]);
        for (String identifier : grammar.identifiers()) {
            documents.add(new TemplateBody(
                    grammar.document().replace(PromptTemplate.ListGrammar.IDENTIFIER, identifier) + "\n"));
        }
        this.identifiers = identifiers;
        this.tokenizer = tokenizer;
        this.control = control;
        this.maxPromptTokens = maxPromptTokens;
    }

    int[] identifierTokens() {
        return identifiers.labels().clone();
    }

    EncodedPrompt prompt(CandidateWindow window) {
        Query query = window.query();
        Map<Source, String> asked = new EnumMap<>(Source.class);
        asked.put(Source.INSTRUCTION, query.instruction().strip());
        asked.put(Source.QUERY, query.text().strip());
        EncodedPrompt head = withoutDocument(fitting(before, asked));
        int[] tail = withoutDocument(fitting(after, asked)).tokenIds();
        int[] lead = identifiers.phrase();
        List<PromptFitting> listed = new ArrayList<>();
        int fixed = head.tokenIds().length + tail.length + lead.length;
        for (Candidate candidate : window.candidates()) {
            PromptFitting document = fitting(documents.get(listed.size()), fields(candidate));
            listed.add(document);
            fixed += document.fixedTokens();
        }
        if (fixed > maxPromptTokens) {
            throw new PromptTooLongException(query.id(), fixed, maxPromptTokens);
        }
        int[] ids = head.tokenIds();
        for (int[] document : fitted(listed, maxPromptTokens - fixed)) {
            ids = concat(ids, document);
        }
        ids = concat(concat(ids, tail), lead);
        return new EncodedPrompt(ids, new int[ids.length], head.instructionTokens(), head.tokenIds().length);
    }

    /** Documents with as much of each as an equal share of the room takes; what short ones leave goes to the others. */
    private static List<int[]> fitted(List<PromptFitting> listed, int room) {
        List<int[]> whole = new ArrayList<>();
        for (PromptFitting document : listed) {
            whole.add(document.fitted(document.fixedTokens() + room, null).tokenIds());
        }
        int[] lengths = new int[listed.size()];
        Arrays.setAll(lengths, i -> whole.get(i).length - listed.get(i).fixedTokens());
        int share = share(lengths, room);
        List<int[]> fitted = new ArrayList<>();
        for (int i = 0; i < lengths.length; i++) {
            PromptFitting document = listed.get(i);
            fitted.add(
                    lengths[i] <= share
                            ? whole.get(i)
                            : document.fitted(document.fixedTokens() + share, null)
                                    .tokenIds());
        }
        return fitted;
    }

    /** The largest number such that no length, or this number where it is less, takes more than the room together. */
    static int share(int[] lengths, int room) {
        int[] ascending = lengths.clone();
        Arrays.sort(ascending);
        int left = room;
        for (int i = 0; i < ascending.length; i++) {
            int share = left / (ascending.length - i);
            if (ascending[i] > share) {
                return share;
            }
            left -= ascending[i];
        }
        return room;
    }

    private static Map<Source, String> fields(Candidate candidate) {
        Map<Source, String> fields = new EnumMap<>(Source.class);
        fields.put(Source.TITLE, candidate.title().strip());
        fields.put(Source.TEXT, candidate.text().strip());
        return fields;
    }

    private PromptFitting fitting(TemplateBody body, Map<Source, String> values) {
        PromptFitting fitting = new PromptFitting(tokenizer);
        for (Part part : body.fill(values)) {
            fitting.add(part, control);
        }
        return fitting;
    }

    private static EncodedPrompt withoutDocument(PromptFitting fitting) {
        return fitting.fitted(fitting.fixedTokens(), null);
    }

    private static int[] concat(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
