package rerank.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import rerank.model.generation.Generator;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.PromptTemplate;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.ranking.Ranking;
import rerank.model.tokenizer.TinyTokenizer;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Transformer;
import rerank.model.weights.CheckpointException;

/** A checkpoint that knows nothing of reranking, a random Qwen2 of golden/, in the chat template and its defaults. */
@Tag("shared")
class GoldenRerankerTest {
    private static final Query QUERY = new Query("q", "why is water wet");
    private static final List<Candidate> CANDIDATES = List.of(
            new Candidate("d1", "Water", "Water wets most things. ".repeat(40), 3, 1),
            new Candidate("d2", "", "Sand is dry.", 2, 2),
            new Candidate("d3", "Empty", "", 1, 3));

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CROSS_ENCODER")
    void ranksEveryCandidateOnceInEveryMode(Mode mode) throws IOException {
        try (LanguageModelReranker reranker = LanguageModelReranker.load(checkpoint())) {
            Ranking ranking = reranker.rerank(QUERY, CANDIDATES, mode, 2);

            assertThat(ranking.items().stream().map(item -> item.candidate().docId()))
                    .containsExactlyInAnyOrder("d1", "d2", "d3");
            for (Ranking.Item item : ranking.items()) {
                assertThat(item.score()).isBetween(0.0, 1.0);
            }
            assertThat(reranker.identity().promptVersion()).isEqualTo("interank-chat-v1");
            assertThat(reranker.identity().modelVersion()).startsWith("qwen2-");
        }
    }

    @Test
    void refusesAPhrasingThatItsExplanationsCannotBeBoundTo() throws IOException {
        Path checkpoint = checkpoint();
        Files.writeString(
                checkpoint.resolve("phrasing.json"),
                "{\"words\": [\" wet\"], \"quotations\": [], \"isQuotedOnce\": false, \"steps\": [[0, 1], [-2, -1]]}");

        assertThatThrownBy(() -> LanguageModelReranker.load(checkpoint))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("interank-chat-v1 begins explanations without a space")
                .hasMessageContaining("delete phrasing.json");
    }

    @Test
    void takesTheLabelsFromTheDigitsAfterTheLabelPhrase() throws IOException {
        Pair pair = new Pair(QUERY, CANDIDATES.get(1), Pair.Task.LABEL, null);
        LabelDistribution expected;
        try (Transformer transformer = Transformer.load(checkpoint());
                Tokenizer tokenizer = Tokenizer.load(checkpoint())) {
            var prompt = new PromptBuilder(PromptTemplate.load("interank-chat-v1"), tokenizer, 480).prompt(pair);
            int[] digits = {
                tokenizer.idOf("0").orElseThrow(),
                tokenizer.idOf("1").orElseThrow(),
                tokenizer.idOf("2").orElseThrow()
            };
            float[] logProbs = new Generator(transformer, tokenizer).score(List.of(prompt), digits)[0];
            expected = LabelDistribution.ofLogits(logProbs);
        }
        try (LanguageModelReranker reranker = LanguageModelReranker.load(checkpoint())) {
            Judgment.Judged judged =
                    (Judgment.Judged) reranker.judge(List.of(pair)).get(0);

            assertThat(judged.labels().score()).isCloseTo(expected.score(), within(1e-5));
            assertThat(expected.score()).isNotCloseTo(0.5, within(1e-3));
        }
    }

    @Test
    void scoresYesAgainstNoByTheRuleOfQwen3Reranker() throws IOException {
        Path checkpoint = yesNoCheckpoint();
        String prompt =
                "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the"
                        + " Instruct provided. Note that the answer can only be \"yes\" or \"no\".<|im_end|>\n<|im_start|>user\n"
                        + "<Instruct>: Count only physics.\n<Query>: why is water wet\n<Document>: Sand is dry.<|im_end|>\n"
                        + "<|im_start|>assistant\n<think>\n\n</think>\n\n";
        double expected;
        try (Transformer transformer = Transformer.load(checkpoint);
                Tokenizer tokenizer = Tokenizer.load(checkpoint)) {
            int[] ids = tokenizer.encodeWithSpecials(prompt);
            int[] answers = {
                tokenizer.idOf("no").orElseThrow(), tokenizer.idOf("yes").orElseThrow()
            };
            EncodedPrompt encoded = new EncodedPrompt(ids, new int[ids.length]);
            float[] logProbs = new Generator(transformer, tokenizer).score(List.of(encoded), answers)[0];
            expected = Math.exp(logProbs[1]) / (Math.exp(logProbs[0]) + Math.exp(logProbs[1]));
        }
        Query query = new Query("q", QUERY.text(), "Count only physics.");
        try (PairJudge judge = CheckpointJudge.load(checkpoint)) {
            List<Judgment> judgments = judge.judge(List.of(
                    new Pair(query, CANDIDATES.get(1), Pair.Task.LABEL, null),
                    new Pair(query, CANDIDATES.get(1), Pair.Task.EXPLAIN, null)));

            Judgment.Judged judged = (Judgment.Judged) judgments.get(0);
            assertThat(judged.labels().score()).isCloseTo(expected, within(1e-5));
            assertThat(expected).isNotCloseTo(0.5, within(1e-3));
            assertThat(judged.labels().partial()).isZero();
            assertThat(judgments.get(1)).isEqualTo(judged);
            assertThat(judge.identity().modes()).containsExactly(Mode.LABEL);
            assertThat(judge.identity().defaultMode()).isEqualTo(Mode.LABEL);
        }
    }

    /** The random Qwen3 of golden/ with a tokenizer in which yes and no are tokens, which its own lacks. */
    private Path yesNoCheckpoint() throws IOException {
        Path golden = Shared.folder().resolve("golden/qwen3/f32");
        assumeTrue(Files.isDirectory(golden), () -> "no golden fixtures at " + golden);
        Path copy = directory.resolve("qwen3");
        new TinyTokenizer()
                .merge("n", "o")
                .merge("e", "s")
                .merge("y", "es")
                .special(List.of("<|im_start|>", "<|im_end|>", "<think>", "</think>"))
                .writeTo(copy);
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(golden.resolve(name), copy.resolve(name));
        }
        TinyCheckpoint.settings(
                copy,
                "{\"promptTemplate\": \"qwen3-reranker-v1\", \"maxPromptTokens\": 480, \"maxExplanationTokens\": 1}");
        return copy;
    }

    /** A copy, for the fixtures are read-only, with limits that let the wording of the chat fit 512 positions. */
    private Path checkpoint() throws IOException {
        Path golden = Shared.folder().resolve("golden/qwen2/f32");
        assumeTrue(Files.isDirectory(golden), () -> "no golden fixtures at " + golden);
        Path copy = directory.resolve("qwen2");
        Files.createDirectories(copy);
        try (Stream<Path> files = Files.list(golden)) {
            for (Path file : files.toList()) {
                if (!Files.exists(copy.resolve(file.getFileName()))) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
        }
        TinyCheckpoint.settings(copy, "{\"maxPromptTokens\": 480, \"maxExplanationTokens\": 8}");
        return copy;
    }
}
