package rerank.model.store;

import java.util.regex.Pattern;

/** Names under which checkpoints are kept: they become names of directories and parts of keys. */
public final class VersionName {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

    private VersionName() {}

    /** Whether something is such a name. */
    public static boolean isOne(String version) {
        return NAME.matcher(version).matches();
    }

    /**
     * Checks a version's name.
     *
     * @return the name
     * @throws IllegalArgumentException saying what a name may be
     */
    public static String require(String version) {
        if (!isOne(version)) {
            throw new IllegalArgumentException(
                    "model version '" + version + "' cannot be kept in a store: a name has 1 to"
                            + " 200 letters, digits, '.', '_' or '-' and begins with a letter or a digit; it is modelVersion in"
                            + " reranker.json");
        }
        return version;
    }
}
