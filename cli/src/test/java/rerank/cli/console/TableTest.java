package rerank.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void alignsNamesLeftAndFiguresRight() {
        Table table = new Table("", "nDCG@10", "pairs/s")
                .row("first stage", 0.6054, Double.NaN)
                .row("reranked", 0.87, 123.44);

        assertThat(table.toString().lines())
                .containsExactly(
                        "               nDCG@10  pairs/s",
                        "  -----------  -------  -------",
                        "  first stage   0.6054        -",
                        "  reranked      0.8700    123.4");
    }

    @Test
    void refusesARowThatDoesNotFit() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Table("a", "b").row(1));
    }
}
