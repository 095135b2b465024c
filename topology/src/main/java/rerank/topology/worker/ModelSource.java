package rerank.topology.worker;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import rerank.model.ranking.PairJudge;
import rerank.model.store.CheckpointStore;

/**
 * Where a worker that follows versions gets their models.
 *
 * @param configured the checkpoint that serves while no version is announced
 * @param store where announced checkpoints lie
 * @param loader loads a checkpoint directory, once for each device; throws what is wrong with it
 * @param freeBytes memory that is free now; empty where nobody knows
 */
public record ModelSource(
        Path configured,
        CheckpointStore store,
        Function<Path, List<PairJudge>> loader,
        Supplier<OptionalLong> freeBytes) {}
