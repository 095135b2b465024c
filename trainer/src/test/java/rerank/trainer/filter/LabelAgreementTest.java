package rerank.trainer.filter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelAgreementTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2 | The document is relevant: it names the dose.
            1 | The document is relevant but leaves the dose out.
            1 | It is partially relevant.
            1 | It is only somewhat relevant, as the dose is missing.
            0 | The document is not relevant.
            0 | The document isn't relevant to the question.
            0 | It is irrelevant.
            0 | It has no real relevance here.
            0 | It contains no relevant information.
            0 | A text on doses would be relevant, this one is irrelevant.
            2 | At first it looks irrelevant, but it is directly relevant.
            0 | The topic is relevant, yet the document itself is not relevant.
            0 | The document does not answer what is asked.
            2 | It does not mention children, but it answers the question.
            2 | Wants a daypack. Holds 34 litres, over 22 litres: all met.
            0 | Asks how it is treated; the text is about its causes.
            2 | It fails to give a date. Everything else is there.
            """)
    void agrees(int label, String explanation) {
        assertThat(LabelAgreement.disagreement(label, explanation)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2 | The document is not relevant.
            2 | It is partially relevant.
            2 | It isn\u2019t relevant at all.
            2 | The document does not answer the question.
            1 | The document is irrelevant.
            1 | It is directly relevant and complete.
            0 | The document is relevant: it names the dose.
            0 | It is partly relevant.
            0 | The document directly answers the question.
            0 | It is not relevant to cats, but for the question it is highly relevant.
            """)
    void disagrees(int label, String explanation) {
        assertThat(LabelAgreement.disagreement(label, explanation)).isNotEmpty();
    }
}
