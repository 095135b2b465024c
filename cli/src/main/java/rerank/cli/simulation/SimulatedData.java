package rerank.cli.simulation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import rerank.cli.replay.RerankRequest;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.distillation.TaughtData;

/**
 * A data set as a simulation uses it: users ask the queries of {@code train}, quality is measured on {@code test}, and the
 * gate's golden set is {@code dev}. So what is measured was neither asked nor looked at by anything that decides.
 *
 * @param path a directory or the name of embedded data, as configurations take it
 * @param dataset all of it
 * @param depth candidates of each query
 * @param unseen queries that quality is measured on
 */
public record SimulatedData(Path path, Dataset dataset, int depth, List<RerankRequest> unseen) {
    /** Queries of the users. */
    public static final String ASKED = "train";

    /** Queries of the golden set. */
    public static final String GOLDEN = "dev";

    /** Queries that quality is measured on. */
    public static final String UNSEEN = "test";

    /**
     * Opens a data set.
     *
     * @param unseen queries that quality is measured on, spread evenly over their split
     */
    public static SimulatedData open(Path path, int depth, int unseen) {
        Dataset dataset = TaughtData.open(path).dataset();
        dataset.qrels(GOLDEN);
        return new SimulatedData(path, dataset, depth, RerankRequest.of(dataset, UNSEEN, unseen, depth));
    }

    /**
     * The queries of a number of sessions: all that there are in an order of this seed, then again in another.
     *
     * @throws IllegalArgumentException if a number is below 1
     */
    List<RerankRequest> sessions(int sessions, long seed) {
        if (sessions < 1) {
            throw new IllegalArgumentException("sessions must be at least 1, was " + sessions);
        }
        List<RerankRequest> all = RerankRequest.of(dataset, ASKED, 0, depth);
        Random random = new Random(seed);
        List<RerankRequest> asked = new ArrayList<>();
        while (asked.size() < sessions) {
            List<RerankRequest> round = new ArrayList<>(all);
            Collections.shuffle(round, random);
            asked.addAll(round);
        }
        return List.copyOf(asked.subList(0, sessions));
    }

    /** What the users know. */
    Qrels grades() {
        return dataset.qrels(ASKED);
    }
}
