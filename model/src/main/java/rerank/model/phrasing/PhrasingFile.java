package rerank.model.phrasing;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import rerank.model.phrasing.Phrasing.Step;
import rerank.model.weights.CheckpointException;

/**
 * Reads and writes {@code phrasing.json}: words, quotations, whether nothing is quoted more often than it stands in the pair, and for
 * each state its steps as {@code [symbol, target, symbol, target, ...]}.
 */
final class PhrasingFile {
    private static final JsonMapper JSON = new JsonMapper();

    private record Content(List<String> words, List<Quotation> quotations, boolean isQuotedOnce, List<int[]> steps) {}

    private PhrasingFile() {}

    static Optional<Phrasing> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Content content = JSON.readValue(file.toFile(), new TypeReference<>() {});
            return Optional.of(new Phrasing(
                    content.words(),
                    content.quotations(),
                    content.isQuotedOnce(),
                    content.steps().stream().map(PhrasingFile::steps).toList()));
        } catch (IOException | IllegalArgumentException | NullPointerException e) {
            throw new CheckpointException(
                    file + ": cannot be read: " + e.getMessage()
                            + "; take it from the checkpoint again, or delete it to have explanations that are not bound",
                    e);
        }
    }

    private static List<Step> steps(int[] numbers) {
        if (numbers.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "steps are pairs of a symbol and a state, found " + numbers.length + " numbers");
        }
        return IntStream.range(0, numbers.length / 2)
                .mapToObj(i -> new Step(numbers[2 * i], numbers[2 * i + 1]))
                .toList();
    }

    static void write(Phrasing phrasing, Path file) {
        List<int[]> steps = phrasing.states().stream()
                .map(state -> state.stream()
                        .flatMapToInt(step -> IntStream.of(step.symbol(), step.target()))
                        .toArray())
                .toList();
        try {
            Path part = file.resolveSibling(file.getFileName() + ".part");
            JSON.writeValue(
                    part.toFile(),
                    new Content(phrasing.words(), phrasing.quotations(), phrasing.isQuotedOnce(), steps));
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written", e);
        }
    }
}
