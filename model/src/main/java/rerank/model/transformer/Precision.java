package rerank.model.transformer;

/** The arithmetic of a forward pass. Weights stored otherwise are converted as they are loaded. */
public enum Precision {
    /** 4 bytes a weight; what the reference numbers are held to. */
    FLOAT32(4, Program.FLOAT32),
    /** 2 bytes a weight, half the memory traffic; logits move by some hundredths. */
    BFLOAT16(2, Program.BFLOAT16);

    private final int sizeBytes;
    private final long scalarType;

    Precision(int sizeBytes, long scalarType) {
        this.sizeBytes = sizeBytes;
        this.scalarType = scalarType;
    }

    /** Bytes of one number. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** TorchScript's number of this element type. */
    long scalarType() {
        return scalarType;
    }
}
