package rerank.cli.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackKind;

class FeedbackLinesTest {
    @Test
    void readsAnEventALineAndPassesOverBlankOnes() throws IOException {
        List<FeedbackEvent> events = read("""
                {"queryId": "q1", "docId": "d3", "kind": "click"}

                {"queryId": "q1", "docId": "d4", "kind": "Dwell", "value": 42.5, "position": 2, "atMs": 17, "userHash": "u"}
                """);

        assertThat(events)
                .containsExactly(
                        new FeedbackEvent("q1", "d3", FeedbackKind.CLICK, 0, 0.0, 0L, ""),
                        new FeedbackEvent("q1", "d4", FeedbackKind.DWELL, 2, 42.5, 17L, "u"));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("{\"queryId\": \"q\", \"docId\": \"d\"}", "kind is missing"),
                Arguments.of("{\"queryId\": \"q\", \"docId\": 3, \"kind\": \"click\"}", "docId is no string: 3"),
                Arguments.of(
                        "{\"queryId\": \"q\", \"docId\": \"d\", \"kind\": \"buy\"}", "kind 'buy' is none of click"),
                Arguments.of(
                        "{\"queryId\": \"q\", \"docId\": \"d\", \"kind\": \"unknown\"}", "kind 'unknown' is none of"),
                Arguments.of(
                        "{\"queryId\": \"q\", \"docId\": \"d\", \"kind\": \"click\", \"rank\": 1}",
                        "unknown field 'rank'"),
                Arguments.of(
                        "{\"queryId\": \"q\", \"docId\": \"d\", \"kind\": \"click\", \"position\": 1.5}",
                        "position is no whole number"),
                Arguments.of(
                        "{\"queryId\": \"q\", \"docId\": \"d\", \"kind\": \"click\", \"position\": 5000000000}",
                        "position is no whole number in range"),
                Arguments.of(
                        "{\"queryId\": \"q\", \"docId\": \"d\", \"kind\": \"grade\", \"value\": 3}",
                        "feedback on query q: its value 3.0 is not 0, 1 or 2"),
                Arguments.of("[1]", "no JSON object"),
                Arguments.of("{\"queryId\": ", "no JSON: "),
                Arguments.of("{} {}", "no JSON: "));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void namesTheLineAndWhatIsWrongWithIt(String line, String mistake) {
        String good = "{\"queryId\": \"q1\", \"docId\": \"d3\", \"kind\": \"click\"}\n";

        assertThatThrownBy(() -> read(good + line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("clicks.jsonl: 1 of 2 lines are wrong, nothing was sent\nline 2: " + mistake);
    }

    private static List<FeedbackEvent> read(String text) throws IOException {
        return FeedbackLines.read(new BufferedReader(new StringReader(text)), "clicks.jsonl");
    }
}
