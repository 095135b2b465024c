package rerank.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.transformer.Reading;
import rerank.model.transformer.TinyCheckpoint;
import rerank.model.transformer.Transformer;

/** What a worker does for days: memory outside the Java heap must not grow with the pairs that it has judged. */
class EnduranceIT {
    private static final int PAIRS = 100_000;
    private static final int WARM_UP = 20_000;
    private static final int HALF = 55_000;
    private static final int LOOK_EVERY = 5_000;
    private static final int CANDIDATES = 25;

    /** Some 350 bytes a pair between the peaks of both halves; a tensor that is not freed costs about as much. */
    private static final long SLACK_BYTES = 16L << 20;

    private static final Path SMAPS = Path.of("/proc/self/smaps");
    private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ ");

    @TempDir
    Path directory;

    private final Random random = new Random(1);

    @Test
    void memoryIsFlatOverAHundredThousandPairs() throws IOException {
        assumeTrue(Files.exists(SMAPS), () -> "no " + SMAPS + " to read resident memory from");
        List<String> failures = new ArrayList<>();
        long highestAtFirst = 0;
        long highestThen = 0;
        try (Transformer transformer =
                        Transformer.load(TinyCheckpoint.write(directory, TinyCheckpoint.config("llama"), 1, false));
                Scheduler scheduler =
                        new Scheduler(transformer, new Scheduler.Limits(1024, 16, 1 << 20), Reading.greedy(1, 2, 3))) {
            int judged = 0;
            int asked = 0;
            while (judged < PAIRS) {
                while (asked < PAIRS && scheduler.hasRoom()) {
                    asked += ask(scheduler);
                }
                for (Sequence sequence : scheduler.step()) {
                    judged++;
                    if (sequence.failure() != null) {
                        failures.add(sequence.failure());
                    }
                    if (judged > HALF && judged % LOOK_EVERY == 0) {
                        highestThen = Math.max(highestThen, outsideTheHeap());
                    } else if (judged > WARM_UP && judged % LOOK_EVERY == 0) {
                        highestAtFirst = Math.max(highestAtFirst, outsideTheHeap());
                    }
                }
            }
            assertThat(scheduler.statistics().completed()).isEqualTo(PAIRS);
            assertThat(scheduler.statistics().cacheBytesInUse()).isLessThanOrEqualTo(1 << 19);
        }

        assertThat(failures).isEmpty();
        assertThat(highestThen - highestAtFirst)
                .as("growth of memory outside the heap, from %s bytes", highestAtFirst)
                .isLessThan(SLACK_BYTES);
    }

    /** The candidates of a query: most ask for their label alone, one also for a short explanation. */
    private int ask(Scheduler scheduler) {
        int[] query = TinyCheckpoint.tokens(random, 18 + random.nextInt(20));
        for (int i = 0; i < CANDIDATES; i++) {
            int own = 1 + random.nextInt(12);
            int[] ids = Arrays.copyOf(query, query.length + own);
            System.arraycopy(TinyCheckpoint.tokens(random, own), 0, ids, query.length, own);
            EncodedPrompt prompt = new EncodedPrompt(ids, new int[ids.length], 0, query.length);
            scheduler.add(
                    i == 0
                            ? new GenerationRequest(prompt, 4, StopRule.NEVER, new int[] {5}, 0, -1)
                            : GenerationRequest.score(prompt));
        }
        return CANDIDATES;
    }

    /**
     * Resident memory of all mappings but the Java heap's, which is below 32 GiB for the sake of compressed pointers. Collected
     * first: what the virtual machine keeps beside its heap grows by some 10 MB from one collection to the next.
     */
    private static long outsideTheHeap() throws IOException {
        System.gc();
        long bytes = 0;
        boolean isHeap = false;
        for (String line : Files.readAllLines(SMAPS)) {
            Matcher mapping = MAPPING.matcher(line);
            if (mapping.lookingAt()) {
                isHeap = Long.parseUnsignedLong(mapping.group(1), 16) < 32L << 30;
            } else if (!isHeap && line.startsWith("Rss:")) {
                bytes += 1024 * Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return bytes;
    }
}
