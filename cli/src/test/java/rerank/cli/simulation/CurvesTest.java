package rerank.cli.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class CurvesTest {
    @Test
    void aPictureHasACurveForEachLineAndSaysItsName() throws Exception {
        Document svg = parsed(Curves.svg(
                "a < b & c",
                "sessions",
                "nDCG@10",
                List.of(
                        new Curves.Line("served", List.of(new Curves.At(0, 0.4), new Curves.At(100, 0.6)), false),
                        Curves.Line.level("control", 0.7, 100))));

        NodeList curves = svg.getElementsByTagName("polyline");
        assertThat(curves.getLength()).isEqualTo(2);
        assertThat(svg.getDocumentElement().getTextContent()).contains("a < b & c", "served", "control", "sessions");
        assertThat(((Element) curves.item(1)).getAttribute("stroke-dasharray")).isNotEmpty();
    }

    @Test
    void higherValuesStandHigherAndLaterOnesFurtherRight() throws Exception {
        Document svg = parsed(Curves.svg(
                "", "", "", List.of(new Curves.Line("", List.of(new Curves.At(0, 0.4), new Curves.At(50, 0.6)), false))));

        String[] points = ((Element) svg.getElementsByTagName("polyline").item(0))
                .getAttribute("points")
                .split("[ ,]");
        assertThat(Double.parseDouble(points[2])).isGreaterThan(Double.parseDouble(points[0]));
        assertThat(Double.parseDouble(points[3])).isLessThan(Double.parseDouble(points[1]));
    }

    @Test
    void whatIsNotFiniteIsLeftOut() {
        Curves.Line line =
                new Curves.Line("", List.of(new Curves.At(0, Double.NaN), new Curves.At(1, 0.5)), false);

        assertThat(line.points()).containsExactly(new Curves.At(1, 0.5));
        assertThat(Curves.svg("", "", "", List.of(new Curves.Line("", List.of(), false))))
                .doesNotContain("NaN")
                .doesNotContain("Infinity");
    }

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }
}
