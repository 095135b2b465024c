package rerank.trainer.loop;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;

/** Names of refined versions: the base's name, {@code -r} and a number that counts them without a gap, refused ones too. */
final class VersionNames {
    private static final Pattern REFINED = Pattern.compile("(.+)-r(\\d{4,9})");

    private VersionNames() {}

    /** The name of the version after all that were announced. */
    static String next(ModelVersions standing, String base) {
        return String.format(Locale.ROOT, "%s-r%04d", base, last(standing, base) + 1);
    }

    /** How many refined versions of a base were announced. */
    static int last(ModelVersions standing, String base) {
        int last = 0;
        for (ModelVersion version : standing.all()) {
            Matcher name = REFINED.matcher(version.getVersion());
            if (name.matches() && name.group(1).equals(base)) {
                last = Math.max(last, Integer.parseInt(name.group(2)));
            }
        }
        return last;
    }
}
