package rerank.trainer.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Qrels;

class SharedWordsTeacherTest {
    private static final Query QUERY = new Query("q", "List the stashed changes of a branch by name");
    private static final Teacher TEACHER =
            new SharedWordsTeacher(new Qrels(Map.of("q", Map.of("best", 3, "good", 2, "near", 1, "wrong", 0))));

    @Test
    void labelsAreTheGradesUpToTwo() {
        assertThat(label("best")).isEqualTo(2);
        assertThat(label("good")).isEqualTo(2);
        assertThat(label("near")).isEqualTo(1);
        assertThat(label("wrong")).isZero();
        assertThat(label("nobody-judged")).isZero();
    }

    @Test
    void namesWordsThatAreThereAndSomeThatAreNot() {
        assertThat(explanation("near", "git stash", "Stash changes. Lists all names."))
                .isEqualTo(
                        "The text on git stash mentions List, stashed, changes and name, not branch: partly relevant.");
        assertThat(explanation("wrong", "", "Makes a branch."))
                .isEqualTo("The text mentions branch, not List or stashed: not relevant.");
        assertThat(explanation("good", "", "Lists changes stashed, of each branch, by name."))
                .isEqualTo("The text mentions List, stashed, changes and branch: relevant.");
    }

    @Test
    void saysWhenNothingIsShared() {
        assertThat(explanation("wrong", "ls (coreutils)", "Shows files."))
                .isEqualTo("The text on ls does not mention List or stashed: not relevant.");
        assertThat(TEACHER.teach(new Query("q", "what is it?"), new Candidate("good", "", "Shows.", 0, 1)))
                .contains(new Lesson(2, "The text does not mention the question: relevant."));
    }

    private static int label(String docId) {
        return TEACHER.teach(QUERY, new Candidate(docId, "", "text", 0, 1))
                .orElseThrow()
                .label();
    }

    private static String explanation(String docId, String title, String text) {
        return TEACHER.teach(QUERY, new Candidate(docId, title, text, 0, 1))
                .orElseThrow()
                .explanation();
    }
}
