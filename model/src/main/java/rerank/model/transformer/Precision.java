package rerank.model.transformer;

import java.util.Locale;

/** The arithmetic of a forward pass. Weights stored otherwise are converted as they are loaded. */
public enum Precision {
    /** 4 bytes a weight; what the reference numbers are held to. */
    FLOAT32(4, 4, Program.FLOAT32, Kernel.REORDERED),
    /** 2 bytes a weight, half the memory traffic; logits move by some hundredths. */
    BFLOAT16(2, 2, Program.BFLOAT16, Kernel.REORDERED),
    /**
     * 1 byte a weight, with a scale for each row of a matrix; activations become 8 bits token by token for each product and
     * are bfloat16 between them. Needs a CPU whose kernels do that; see {@link Transformer#supports}.
     */
    INT8(1, 2, Program.BFLOAT16, Kernel.INT8);

    private final int weightBytes;
    private final int activationBytes;
    private final long scalarType;
    private final Kernel kernel;

    Precision(int weightBytes, int activationBytes, long scalarType, Kernel kernel) {
        this.weightBytes = weightBytes;
        this.activationBytes = activationBytes;
        this.scalarType = scalarType;
        this.kernel = kernel;
    }

    /** The precision as written in configuration, for example {@code bfloat16}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads {@link #id()} back, in any case.
     *
     * @throws IllegalArgumentException naming the value and the known ones
     */
    public static Precision of(String id) {
        for (Precision precision : values()) {
            if (precision.id().equalsIgnoreCase(id.strip())) {
                return precision;
            }
        }
        throw new IllegalArgumentException("unknown precision '" + id + "'; use float32, bfloat16 or int8");
    }

    /** Bytes of one weight of a matrix. */
    public int weightBytes() {
        return weightBytes;
    }

    /** Bytes of one activation, and so of one number in a key/value cache. */
    public int activationBytes() {
        return activationBytes;
    }

    /** TorchScript's number of the activations' element type. */
    long scalarType() {
        return scalarType;
    }

    /** What multiplies matrices on a CPU. */
    Kernel kernel() {
        return kernel;
    }
}
