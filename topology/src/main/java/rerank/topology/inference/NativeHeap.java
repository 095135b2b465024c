package rerank.topology.inference;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory outside of the Java heap. What a model frees stays with the C library's allocator, which keeps a heap for each
 * thread; after twenty models that is hundreds of megabytes that nobody uses.
 */
final class NativeHeap {
    private static final Logger log = LoggerFactory.getLogger(NativeHeap.class);

    private NativeHeap() {}

    /** Gives free memory back to the operating system where the JVM can ({@code System.trim_native_heap}, Linux). */
    static void trim() {
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "systemTrimNativeHeap",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
        } catch (JMException | RuntimeException e) {
            log.debug("this JVM does not give native memory back; it stays with the process", e);
        }
    }
}
