package rerank.trainer.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.PromptTemplate;
import rerank.model.tokenizer.Tokenizer;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;
import rerank.trainer.teacher.GroupShape;
import rerank.trainer.teacher.TrainingGroup;
import rerank.trainer.teacher.TrainingGroups;
import rerank.trainer.tokenizer.BytePairTrainer;

class DistillationSourceTest {
    private static final String INSTRUCTION = "only what was asked for is relevant";

    @TempDir
    static Path directory;

    private static Tokenizer tokenizer;
    private static TrainingGroups groups;

    @BeforeAll
    static void makeDataAndTokenizer() {
        Storefront storefront = Storefront.generate(new StorefrontConfig(5, 600, 30, 1, 1, 30));
        groups = new TrainingGroups(storefront.dataset(), "train", storefront.teacher(), GroupShape.NEAR_MISSES, 1);
        var trainer = new BytePairTrainer(700, Training.SPECIAL_TOKENS);
        storefront.dataset().documents().values().forEach(document -> trainer.add(document.text(), 1));
        trainer.train((done, wanted) -> {}).writeTo(directory, Map.of("eos_token", "<|end|>"));
        tokenizer = Tokenizer.load(directory);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private static DistillationSource source(double justifyShare, double instructionShare, int maxAnswerTokens) {
        var rows = new TrainConfig.Rows("compact-v1", 300, maxAnswerTokens, 8, justifyShare, 0, instructionShare, 0);
        var prompts = new PromptBuilder(PromptTemplate.load("compact-v1"), tokenizer, 300);
        return new DistillationSource("shop", groups, groups, prompts, rows, INSTRUCTION, 3);
    }

    private static String text(TrainingRow row) {
        return tokenizer.decode(row.sequence().tokenIds(), false);
    }

    @Test
    void labelFirstRowsTakePartInTheListwiseLossAndExplainAfter() {
        TrainingGroup group = groups.group(0);

        List<TrainingRow> rows = source(1, 0, 200).draw(0);

        assertThat(rows).hasSize(8).allMatch(TrainingRow::listwise);
        for (int i = 0; i < 8; i++) {
            TrainingRow row = rows.get(i);
            int label = group.candidates().get(i).label();
            assertThat(row.label()).isEqualTo(label);
            int labelToken = row.sequence().tokenIds()[row.labelPosition() + 1];
            assertThat(labelToken).isEqualTo(tokenizer.idOf("<|" + label + "|>").orElseThrow());
            assertThat(text(row)).endsWith("<|end|>");
        }
    }

    @Test
    void explanationFirstRowsEndBeforeTheirLabel() {
        List<TrainingRow> rows = source(0, 0, 200).draw(0);

        assertThat(rows).noneMatch(TrainingRow::listwise);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.labelPosition()).isEqualTo(row.sequence().tokenIds().length - 1);
            assertThat(text(row)).endsWith("<|label|>").contains("<|explain|>");
        });
    }

    @Test
    void labelsAloneTakeTheirShareAndPartInTheListwiseLoss() {
        var rows = new TrainConfig.Rows("compact-v1", 300, 200, 8, 0.3, 0.7, 0, 0);
        var prompts = new PromptBuilder(PromptTemplate.load("compact-v1"), tokenizer, 300);
        var source = new DistillationSource("shop", groups, groups, prompts, rows, INSTRUCTION, 3);

        long alone = IntStream.range(0, 100)
                .mapToObj(i -> source.draw(i).get(0))
                .filter(row -> text(row).endsWith("<|label|>"))
                .peek(row -> assertThat(row.listwise()).isTrue())
                .count();

        assertThat((double) alone).isCloseTo(70, within(15.0));
    }

    @Test
    void anExplanationThatIsTooLongIsLeftOut() {
        List<TrainingRow> rows = source(1, 0, 1).draw(0);

        assertThat(rows).allSatisfy(row -> {
            assertThat(row.targetWeights()).containsOnly(0f);
            assertThat(text(row)).endsWith("<|label|>");
        });
    }

    @Test
    void theInstructionIsSpeltOutInItsShareOfTheDraws() {
        DistillationSource source = source(0.5, 0.25, 200);

        long instructed = IntStream.range(0, 200)
                .filter(i -> text(source.draw(i).get(0)).contains(INSTRUCTION))
                .count();

        assertThat((double) instructed).isCloseTo(50, within(20.0));
    }

    @Test
    void theOrderChangesNeitherTheGroupsNorWhichAreInstructed() {
        for (int draw = 0; draw < 20; draw++) {
            List<String> explainFirst = prompts(source(0, 0.5, 200), draw);

            assertThat(prompts(source(1, 0.5, 200), draw)).isEqualTo(explainFirst);
            assertThat(prompts(source(0.5, 0.5, 200), draw)).isEqualTo(explainFirst);
        }
    }

    /** What stands before explanation and label. */
    private static List<String> prompts(DistillationSource source, int draw) {
        return source.draw(draw).stream()
                .map(row -> text(row).split("<\\|explain\\|>|<\\|label\\|>")[0])
                .toList();
    }

    @Test
    void aDrawIsAFunctionOfItsIndex() {
        List<String> once = source(0.5, 0.5, 200).draw(17).stream()
                .map(DistillationSourceTest::text)
                .toList();

        assertThat(source(0.5, 0.5, 200).draw(17).stream().map(DistillationSourceTest::text))
                .containsExactlyElementsOf(once);
    }
}
