package rerank.model.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.List;
import rerank.model.transformer.TransformerTrainer.AdamW;

/** AdamW, and Muon for the matrices of the blocks where that is wanted, with their moments. Owned by one thread. */
final class Optimizer {
    private final Program program;
    private final Precision precision;
    private final List<NDArray> trained;
    private final List<Boolean> isMatrixOfBlock;
    private final List<NDArray> firstMoments;
    private final List<NDArray> secondMoments;
    private final List<NDArray> stepCounts;

    /**
     * An optimizer that took no step.
     *
     * @param precision of Muon's iterations
     * @param manager that the moments belong to
     * @param trained tensors that it steps, in place
     * @param isMatrixOfBlock for each of them, whether it is one that Muon may step
     */
    Optimizer(
            Program program,
            Precision precision,
            PtNDManager manager,
            List<NDArray> trained,
            List<Boolean> isMatrixOfBlock) {
        this.program = program;
        this.precision = precision;
        this.trained = trained;
        this.isMatrixOfBlock = isMatrixOfBlock;
        this.firstMoments = TransformerTrainer.named(
                "m[]", trained.stream().map(NDArray::zerosLike).toList());
        this.secondMoments = TransformerTrainer.named(
                "v[]", trained.stream().map(NDArray::zerosLike).toList());
        this.stepCounts = TransformerTrainer.named(
                "s[]", trained.stream().map(each -> manager.create(0f)).toList());
    }

    /** What a run that goes on needs to know. */
    List<List<NDArray>> state() {
        return List.of(firstMoments, secondMoments, stepCounts);
    }

    /**
     * One step; weight decay on matrices only.
     *
     * @param own closes what the step leaves
     * @param averages gradients, one for each trained tensor
     */
    void step(PtNDManager own, List<NDArray> averages, float rate, AdamW settings) {
        if (settings.muonMomentum() > 0) {
            muon(own, averages, rate, settings);
        }
        adamW(own, averages, rate, settings, true);
        adamW(own, averages, rate, settings, false);
    }

    private void muon(PtNDManager own, List<NDArray> averages, float rate, AdamW settings) {
        NDList arguments = new NDList(own.create(
                new float[] {rate, settings.muonMomentum(), settings.weightDecay(), precision.scalarType()}));
        for (List<NDArray> arrays : List.of(averages, trained, firstMoments)) {
            for (int i = 0; i < arrays.size(); i++) {
                if (isMatrixOfBlock.get(i)) {
                    arguments.add(arrays.get(i));
                }
            }
        }
        arguments.add(TransformerTrainer.method(own, "muon"));
        program.callForTraining(arguments);
    }

    /** Steps the matrices, which decay, or the vectors, which do not. */
    private void adamW(PtNDManager own, List<NDArray> averages, float rate, AdamW settings, boolean matrices) {
        NDList arguments = new NDList(own.create(new float[] {
            rate, settings.beta1(), settings.beta2(), settings.epsilon(), matrices ? settings.weightDecay() : 0
        }));
        int before = arguments.size();
        for (List<NDArray> arrays : List.of(averages, trained, firstMoments, secondMoments, stepCounts)) {
            for (int i = 0; i < arrays.size(); i++) {
                if (matrices == trained.get(i).getShape().dimension() > 1
                        && !(settings.muonMomentum() > 0 && isMatrixOfBlock.get(i))) {
                    arguments.add(arrays.get(i));
                }
            }
        }
        if (arguments.size() > before) {
            arguments.add(TransformerTrainer.method(own, "adamw"));
            program.callForTraining(arguments);
        }
    }
}
