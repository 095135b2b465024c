package rerank.trainer.teacher;

import java.util.List;
import rerank.model.prompt.PromptTemplate;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.chat.ChatRequest;

/**
 * What a chat model is asked: InteRank's tasks in the words of {@code interank-chat-v1}, so that a teacher and a chat student
 * answer the same question in the same form; and, after CROP (arXiv 2210.06726), for the reasons of a label that is known.
 */
record TeacherPrompts(ChatRequest.Settings settings, PromptTemplate template) {
    private static final String TEMPLATE = "interank-chat-v1";
    private static final List<String> LABEL_WORDS = List.of("irrelevant", "partially relevant", "relevant");

    TeacherPrompts(ChatRequest.Settings settings) {
        this(settings, PromptTemplate.load(TEMPLATE));
    }

    ChatRequest explain(Query query, Candidate candidate) {
        return ask(template.explainText(query, candidate));
    }

    /** The same question with its answer given away. */
    ChatRequest justify(Query query, Candidate candidate, int label) {
        return ask(template.explainText(query, candidate) + "\n\nThe right label is " + label + " ("
                + LABEL_WORDS.get(label)
                + "). Explain why, from the document alone and without saying that you were told,"
                + " and end with the line \"Relevance Label: " + label + " ##\".");
    }

    ChatRequest queries(Query question) {
        return ask(queriesText(question));
    }

    /** The user message of the query task, which a student is trained with too. */
    static String queriesText(Query question) {
        return "Write up to " + QueryListParser.MAX_QUERIES + " search queries that would find documents with what the"
                + " question needs, each on another aspect of it. One query a line, numbered \"1.\", \"2.\" and so on; end"
                + " with \"##\".\n\nQuestion: " + question.text().strip();
    }

    private ChatRequest ask(String user) {
        return ChatRequest.of(settings, template.system(), user);
    }
}
