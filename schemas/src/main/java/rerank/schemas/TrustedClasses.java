package rerank.schemas;

import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/** Tells Avro, which refuses unknown classes since 1.12.2, that it may make instances of our generated events. */
public final class TrustedClasses {
    static {
        ClassSecurityPredicate before = ClassSecurityValidator.getGlobal();
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                before,
                type -> type.getPackageName().equals("rerank.schemas")
                        || type.getPackageName().startsWith("rerank.schemas.")));
    }

    private TrustedClasses() {}

    /** Takes effect once, at the first call in this process; what was trusted before stays trusted. */
    public static void trustOurEvents() {}
}
