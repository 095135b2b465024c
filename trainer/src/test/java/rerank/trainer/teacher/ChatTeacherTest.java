package rerank.trainer.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.chat.ChatRequest;

class ChatTeacherTest {
    private static final ChatRequest.Settings SETTINGS = new ChatRequest.Settings("m", 0, 64, "");
    private static final Query QUERY = new Query("q", " what is {title}? ", "Only colours count.");
    private static final Candidate CANDIDATE = new Candidate("d", "Roses", "they are red", 1, 1);

    @Test
    void asksInTheWordsThatAChatStudentIsServedWith() {
        assertThat(ChatTeacher.request(SETTINGS, QUERY, CANDIDATE).body())
                .contains("You judge whether documents are relevant to questions, and you give your reasons.")
                .contains("Only colours count. After the explanation, end with a line that holds the words"
                        + " \\\"Relevance Label:\\\"")
                .contains("\\n\\nQuestion: what is {title}?\\nDocument: Roses\\nthey are red\"");
    }

    @Test
    void aKnownLabelIsGivenAway() {
        assertThat(new TeacherPrompts(SETTINGS).justify(QUERY, CANDIDATE, 1).body())
                .contains("Document: Roses\\nthey are red\\n\\nThe right label is 1 (partially relevant).");
    }

    @ParameterizedTest
    @MethodSource("lists")
    void readsListsOfQueriesAsModelsWriteThem(String completion, List<String> queries) {
        assertThat(QueryListParser.parse(completion)).isEqualTo(queries);
    }

    static Stream<Arguments> lists() {
        return Stream.of(
                Arguments.of("1. red roses\n2. \"why red\"\n3.  Red Roses ##", List.of("red roses", "why red")),
                Arguments.of("Here they are:\n1) one 2\n2) two\n\nHope that helps!", List.of("one 2", "two")),
                Arguments.of("Queries:\n- one\n* **two**\n", List.of("one", "two")),
                Arguments.of("one\ntwo ## three", List.of("one", "two")),
                Arguments.of(
                        "1. a\n2. b\n3. c\n4. d\n5. e\n6. f\n7. g\n8. h\n9. i\n10. j\n11. k",
                        List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")),
                Arguments.of("1. ...\n##", List.of()),
                Arguments.of("", List.of()));
    }
}
