package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.transformer.NativeThreads;
import rerank.trainer.dataset.DatasetWriter;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;

/** The study of explaining through real training and real evaluation, in small. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TrainStudyIT {
    @TempDir
    Path directory;

    private final ObjectMapper json = new ObjectMapper();

    @Test
    void armsAreTaughtAndMeasuredOnceAndAStudyGoesOnWhereItWas() throws Exception {
        Path shop = directory.resolve("shop");
        DatasetWriter.write(
                Storefront.generate(new StorefrontConfig(1, 600, 60, 10, 10, 12))
                        .dataset(),
                shop,
                "bm25");
        Path out = directory.resolve("runs");

        Output first = study(4, out, "explain,label");

        assertThat(first.exitCode()).as(first.errors()).isZero();
        assertThat(first.text()).contains("explain, served explain", "label, served label", "linear control");
        assertThat(Files.readString(out.resolve("study.svg")))
                .startsWith("<svg")
                .contains("shop, nDCG@10");
        JsonNode explain =
                json.readTree(out.resolve("shop/explain-1/measured.json").toFile());
        JsonNode label = json.readTree(out.resolve("shop/label-1/measured.json").toFile());
        assertThat(explain.path("steps")).isEqualTo(label.path("steps"));
        assertThat(explain.path("trainedTokens").asLong())
                .as("explanations are more to read")
                .isGreaterThan(label.path("trainedTokens").asLong());
        assertThat(explain.at("/served/explain/tokensPerPair").asDouble())
                .isGreaterThan(label.at("/served/label/tokensPerPair").asDouble() + 1);

        Output more = study(4, out, "explain,label,justify,both");

        assertThat(more.exitCode()).as(more.errors()).isZero();
        assertThat(more.errors())
                .contains("arm justify, seed 1", "arm both, seed 1")
                .doesNotContain("arm explain, seed 1")
                .doesNotContain("linear control of shop");
        JsonNode report = json.readTree(out.resolve("study.json").toFile());
        assertThat(report.at("/data/0/served")).hasSize(6);
        assertThat(report.at("/data/0/served")).allSatisfy(served -> {
            assertThat(served.at("/ndcg10/mean").asDouble(-1)).isBetween(0.0, 1.0);
            assertThat(served.at("/millisPerPair/mean").asDouble()).isPositive();
        });
        assertThat(report.at("/data/0/served/2/ndcg10/mean"))
                .as("explaining after the label leaves the order as it is")
                .isEqualTo(report.at("/data/0/served/3/ndcg10/mean"));

        Output onDev = study(4, out, "explain,label", "--split", "dev");

        assertThat(onDev.exitCode()).as(onDev.errors()).isZero();
        assertThat(onDev.text()).contains("3 queries of split dev");
        JsonNode again =
                json.readTree(out.resolve("shop/explain-1/measured.json").toFile());
        assertThat(again.at("/sample/split").asText()).isEqualTo("dev");
        assertThat(again.path("trainingMinutes"))
                .as("what was taught is measured anew, not taught anew")
                .isEqualTo(explain.path("trainingMinutes"));

        Output other = study(5, out, "explain,label");

        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.errors()).contains("max.steps (4, now 5)");
    }

    private Output study(int steps, Path out, String arms, String... more) throws Exception {
        Path tokenizer =
                Path.of("..", "models", "rerank-small").toAbsolutePath().normalize();
        Path recipe = Files.writeString(
                directory.resolve("study.properties"),
                String.join(
                        "\n",
                        "data=shop",
                        "tokenizer.dir=" + tokenizer,
                        "model.hidden.size=16",
                        "model.heads=2",
                        "model.layers=1",
                        "model.feed.forward.size=32",
                        "max.prompt.tokens=128",
                        "draws.per.step=2",
                        "warmup.steps=1",
                        "threads=1",
                        // As many as this process runs with already.
                        "native.threads=" + NativeThreads.count(),
                        "max.steps=" + steps));
        List<String> command = new ArrayList<>(List.of(
                "train",
                "study",
                "--config",
                recipe.toString(),
                "--out",
                out.toString(),
                "--seeds",
                "1",
                "--arms",
                arms,
                "--limit",
                "3",
                "--depth",
                "5"));
        command.addAll(List.of(more));
        return Output.of(command.toArray(String[]::new));
    }
}
