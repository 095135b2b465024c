package rerank.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RankingPrinterTest {
    private final RankingPrinter printer = new RankingPrinter(60);

    @Test
    void wrapsExplanationsUnderTheDocumentTheyBelongTo() {
        var entry = new RankingPrinter.Entry(
                1,
                7,
                "Canvas tote",
                0.934,
                "relevant",
                "Asks for a bag that is not leather; this one is canvas, so it fits.");

        String text = printer.print("bag, not leather", "justify, 80 ms", List.of(entry));

        assertThat(text).isEqualTo("""
                        > bag, not leather
                          justify, 80 ms
                           1. relevant   0.93  (was 7) Canvas tote
                                                Asks for a bag that is not leather;
                                                this one is canvas, so it fits.

                        """);
    }

    @Test
    void beginsSentencesWithACapital() {
        var entry = new RankingPrinter.Entry(
                1, 1, "Lamp", 0.5, "relevant", "wants a lamp. costs $5.50, under $6: all met.");

        String text = printer.print("lamp", "justify", List.of(entry));

        assertThat(text).contains("Wants a lamp. Costs $5.50, under");
    }

    @Test
    void neverSendsControlCharactersToTheTerminal() {
        var entry = new RankingPrinter.Entry(
                1, 1, "\u001b[2Jevil\ttitle\u0007", 0.5, "unjudged", "line\nbreak\u001b]0;x\u0007");

        String text = printer.print("query\r\nwith breaks", "label", List.of(entry));

        assertThat(text.replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
        assertThat(text).contains("> query with breaks").contains("unjudged");
    }
}
