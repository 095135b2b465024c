package rerank.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EvalPageTest {
    private final String html = new EvalPage(SmallEvaluation.report(5, 2)).html();

    @Test
    void loadsNothingAndRunsNothing() {
        // The style sheet and the text of the page may hold addresses; no element or attribute may use one.
        assertThat(html).contains("default-src 'none'");
        assertThat(Pattern.compile("<(script|link|img|iframe|object|embed|base|form)\\b")
                        .matcher(html)
                        .find())
                .isFalse();
        assertThat(Pattern.compile("<[^>]*\\s(src|href|on\\w+)\\s*=")
                        .matcher(html)
                        .find())
                .isFalse();
        assertThat(html).doesNotContain("@import").doesNotContain("url(");
    }

    @Test
    void everythingFromOutsideIsEscaped() {
        assertThat(html)
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;&gt;")
                .doesNotContain("alert('x')")
                .doesNotContain("\u0000");
    }

    @Test
    void showsEveryPart() {
        assertThat(html)
                .contains("<h2>Systems side by side</h2>")
                .contains("The 2 queries that all modes reranked")
                .contains("4 better, 1 worse, 0 unchanged")
                .contains("<h2>Calibration</h2>", "<h2>Scores</h2>", "<h2>Cost of a pair</h2>")
                .contains("<h2>Do the explanations hold?</h2>")
                .contains("<h2>Worst queries</h2>", "the last 4")
                .contains("./rerank eval ");
    }

    @Test
    void elementsAreClosedInOrder() {
        java.util.ArrayDeque<String> open = new java.util.ArrayDeque<>();
        var tags =
                Pattern.compile("<(/?)([a-z0-9]+)[^>]*?(/?)>").matcher(html.replaceFirst("(?s)<style>.*?</style>", ""));
        while (tags.find()) {
            if (tags.group(1).isEmpty()
                    && tags.group(3).isEmpty()
                    && !tags.group(2).equals("meta")) {
                open.push(tags.group(2));
            } else if (!tags.group(1).isEmpty()) {
                assertThat(open.pop())
                        .as(html.substring(Math.max(0, tags.start() - 80), tags.end()))
                        .isEqualTo(tags.group(2));
            }
        }
        assertThat(open).isEmpty();
    }
}
