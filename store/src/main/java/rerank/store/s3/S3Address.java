package rerank.store.s3;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import rerank.model.store.VersionName;

/**
 * Where a store lies: a bucket, and what the keys in it begin with.
 *
 * @param bucket the bucket's name
 * @param prefix parts of keys with {@code /} between them, without one at the end; empty: the whole bucket
 */
record S3Address(String bucket, String prefix) {
    private static final Pattern FORM = Pattern.compile(
            "s3://([A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9])((?:/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*)/?");

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException saying what an address looks like
     */
    static S3Address of(String address) {
        Matcher form = FORM.matcher(address);
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + address
                    + "' is no address of a store, such as s3://my-bucket/rerank/checkpoints: after s3:// the name of a bucket,"
                    + " then parts of letters, digits, '.', '_', '=' and '-', each behind a '/'. The server and the region are no"
                    + " part of it; AWS_ENDPOINT_URL_S3 and AWS_REGION in the environment say them");
        }
        return new S3Address(
                form.group(1), form.group(2).isEmpty() ? "" : form.group(2).substring(1));
    }

    /** The address of a version. */
    String uri(String version) {
        return this + "/" + version;
    }

    /** The version that lies at an address; empty if that is none of this store. */
    Optional<String> version(String uri) {
        String root = this + "/";
        return uri.startsWith(root) && VersionName.isOne(uri.substring(root.length()))
                ? Optional.of(uri.substring(root.length()))
                : Optional.empty();
    }

    /** The key under which something of a version lies. */
    String key(String version, String name) {
        return (prefix.isEmpty() ? "" : prefix + "/") + version + "/" + name;
    }

    @Override
    public String toString() {
        return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
    }
}
