package rerank.store.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointProvider;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The objects of a bucket. Endpoint, region and credentials are what the client finds in the environment. The client lives as
 * long as the process; it holds no thread and no connection that is not in use.
 */
final class Bucket {
    /** Larger files go in parts of this size: a failure costs one part, and one request holds 5 GiB at most. */
    private static final int PART_BYTES = 16 << 20;

    /** So many parts at most make an object. */
    private static final int MOST_PARTS = 10_000;

    private static final int PRECONDITION_FAILED = 412;

    private final S3Client client;
    private final String name;
    private final String where;

    private Bucket(S3Client client, String name) {
        this.client = client;
        this.name = name;
        this.where = client.serviceClientConfiguration()
                .endpointOverride()
                .map(endpoint -> "at " + endpoint)
                .orElseGet(() -> "in the region "
                        + client.serviceClientConfiguration().region().id());
    }

    /**
     * A bucket that is not talked to yet.
     *
     * @throws IllegalArgumentException if the environment does not say where it is
     */
    static Bucket open(String name) {
        S3EndpointProvider endpoints = S3EndpointProvider.defaultProvider();
        try {
            S3Client client = S3Client.builder()
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    // Checksums of the client's own are not known to all servers, and files are checked by their
                    // hashes.
                    .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                    .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                    // A server that is named seldom has a host name for each bucket.
                    .endpointProvider(where -> endpoints.resolveEndpoint(
                            where.endpoint() == null
                                    ? where
                                    : where.toBuilder().forcePathStyle(true).build()))
                    .build();
            return new Bucket(client, name);
        } catch (SdkClientException e) {
            throw new IllegalArgumentException(
                    "s3://" + name
                            + ": where it is cannot be told; set AWS_REGION (for MinIO, Ceph and others any will do, such as"
                            + " us-east-1, with AWS_ENDPOINT_URL_S3): " + e.getMessage(),
                    e);
        }
    }

    /** An object's content; empty if there is none. */
    Optional<byte[]> read(String key) {
        return orFail(key, () -> {
            try {
                return Optional.of(
                        client.getObjectAsBytes(request -> request.bucket(name).key(key))
                                .asByteArray());
            } catch (NoSuchKeyException e) {
                return Optional.empty();
            }
        });
    }

    /** Writes an object unless there is one, in one step. */
    void create(String key, byte[] content) {
        orFail(key, () -> {
            try {
                client.putObject(
                        request -> request.bucket(name).key(key).ifNoneMatch("*"), RequestBody.fromBytes(content));
            } catch (S3Exception e) {
                if (e.statusCode() != PRECONDITION_FAILED) {
                    throw e;
                }
            }
            return Optional.empty();
        });
    }

    /** Writes a file, over what is there. */
    void upload(String key, Path file) throws IOException {
        if (Files.size(file) > PART_BYTES) {
            uploadParts(key, file);
        } else {
            orFail(key, () -> client.putObject(request -> request.bucket(name).key(key), RequestBody.fromFile(file)));
        }
    }

    private void uploadParts(String key, Path file) throws IOException {
        int partBytes = Math.toIntExact(Math.max(PART_BYTES, Files.size(file) / MOST_PARTS + 1));
        String id = orFail(
                key,
                () -> client.createMultipartUpload(
                                request -> request.bucket(name).key(key))
                        .uploadId());
        try (InputStream in = Files.newInputStream(file)) {
            List<CompletedPart> parts = new ArrayList<>();
            for (byte[] part = in.readNBytes(partBytes); part.length > 0; part = in.readNBytes(partBytes)) {
                parts.add(uploadPart(key, id, parts.size() + 1, part));
            }
            orFail(
                    key,
                    () -> client.completeMultipartUpload(request ->
                            request.bucket(name).key(key).uploadId(id).multipartUpload(upload -> upload.parts(parts))));
        } catch (IOException | RuntimeException e) {
            abort(key, id, e);
            throw e;
        }
    }

    private CompletedPart uploadPart(String key, String id, int number, byte[] content) {
        String tag = orFail(
                key,
                () -> client.uploadPart(
                                request -> request.bucket(name)
                                        .key(key)
                                        .uploadId(id)
                                        .partNumber(number),
                                RequestBody.fromBytes(content))
                        .eTag());
        return CompletedPart.builder().partNumber(number).eTag(tag).build();
    }

    /** Parts of an upload that is given up cost room until somebody says so. */
    private void abort(String key, String id, Exception why) {
        try {
            client.abortMultipartUpload(request -> request.bucket(name).key(key).uploadId(id));
        } catch (SdkException e) {
            why.addSuppressed(e);
        }
    }

    /** Writes an object's content to a file that is not there yet. */
    void download(String key, Path file) {
        orFail(key, () -> client.getObject(request -> request.bucket(name).key(key), file));
    }

    private <T> T orFail(String key, Supplier<T> work) {
        try {
            return work.get();
        } catch (SdkException e) {
            throw S3Failure.of("s3://" + name + "/" + key, where, e);
        }
    }

    /** An object as messages name it. */
    String nameOf(String key) {
        return "s3://" + name + "/" + key + " " + where;
    }
}
