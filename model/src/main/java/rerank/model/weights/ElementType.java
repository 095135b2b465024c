package rerank.model.weights;

/** How a tensor's numbers are stored in a safetensors file; the names are the file format's. */
public enum ElementType {
    F32(4),
    BF16(2),
    F16(2);

    private final int sizeBytes;

    ElementType(int sizeBytes) {
        this.sizeBytes = sizeBytes;
    }

    /** Bytes of one number. */
    public int sizeBytes() {
        return sizeBytes;
    }
}
