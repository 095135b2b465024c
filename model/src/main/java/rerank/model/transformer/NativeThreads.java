package rerank.model.transformer;

/**
 * How many threads libtorch uses inside one call: the one place that sets it.
 *
 * <p>Every Java thread that calls the model gets its own team of this many, and teams that together exceed the
 * processors slow each other down badly. So: one calling thread and many native ones, or many calling threads and one
 * native each. The system property {@code ai.djl.pytorch.num_threads} wins; without it the default is the number of
 * processors, at most 4.
 *
 * <p>Start the process with the environment variables {@code OMP_WAIT_POLICY=PASSIVE} and {@code GOMP_SPINCOUNT=10000}, as
 * the start script does: threads that spin for long at barriers starve other work that shares the processors, and threads
 * that sleep at once are woken too late between the short calls of a step. Only the environment can say so; libtorch reads it
 * as it is loaded.
 */
public final class NativeThreads {
    private static final String THREADS = "ai.djl.pytorch.num_threads";
    private static final String INTER_OP_THREADS = "ai.djl.pytorch.num_interop_threads";
    private static final int MOST_BY_DEFAULT = 4;

    private NativeThreads() {}

    /**
     * Sets the number of native threads of each calling thread. Call it before the first model is loaded: libtorch
     * reads it once.
     *
     * @throws IllegalArgumentException if it is less than 1
     * @throws IllegalStateException if libtorch already runs with another number
     */
    public static void set(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("native threads must be at least 1, was " + threads);
        }
        if (Program.isLoaded() && count() != threads) {
            throw new IllegalStateException("native threads are already " + count() + ", cannot become " + threads
                    + "; set them before the first model is loaded");
        }
        System.setProperty(THREADS, Integer.toString(threads));
    }

    /** Native threads of each calling thread: as set, else the default. */
    public static int count() {
        int byDefault = Math.min(Runtime.getRuntime().availableProcessors(), MOST_BY_DEFAULT);
        return Integer.getInteger(THREADS, byDefault);
    }

    /** Makes the properties say what {@link #count()} says, for the engine to read as it starts. */
    static void apply() {
        System.setProperty(THREADS, Integer.toString(count()));
        if (System.getProperty(INTER_OP_THREADS) == null) {
            System.setProperty(INTER_OP_THREADS, "1");
        }
    }
}
