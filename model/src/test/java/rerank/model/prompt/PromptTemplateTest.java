package rerank.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class PromptTemplateTest {
    @ParameterizedTest
    @FieldSource("rerank.model.prompt.PromptTemplate#BUILT_IN")
    void readsEveryBuiltInTemplate(String id) {
        assertThat(PromptTemplate.load(id).id()).isEqualTo(id);
    }

    @Test
    void keepsLineBreaksAndSpacesOfQuotedTexts() {
        var answer = PromptTemplate.load("interank-chat-v1").answer();

        assertThat(answer.labelPhrase()).isEqualTo("\n\nRelevance Label: ");
        assertThat(answer.explainLead()).isEmpty();
        assertThat(answer.stopStrings()).containsExactly("Relevance Label:", " ##");
    }

    @Test
    void namesTheTemplatesThereAre() {
        assertThatThrownBy(() -> PromptTemplate.load("compact-v9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "unknown prompt template 'compact-v9'; known are [compact-v1, compact-v2, compact-v3, compact-v4, interank-chat-v1, qwen3-reranker-v1]");
    }

    @Test
    void namesWhatIsWrongWithAFile() {
        String text = InteRankChatTest.TEXT_TEMPLATE;

        assertThatThrownBy(() -> PromptTemplateFile.parse("mine", text.replace("chat: no", "chat: maybe")))
                .hasMessage("prompt template mine: setting 'chat' is yes or no, was 'maybe'");
        assertThatThrownBy(() -> PromptTemplateFile.parse("mine", text.replace("types: none", "types: all")))
                .hasMessage(
                        "prompt template mine: setting 'token-types' is none, matches, relations, coverage or rarity, was 'all'");
        assertThatThrownBy(() -> PromptTemplateFile.parse("mine", text.replace("end: \"##\"\n", "")))
                .hasMessage("prompt template mine: setting 'end' is missing");
        assertThatThrownBy(() -> PromptTemplateFile.parse("mine", "color: red\n" + text))
                .hasMessage("prompt template mine: unknown settings [color]");
        assertThatThrownBy(() -> PromptTemplateFile.parse("mine", text.replace("[label]", "[labels]")))
                .hasMessage("prompt template mine: section [label] is missing");
    }
}
