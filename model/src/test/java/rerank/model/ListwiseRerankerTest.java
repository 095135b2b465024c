package rerank.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.CandidateWindow;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.ranking.Ranking;
import rerank.model.ranking.Request;
import rerank.model.tokenizer.TinyTokenizer;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.RandomCheckpoint;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.TransformerConfig;

/**
 * Mode listwise through the whole runtime, on a Qwen2 of random weights. What is expected is worked out here, from prompts
 * spelt out and the model's own logits after each of them.
 */
class ListwiseRerankerTest {
    private static final Query QUERY = new Query("q", "why is water wet", "Count only physics.");
    private static final int POSITIONS = 4096;
    private static final int POISON = '~';

    @TempDir
    private Path directory;

    @Test
    void putsCandidatesInTheOrderOfTheirLettersLogitsWindowByWindow() {
        List<Candidate> candidates = candidates(34);
        List<Candidate> expected = new ArrayList<>(candidates);
        try (Transformer transformer = Transformer.load(checkpoint());
                Tokenizer tokenizer = Tokenizer.load(directory)) {
            for (int[] window : new int[][] {{14, 34}, {4, 24}, {0, 14}}) {
                List<Candidate> part = expected.subList(window[0], window[1]);
                float[] logits = logits(transformer, tokenizer, part);
                List<Candidate> sorted = IntStream.range(0, part.size())
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -logits[i]))
                        .map(List.copyOf(part)::get)
                        .toList();
                for (int i = 0; i < sorted.size(); i++) {
                    part.set(i, sorted.get(i));
                }
            }
        }
        try (PairJudge judge = CheckpointJudge.load(directory)) {
            Ranking ranking = judge.rerank(QUERY, candidates, Mode.LISTWISE, 0);

            assertThat(docIds(ranking))
                    .isEqualTo(expected.stream().map(Candidate::docId).toList())
                    .isNotEqualTo(candidates.stream().map(Candidate::docId).toList());
            assertThat(ranking.items()).allMatch(item -> item.judgment().equals(new Judgment.Placed()));
            assertThat(docIds(judge.rerank(QUERY, candidates, Mode.LISTWISE, 0)))
                    .isEqualTo(docIds(ranking));
            assertThat(judge.statistics().reusedTokens())
                    .as("the prefix of the query")
                    .isPositive();
        }
    }

    @Test
    void companyDoesNotChangeAWindow() {
        checkpoint();
        Request window = new CandidateWindow(QUERY, candidates(20));
        List<Request> crowd = new ArrayList<>();
        for (Candidate candidate : candidates(12)) {
            crowd.add(new Pair(QUERY, candidate, Pair.Task.LABEL, null));
            crowd.add(new Pair(new Query("other", "is sand dry"), candidate, Pair.Task.EXPLAIN, null));
        }
        crowd.add(7, window);
        crowd.add(new CandidateWindow(new Query("other", "is sand dry"), candidates(9)));
        List<Judgment> alone = new ArrayList<>();
        for (Request request : crowd) {
            try (PairJudge judge = CheckpointJudge.load(directory)) {
                alone.add(judge.judge(List.of(request)).get(0));
            }
        }
        try (PairJudge judge = CheckpointJudge.load(directory)) {
            List<Judgment> together = judge.judge(crowd);

            for (int i = 0; i < crowd.size(); i++) {
                if (alone.get(i) instanceof Judgment.Ordered ordered) {
                    List<Double> probabilities = ((Judgment.Ordered) together.get(i)).probabilities();
                    for (int c = 0; c < probabilities.size(); c++) {
                        assertThat(probabilities.get(c))
                                .isCloseTo(ordered.probabilities().get(c), within(1e-6));
                    }
                } else if (alone.get(i) instanceof Judgment.Judged judged) {
                    Judgment.Judged other = (Judgment.Judged) together.get(i);
                    assertThat(other.labels().score()).isCloseTo(judged.labels().score(), within(1e-6));
                } else {
                    assertThat(together.get(i)).isEqualTo(alone.get(i));
                }
            }
            assertThat(alone.get(7)).isInstanceOf(Judgment.Ordered.class);
        }
    }

    @Test
    void aWindowOnWhichTheModelComputesNoNumbersKeepsItsOrder() throws IOException {
        poison(checkpoint());
        List<Candidate> candidates = new ArrayList<>(candidates(30));
        candidates.set(25, new Candidate("d25", "", "~", 1, 26));
        try (PairJudge judge = CheckpointJudge.load(directory)) {
            Ranking ranking = judge.rerank(QUERY, candidates, Mode.LISTWISE, 0);

            assertThat(docIds(ranking).subList(20, 30))
                    .isEqualTo(IntStream.range(20, 30).mapToObj(i -> "d" + i).toList());
            assertThat(ranking.items().subList(20, 30))
                    .allMatch(item ->
                            item.judgment().equals(new Judgment.Unjudged("the model computed what is not a number")));
            assertThat(ranking.items().subList(0, 20)).allMatch(Ranking.Item::isJudged);
        }
    }

    @Test
    void aQuestionTooLongForAWindowLeavesTheFirstStagesOrder() {
        checkpoint();
        Query tooLong = new Query("long", "word ".repeat(1000));
        try (PairJudge judge = CheckpointJudge.load(directory)) {
            Ranking ranking = judge.rerank(tooLong, candidates(25), Mode.LISTWISE, 0);

            assertThat(docIds(ranking))
                    .isEqualTo(IntStream.range(0, 25).mapToObj(i -> "d" + i).toList());
            assertThat(ranking.items())
                    .allSatisfy(item -> assertThat(((Judgment.Unjudged) item.judgment()).reason())
                            .startsWith("its prompt cannot be built: "));
        }
    }

    @Test
    void theFirstStagesWeightOfOneGivesBackItsOrder() {
        checkpoint();
        TinyCheckpoint.settings(
                directory,
                "{\"maxPromptTokens\": 3800, \"maxExplanationTokens\": 8, \"firstStageWeight\": {\"listwise\": 1}}");
        try (PairJudge judge = CheckpointJudge.load(directory)) {
            assertThat(docIds(judge.rerank(QUERY, candidates(25), Mode.LISTWISE, 0)))
                    .isEqualTo(IntStream.range(0, 25).mapToObj(i -> "d" + i).toList());
        }
    }

    @Test
    void aModelWithoutListsSaysSo() {
        TinyCheckpoint.random(directory, 1);
        TinyCheckpoint.settings(
                directory,
                "{\"promptTemplate\": \"compact-v1\", \"maxPromptTokens\": 150, \"maxExplanationTokens\": 20}");
        try (PairJudge judge = CheckpointJudge.load(directory)) {
            assertThat(judge.identity().modes()).doesNotContain(Mode.LISTWISE);
            assertThatThrownBy(() -> judge.rerank(QUERY, candidates(2), Mode.LISTWISE, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("does not judge in mode listwise, only in explain, justify, label");
            assertThat(judge.judge(List.of(new CandidateWindow(QUERY, candidates(2)))))
                    .singleElement()
                    .satisfies(judgment -> assertThat(((Judgment.Unjudged) judgment).reason())
                            .contains("prompt template compact-v1 has no lists"));
        }
    }

    private static float[] logits(Transformer transformer, Tokenizer tokenizer, List<Candidate> window) {
        StringBuilder prompt = new StringBuilder("<|im_start|>system\nYou judge whether documents are relevant to"
                + " questions, and you give your reasons.<|im_end|>\n<|im_start|>user\nPut the documents in order by how"
                + " relevant they are to the question, the most relevant first. Count only physics. Each document has a"
                + " letter. Answer with the word \"Order:\" and, on the next line, the letters of all documents,"
                + " separated by the sign \">\".\n\nQuestion: why is water wet\n\n");
        int[] letters = new int[window.size()];
        for (int i = 0; i < letters.length; i++) {
            letters[i] = 'A' + i;
            prompt.append('[').append((char) letters[i]).append("] ");
            prompt.append(window.get(i).text()).append('\n');
        }
        prompt.append("\nQuestion: why is water wet\nIn which order do the documents above help with this question?"
                + " Answer with their letters alone.<|im_end|>\n<|im_start|>assistant\nOrder:\n");
        int[] ids = tokenizer.encodeWithSpecials(prompt.toString());
        return transformer.next(new int[][] {ids}, new int[][] {new int[ids.length]}, letters)
                .asked()[0];
    }

    private static List<Candidate> candidates(int count) {
        Random random = new Random(5);
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder("text");
            int words = 1 + random.nextInt(6);
            for (int word = 0; word < words; word++) {
                text.append(' ').append(Integer.toString(random.nextInt(36 * 36 * 36), 36));
            }
            candidates.add(new Candidate("d" + i, "", text.toString(), count - i, i + 1));
        }
        return candidates;
    }

    private static List<String> docIds(Ranking ranking) {
        return ranking.items().stream().map(item -> item.candidate().docId()).toList();
    }

    /** Two layers of random weights that differ much from token to token; tokens are bytes. */
    private Path checkpoint() {
        new TinyTokenizer()
                .special(List.of("<|im_start|>", "<|im_end|>", "<|endoftext|>"))
                .writeTo(directory);
        RandomCheckpoint.write(
                directory,
                new TransformerConfig(
                        "qwen2", 2, 64, 4, 2, 16, 128, 259, POSITIONS, 1e4, null, 1e-6, false, true, false, 0),
                11);
        TinyCheckpoint.settings(directory, "{\"maxPromptTokens\": 3800, \"maxExplanationTokens\": 8}");
        return directory;
    }

    /** Makes the embedding of one token no numbers, in the file itself: bfloat16 in a row of the first tensor of that name. */
    private static void poison(Path checkpoint) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(checkpoint.resolve("model.safetensors").toFile(), "rw")) {
            long headerLength = Long.reverseBytes(file.readLong());
            byte[] header = new byte[(int) headerLength];
            file.readFully(header);
            JsonNode tensor = new JsonMapper()
                    .readTree(new String(header, StandardCharsets.UTF_8))
                    .path("model.embed_tokens.weight");
            int width = tensor.path("shape").path(1).asInt();
            file.seek(8 + headerLength + tensor.path("data_offsets").path(0).asLong() + 2L * POISON * width);
            for (int i = 0; i < width; i++) {
                file.writeShort(Short.reverseBytes((short) 0x7FC0));
            }
        }
    }
}
