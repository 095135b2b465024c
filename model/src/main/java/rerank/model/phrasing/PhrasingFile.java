package rerank.model.phrasing;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import rerank.model.weights.CheckpointException;

/**
 * Reads and writes {@code phrasing.json}: words, quotations, and states as arrays {@code [first, second, third, next, next, ...]}.
 */
final class PhrasingFile {
    private static final JsonMapper JSON = new JsonMapper();

    private record Content(List<String> words, List<Quotation> quotations, List<int[]> states) {}

    private PhrasingFile() {}

    static Optional<Phrasing> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Content content = JSON.readValue(file.toFile(), new TypeReference<>() {});
            List<Phrasing.State> states = new ArrayList<>();
            for (int[] numbers : content.states()) {
                states.add(state(
                        numbers, content.words().size() + content.quotations().size()));
            }
            return Optional.of(new Phrasing(content.words(), content.quotations(), states));
        } catch (IOException | IllegalArgumentException | NullPointerException e) {
            throw new CheckpointException(
                    file + ": cannot be read: " + e.getMessage()
                            + "; take it from the checkpoint again, or delete it to have explanations that are not bound",
                    e);
        }
    }

    private static Phrasing.State state(int[] numbers, int symbols) {
        if (numbers.length < 4) {
            throw new IllegalArgumentException(
                    "a state has three symbols and those that follow, found " + numbers.length + " numbers");
        }
        Set<Integer> next = new HashSet<>();
        for (int i = 3; i < numbers.length; i++) {
            if (numbers[i] >= symbols || numbers[i] < Phrasing.END || numbers[i] == Phrasing.BEGIN) {
                throw new IllegalArgumentException("there is no symbol " + numbers[i] + " among " + symbols);
            }
            next.add(numbers[i]);
        }
        return new Phrasing.State(new Phrasing.Before(numbers[0], numbers[1], numbers[2]), next);
    }

    static void write(Phrasing phrasing, Path file) {
        List<int[]> states = phrasing.states().stream()
                .map(state -> IntStream.concat(
                                IntStream.of(
                                        state.before().first(),
                                        state.before().second(),
                                        state.before().third()),
                                state.next().stream()
                                        .mapToInt(Integer::intValue)
                                        .sorted())
                        .toArray())
                .toList();
        try {
            Path part = file.resolveSibling(file.getFileName() + ".part");
            JSON.writeValue(part.toFile(), new Content(phrasing.words(), phrasing.quotations(), states));
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written", e);
        }
    }
}
