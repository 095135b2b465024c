package rerank.store.testing;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobApiMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A server of the S3 protocol on a free port of this machine, with one bucket in memory. While it lives, the client finds its
 * address, region and credentials in this process's system properties, as a user's client finds them in the environment.
 */
public final class S3Server implements AutoCloseable {
    /** The bucket's name. */
    public static final String BUCKET = "checkpoints";

    private static final String ACCESS_KEY = "test-key";
    private static final String SECRET_KEY = "test-secret";

    private final BlobStoreContext objects;
    private final Map<String, String> environment;
    private final S3Client client;
    private S3Proxy server;

    private S3Server(BlobStoreContext objects, S3Proxy server) {
        this.objects = objects;
        this.server = server;
        this.environment = Map.of(
                "aws.endpointUrlS3",
                "http://localhost:" + server.getPort(),
                "aws.region",
                "us-east-1",
                "aws.accessKeyId",
                ACCESS_KEY,
                "aws.secretAccessKey",
                SECRET_KEY,
                "aws.disableEc2Metadata",
                "true");
        environment.forEach(System::setProperty);
        this.client = S3Client.builder()
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .build();
    }

    /** Starts a server. */
    public static S3Server start() throws Exception {
        BlobStoreContext objects = ContextBuilder.newBuilder(new TransientNio2BlobApiMetadata())
                .credentials(ACCESS_KEY, SECRET_KEY)
                .build(BlobStoreContext.class);
        S3Server started = new S3Server(objects, listen(objects, 0));
        started.client.createBucket(request -> request.bucket(BUCKET));
        return started;
    }

    private static S3Proxy listen(BlobStoreContext objects, int port) throws Exception {
        S3Proxy server = S3Proxy.builder()
                .blobStore(objects.getBlobStore())
                .endpoint(URI.create("http://127.0.0.1:" + port))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
                .build();
        server.start();
        return server;
    }

    /** Where it listens. */
    public String endpoint() {
        return environment.getOrDefault("aws.endpointUrlS3", "");
    }

    /** The keys of all objects, in order. */
    public List<String> keys() {
        return client.listObjectsV2(request -> request.bucket(BUCKET)).contents().stream()
                .map(S3Object::key)
                .sorted()
                .toList();
    }

    /** Writes an object, over what is there. */
    public void write(String key, byte[] content) {
        client.putObject(request -> request.bucket(BUCKET).key(key), RequestBody.fromBytes(content));
    }

    /** Deletes an object. */
    public void delete(String key) {
        client.deleteObject(request -> request.bucket(BUCKET).key(key));
    }

    /** Whether an upload in parts was begun and neither ended nor given up. */
    public boolean holdsParts() {
        return client.listMultipartUploads(request -> request.bucket(BUCKET)).hasUploads();
    }

    /** Listens no more; the objects stay. */
    public void stop() throws Exception {
        server.stop();
    }

    /** Listens again where it did. */
    public void startAgain() throws Exception {
        server = listen(objects, URI.create(endpoint()).getPort());
    }

    @Override
    public void close() throws Exception {
        client.close();
        server.stop();
        objects.close();
        environment.keySet().forEach(System::clearProperty);
    }
}
