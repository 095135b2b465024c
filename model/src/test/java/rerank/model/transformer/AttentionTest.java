package rerank.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The attention of prompts and of other devices than CPUs, against the fused kernel of CPUs. */
class AttentionTest {
    private static final Program BOTH =
            Program.load("AttentionComparison", "blocks.py", "decoder.py", "attention_comparison.py");

    private final Random random = new Random(1);

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, false, false",
        "3, 4, 17, 17, true, false",
        "2, 2, 70, 70, true, false",
        "1, 2, 12, 200, false, false",
        "5, 2, 2, 33, false, true",
        "40, 2, 2, 96, false, true",
    })
    void isTheSameByItsDefinitionAsByTheFusedKernel(
            int batch, int heads, int queries, int keys, boolean causal, boolean masked) {
        try (PtNDManager manager = Program.newManager();
                Arguments arguments = new Arguments(manager)) {
            PtNDArray[] all = arguments.tuple(BOTH.call(
                    "both",
                    tensor(arguments, manager, batch, heads, queries, 8),
                    tensor(arguments, manager, batch, heads, keys, 8),
                    tensor(arguments, manager, batch, heads, keys, 8),
                    arguments.own(IValue.from(causal)),
                    masked ? mask(arguments, manager, batch, keys) : none(arguments, manager)));

            assertThat(all[2].toFloatArray())
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(all[0].toFloatArray());
            assertThat(all[3].toFloatArray())
                    .as("the logarithms of the sums")
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(all[1].toFloatArray());
        }
    }

    private IValue tensor(Arguments arguments, PtNDManager manager, int... shape) {
        float[] values = new float[shape[0] * shape[1] * shape[2] * shape[3]];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        PtNDArray made = (PtNDArray) manager.create(values, new Shape(shape[0], shape[1], shape[2], shape[3]));
        return arguments.own(IValue.from(made));
    }

    /** Each row sees some of the first keys, at least one. */
    private IValue mask(Arguments arguments, PtNDManager manager, int batch, int keys) {
        float[] values = new float[batch * keys];
        for (int row = 0; row < batch; row++) {
            for (int key = 1 + random.nextInt(keys); key < keys; key++) {
                values[row * keys + key] = Float.NEGATIVE_INFINITY;
            }
        }
        return arguments.own(IValue.from((PtNDArray) manager.create(values, new Shape(batch, 1, 1, keys))));
    }

    private static IValue none(Arguments arguments, PtNDManager manager) {
        return arguments.own(IValue.from((PtNDArray) manager.create(new Shape(0))));
    }
}
