package rerank.model;

import static org.assertj.core.api.Assertions.assertThat;
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
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.PromptTemplate;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.model.ranking.Ranking;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Transformer;

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
    @EnumSource
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
            expected = LabelDistribution.ofLogits(logProbs[0], logProbs[1], logProbs[2]);
        }
        try (LanguageModelReranker reranker = LanguageModelReranker.load(checkpoint())) {
            Judgment.Judged judged =
                    (Judgment.Judged) reranker.judge(List.of(pair)).get(0);

            assertThat(judged.labels().score()).isCloseTo(expected.score(), within(1e-5));
            assertThat(expected.score()).isNotCloseTo(0.5, within(1e-3));
        }
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
