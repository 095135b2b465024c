package rerank.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.tokenizer.TinyTokenizer;
import rerank.model.tokenizer.Tokenizer;

/** The expected chats were written by hand after the public chat formats of the families. */
class ChatFormatTest {
    @TempDir
    private Path directory;

    @Test
    void writesQwen2AsChatMl() {
        assertThat(ChatFormat.QWEN2.render("Be brief.", "Is water wet?"))
                .isEqualTo("<|im_start|>system\nBe brief.<|im_end|>\n"
                        + "<|im_start|>user\nIs water wet?<|im_end|>\n"
                        + "<|im_start|>assistant\n");
    }

    @Test
    void leavesOutAnEmptySystemMessage() {
        assertThat(ChatFormat.QWEN2.render("", "Hi"))
                .isEqualTo("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
        assertThat(ChatFormat.LLAMA3.render("", "Hi"))
                .isEqualTo("<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    @Test
    void givesQwen3AnEmptyThinkingBlock() {
        assertThat(ChatFormat.QWEN3.render("Be brief.", "Is water wet?"))
                .isEqualTo("<|im_start|>system\nBe brief.<|im_end|>\n"
                        + "<|im_start|>user\nIs water wet?<|im_end|>\n"
                        + "<|im_start|>assistant\n<think>\n\n</think>\n\n");
    }

    @Test
    void writesLlama3WithHeaders() {
        assertThat(ChatFormat.LLAMA3.render("Be brief.", "Is water wet?"))
                .isEqualTo("<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                        + "<|start_header_id|>user<|end_header_id|>\n\nIs water wet?<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    @Test
    void beginsLlama31SystemMessagesWithTheDates() {
        assertThat(ChatFormat.LLAMA3_DATED.render("Be brief.", "Is water wet?"))
                .isEqualTo("<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n"
                        + "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\nBe brief.<|eot_id|>"
                        + "<|start_header_id|>user<|end_header_id|>\n\nIs water wet?<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    @Test
    void knowsAFamilyByTheMarksOfItsChatTemplate() {
        assertThat(formatOf("{{'<|im_start|>' + role}}")).isEqualTo(ChatFormat.QWEN2);
        assertThat(formatOf("{{'<|im_start|>'}}{% if enable_thinking is false %}<think>"))
                .isEqualTo(ChatFormat.QWEN3);
        assertThat(formatOf("{{'<|start_header_id|>'}}")).isEqualTo(ChatFormat.LLAMA3);
        assertThat(formatOf("{{'<|start_header_id|>'}}{{'Cutting Knowledge Date: '}}"))
                .isEqualTo(ChatFormat.LLAMA3_DATED);
    }

    @Test
    void knowsAFamilyByItsTokensWhenThereIsNoTemplate() {
        Path checkpoint = new TinyTokenizer()
                .special(List.of("<|im_start|>", "<|im_end|>"))
                .writeTo(directory);
        try (Tokenizer tokenizer = Tokenizer.load(checkpoint)) {
            assertThat(ChatFormat.of(tokenizer)).isEqualTo(ChatFormat.QWEN2);
        }
    }

    @Test
    void refusesAnUnknownFamily() {
        assertThatThrownBy(() -> formatOf("[INST] {{ user }} [/INST]"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no known family");
    }

    private ChatFormat formatOf(String chatTemplate) {
        Path checkpoint =
                new TinyTokenizer().config("chat_template", chatTemplate).writeTo(directory);
        try (Tokenizer tokenizer = Tokenizer.load(checkpoint)) {
            return ChatFormat.of(tokenizer);
        }
    }
}
