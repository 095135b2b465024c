package rerank.trainer.teacher;

import java.util.List;
import java.util.Optional;
import rerank.model.prompt.SharedWords;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Qrels;

/**
 * Teaches any data set from its judgments: the label is the grade, bounded by 2, and the explanation names words of the
 * query that the document has and words that it lacks: "The text on git stash mentions list and changes, not commits:
 * partly relevant." A document that nobody judged counts as irrelevant.
 */
public final class SharedWordsTeacher implements Teacher {
    private static final int MAX_SHARED = 4;
    private static final int MAX_MISSING = 2;
    private static final List<String> VERDICTS = List.of("not relevant", "partly relevant", "relevant");

    private final Qrels qrels;

    /** A teacher who goes by these judgments. */
    public SharedWordsTeacher(Qrels qrels) {
        this.qrels = qrels;
    }

    @Override
    public Optional<Lesson> teach(Query query, Candidate candidate) {
        int label = Math.max(0, Math.min(2, qrels.grade(query.id(), candidate.docId())));
        SharedWords words = SharedWords.of(query.text(), candidate.title(), candidate.text());
        String subject = TopicName.subject(candidate.title());
        String missing = words.missing().isEmpty() ? "" : listed(words.missing(), MAX_MISSING, " or ");
        String mentions;
        if (words.shared().isEmpty()) {
            mentions = " does not mention " + (missing.isEmpty() ? "the question" : missing);
        } else {
            mentions = " mentions " + listed(words.shared(), MAX_SHARED, " and ")
                    + (missing.isEmpty() ? "" : ", not " + missing);
        }
        return Optional.of(new Lesson(label, subject + mentions + ": " + VERDICTS.get(label) + "."));
    }

    private static String listed(List<String> words, int limit, String join) {
        List<String> first = words.subList(0, Math.min(limit, words.size()));
        int last = first.size() - 1;
        return last == 0 ? first.get(0) : String.join(", ", first.subList(0, last)) + join + first.get(last);
    }
}
