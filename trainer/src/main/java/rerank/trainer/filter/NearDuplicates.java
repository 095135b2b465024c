package rerank.trainer.filter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rerank.trainer.example.Example;

/**
 * Drops an example that says almost what an earlier one says: with nearly the same explanation, either of the same query or
 * of nearly the same document.
 *
 * <p>Similarity is that of {@link Shingles}. Only explanations that agree in one of 16 bands of four hashes are compared,
 * which finds pairs of similarity 0.8 with probability 0.999 and 0.7 with 0.99.
 *
 * @param threshold similarity from which two texts are nearly the same, above 0
 */
public record NearDuplicates(double threshold) implements ExampleFilter {
    private static final int BAND = 4;

    public NearDuplicates {
        if (!(threshold > 0 && threshold <= 1)) {
            throw new IllegalArgumentException("threshold must lie in (0, 1], was " + threshold);
        }
    }

    private record Kept(Example example, Shingles explanation, Shingles document) {}

    @Override
    public String name() {
        return "near-duplicate";
    }

    @Override
    public Map<Example, String> drop(List<Example> examples) {
        Map<Example, String> dropped = new LinkedHashMap<>();
        Map<List<Integer>, List<Kept>> bands = new HashMap<>();
        for (Example example : examples) {
            Kept own = new Kept(
                    example,
                    Shingles.of(example.explanation()),
                    Shingles.of(example.candidate().title() + " "
                            + example.candidate().text()));
            List<List<Integer>> keys = bandsOf(own.explanation());
            Optional<Kept> earlier = keys.stream()
                    .flatMap(key -> bands.getOrDefault(key, List.of()).stream())
                    .filter(other -> isNearlySame(own, other))
                    .findFirst();
            if (earlier.isPresent()) {
                dropped.put(example, "says what " + earlier.get().example().id() + " says");
            } else {
                keys.forEach(key ->
                        bands.computeIfAbsent(key, band -> new ArrayList<>()).add(own));
            }
        }
        return dropped;
    }

    private boolean isNearlySame(Kept one, Kept other) {
        return one.explanation().similarity(other.explanation()) >= threshold
                && (one.example().query().id().equals(other.example().query().id())
                        || one.document().similarity(other.document()) >= threshold);
    }

    private static List<List<Integer>> bandsOf(Shingles shingles) {
        List<List<Integer>> bands = new ArrayList<>();
        for (int start = 0; start < Shingles.SIZE; start += BAND) {
            List<Integer> band = new ArrayList<>(List.of(start));
            Arrays.stream(shingles.signature(), start, start + BAND).forEach(band::add);
            bands.add(List.copyOf(band));
        }
        return bands;
    }
}
