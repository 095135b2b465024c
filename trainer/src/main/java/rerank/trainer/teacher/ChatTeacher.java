package rerank.trainer.teacher;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import rerank.model.prompt.CompletionParser;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.chat.ChatAnswer;
import rerank.trainer.chat.ChatClient;
import rerank.trainer.chat.ChatException;
import rerank.trainer.chat.ChatRequest;

/**
 * A language model behind a chat endpoint as a teacher. Its answers are read as a student's are when it serves. An answer
 * without a label, a cut one, and one that repeats itself are failures. Safe for use by several threads.
 */
public final class ChatTeacher implements Teacher {
    /** What reasoning models write before they answer. */
    private static final Pattern THINKING = Pattern.compile("\\A\\s*<think>.*?</think>\\s*", Pattern.DOTALL);

    private static final Pattern LABEL_LINE = Pattern.compile("relevance label:", Pattern.CASE_INSENSITIVE);

    private final ChatClient client;
    private final TeacherPrompts prompts;

    /** A teacher that asks through a client. */
    public ChatTeacher(ChatClient client, ChatRequest.Settings settings) {
        this.client = client;
        this.prompts = new TeacherPrompts(settings);
    }

    /** Every request that a pair needs at least; for counting before anything is paid. */
    public static ChatRequest request(ChatRequest.Settings settings, Query query, Candidate candidate) {
        return new TeacherPrompts(settings).explain(query, candidate);
    }

    /** The request that a question's search queries need. */
    public static ChatRequest request(ChatRequest.Settings settings, Query question) {
        return new TeacherPrompts(settings).queries(question);
    }

    @Override
    public Optional<Lesson> teach(Query query, Candidate candidate) {
        return Optional.of(lesson(answer(prompts.explain(query, candidate))));
    }

    @Override
    public Optional<Lesson> justify(Query query, Candidate candidate, int label) {
        Lesson lesson = lesson(answer(prompts.justify(query, candidate, label)));
        if (lesson.label() != label) {
            throw new TeacherException(
                    "known label denied", "told that the label is " + label + " it says " + lesson.label());
        }
        return Optional.of(lesson);
    }

    /**
     * Search queries for a question.
     *
     * @return 1 to 10
     * @throws TeacherException if there are none
     */
    public List<String> queries(Query question) {
        String text = answer(prompts.queries(question));
        List<String> queries = QueryListParser.parse(text);
        if (queries.isEmpty()) {
            throw new TeacherException("no queries", brief(text));
        }
        return queries;
    }

    /** The prompt that a student of the query task is trained with. */
    public static String queriesPrompt(Query question) {
        return TeacherPrompts.queriesText(question);
    }

    private String answer(ChatRequest request) {
        ChatAnswer answer;
        try {
            answer = client.ask(request);
        } catch (ChatException e) {
            throw new TeacherException(e.reason(), String.valueOf(e.getMessage()));
        }
        String text = THINKING.matcher(answer.text()).replaceFirst("");
        if (answer.isCut()) {
            throw new TeacherException("cut at chat.max.tokens", brief(text));
        }
        return text;
    }

    private static Lesson lesson(String text) {
        // When serving, words stand in for a label line that is missing; here "I cannot say if it is relevant" would
        // teach 2.
        if (!LABEL_LINE.matcher(text).find()) {
            throw new TeacherException("no label line", brief(text));
        }
        CompletionParser.Parsed parsed = CompletionParser.parse(text);
        OptionalInt label = parsed.label();
        if (label.isEmpty()) {
            throw new TeacherException("no label", brief(text));
        }
        String useless = CompletionParser.uselessReason(parsed.explanation());
        if (!useless.isEmpty()) {
            throw new TeacherException(useless, brief(text));
        }
        return new Lesson(label.getAsInt(), parsed.explanation());
    }

    private static String brief(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
