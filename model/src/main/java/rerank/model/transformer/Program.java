package rerank.model.transformer;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A TorchScript module made of the sources beside this class, and the calls into it. Loaded once and kept for the life
 * of the process. It holds no state, so any number of threads may call it at once.
 *
 * <p>bfloat16 stays on the native side: DJL aborts the process when it is asked to map that type, so arrays of it are
 * opaque here, and what comes back to be read is float32 or int64.
 */
public final class Program {
    /** TorchScript's numbers of element types. */
    static final long BYTE = 0;

    static final long FLOAT16 = 5;
    static final long FLOAT32 = 6;
    static final long BFLOAT16 = 15;

    private static final String OFFLINE = "ai.djl.offline";

    private static final AtomicBoolean LOADED = new AtomicBoolean();

    /** The executor's optimizer recompiles for new shapes; off is faster here. The setting is per thread. */
    private static final ThreadLocal<Boolean> THREAD_IS_PREPARED = ThreadLocal.withInitial(() -> {
        JniUtils.setGraphExecutorOptimize(false);
        return true;
    });

    private final PtSymbolBlock module;

    private Program(PtSymbolBlock module) {
        this.module = module;
    }

    /** The decoder: inference and reading of weights. */
    static Program decoder() {
        return DecoderHolder.DECODER;
    }

    /** Whether libtorch was started by this class. */
    static boolean isLoaded() {
        return LOADED.get();
    }

    /**
     * Loads a module.
     *
     * @param className the class among the sources to instantiate
     * @param sources resources beside this class, concatenated
     */
    public static Program load(String className, String... sources) {
        StringBuilder text = new StringBuilder();
        for (String source : sources) {
            text.append(resource(source)).append('\n');
        }
        byte[] archive = ModuleArchive.of(text.toString(), className);
        PtNDManager manager = newManager();
        LOADED.set(true);
        try {
            return new Program(JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A manager of native arrays that outlives calls; the caller closes it. */
    public static PtNDManager newManager() {
        NativeThreads.apply();
        // The native library comes from the class path; nothing is to be fetched at run time.
        if (System.getProperty(OFFLINE) == null) {
            System.setProperty(OFFLINE, "true");
        }
        return (PtNDManager) NDManager.newBaseManager(ai.djl.Device.cpu(), "PyTorch");
    }

    /** GPUs that libtorch can use. */
    static int gpus() {
        try (PtNDManager manager = newManager()) {
            return manager.getEngine().getGpuCount();
        }
    }

    /** Calls a method in inference mode; its results can never be part of a gradient. The caller closes the result. */
    public IValue call(String method, IValue... arguments) {
        prepareThread();
        return IValueUtils.runMethod(module, method, arguments);
    }

    /**
     * Calls a method outside inference mode, as autograd needs. Arguments are tensors alone, grouped by name: those
     * named {@code x[]} become one list, and the one named {@code module_method:m} picks the method.
     */
    NDList callForTraining(NDList arguments) {
        prepareThread();
        return IValueUtils.forward(module, arguments, true);
    }

    @SuppressWarnings("ReturnValueIgnored")
    private static void prepareThread() {
        THREAD_IS_PREPARED.get();
    }

    private static String resource(String name) {
        try (InputStream in = Program.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not on the class path beside " + Program.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class DecoderHolder {
        private static final Program DECODER = load("Decoder", "blocks.py", "decoder.py");
    }
}
