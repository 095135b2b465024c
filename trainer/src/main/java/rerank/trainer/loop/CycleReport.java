package rerank.trainer.loop;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one cycle did.
 *
 * @param cycle counts the cycles of this process, from 1
 * @param experiences new ones that were read; used up by REFUSED, PUBLISHED_CANARY and, without canaries, PROMOTED
 * @param version that was announced; null where none was
 * @param figures by name: those of the gate or of the canary, {@code propensity.K} of position K with {@code .low} and
 *     {@code .high}, {@code loss.*} at the beginning and the end of training, {@code seconds.*}
 * @param reason for people
 */
public record CycleReport(
        long cycle,
        int experiences,
        Outcome outcome,
        @Nullable String version,
        Map<String, Double> figures,
        String reason) {
    public CycleReport {
        figures = Collections.unmodifiableMap(new TreeMap<>(figures));
    }
}
