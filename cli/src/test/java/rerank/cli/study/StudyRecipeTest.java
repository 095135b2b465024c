package rerank.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.trainer.distillation.TrainConfig;

class StudyRecipeTest {
    @TempDir
    Path directory;

    @Test
    void armsOfASeedDifferInTheSharesOfTheOrdersAlone() throws IOException {
        StudyRecipe recipe = recipe("data=shop=0.3,med=0.7\nmax.steps=4\n");

        List<Map<String, String>> keys = new ArrayList<>();
        for (StudyArm arm : StudyArm.EVERY) {
            TrainConfig config = recipe.run("med", arm, 5, directory.resolve("out"));
            Map<String, String> other = new TreeMap<>(config.given());
            assertThat(other.keySet()).contains("justify.share", "label.share");
            other.keySet().removeAll(List.of("justify.share", "label.share"));
            keys.add(other);
        }

        assertThat(recipe.data()).containsExactly("shop", "med");
        assertThat(keys).hasSize(4).allMatch(keys.get(0)::equals);
        assertThat(keys.get(0)).containsEntry("seed", "5").containsEntry("eval.queries", "0");
    }

    @Test
    void halfOfTheDrawsOfBothExplainFirstAndTheOthersLabelAlone() throws IOException {
        TrainConfig.Rows rows = recipe("data=shop\nmax.steps=4\n")
                .run("shop", StudyArm.of("both"), 1, directory)
                .rows();

        assertThat(rows.justifyShare()).isZero();
        assertThat(rows.labelShare()).isEqualTo(0.5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max.steps=4,seed=3,label.share=1 | label.share, seed",
                "max.minutes=3 | max.steps alone must bound",
                "max.steps=4,max.minutes=3 | max.steps alone must bound",
                "max.steps=4,task=pretrain | task must be distill",
                "max.steps=4,adapter.rank=4,init.checkpoint=x | adapter.rank must be 0",
                "max.steps=4,no.such.key=1 | unknown key no.such.key",
            })
    void whatWouldMakeArmsIncomparableIsRefused(String keys, String message) {
        assertThatThrownBy(() -> recipe("data=shop\n" + keys.replace(',', '\n') + "\n"))
                .hasMessageContaining(message);
    }

    @Test
    void twoSourcesOfOneNameAreRefusedAndUnknownNamesToldWhatThereIs() throws IOException {
        assertThatThrownBy(() -> recipe("data=a/shop,b/shop\nmax.steps=4\n"))
                .hasMessageContaining("two sources of data are called shop");
        StudyRecipe recipe = recipe("data=shop,med\nmax.steps=4\n");
        assertThatThrownBy(() -> recipe.path("mad"))
                .hasMessageContaining("no data 'mad'")
                .hasMessageContaining("shop, med");
        assertThatThrownBy(() -> StudyArm.of("none")).hasMessageContaining("explain, label, justify, both");
    }

    @Test
    void aDirectoryWithARunOfOtherKeysIsRefused() throws IOException {
        StudyArm arm = StudyArm.of("label");
        TrainConfig run = recipe("data=shop\nmax.steps=4\nthreads=1\n").run("shop", arm, 1, directory);
        List<String> noted = new ArrayList<>();
        run.given().forEach((key, value) -> noted.add(key + "=" + value));
        Files.write(directory.resolve("run.properties"), noted);

        StudyRecipe.requireSameKeys(
                recipe("data=shop\nmax.steps=4\nthreads=2\n").run("shop", arm, 1, directory));

        TrainConfig longer = recipe("data=shop\nmax.steps=5\n").run("shop", arm, 1, directory);
        assertThatThrownBy(() -> StudyRecipe.requireSameKeys(longer))
                .hasMessageContaining("max.steps (4, now 5)")
                .hasMessageContaining("--out");
    }

    private StudyRecipe recipe(String text) throws IOException {
        return StudyRecipe.read(Files.writeString(directory.resolve("recipe.properties"), text));
    }
}
