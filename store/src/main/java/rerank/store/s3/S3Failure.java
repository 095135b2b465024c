package rerank.store.s3;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import rerank.model.store.CheckpointStoreException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** What the client or the server reports, in our words: what, where, and what to do. */
final class S3Failure {
    private static final String NO_ANSWER =
            "no answer; check that the server runs, that AWS_ENDPOINT_URL_S3 names it, and the" + " network between";
    private static final String NO_CREDENTIALS =
            "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or"
                    + " AWS_PROFILE, or give this machine or pod a role";

    private S3Failure() {}

    /**
     * Makes the exception.
     *
     * @param object the object's address
     * @param where endpoint or region
     */
    static CheckpointStoreException of(String object, String where, SdkException e) {
        return new CheckpointStoreException(object + " " + where + ": " + said(e), e);
    }

    private static String said(SdkException e) {
        if (e instanceof AwsServiceException answer) {
            return answered(answer);
        }
        Throwable network = networkCause(e);
        if (network != null) {
            return NO_ANSWER + " (" + network.getClass().getSimpleName() + ": " + network.getMessage() + ")";
        }
        String message = String.valueOf(e.getMessage());
        return message.contains("Unable to load credentials") ? NO_CREDENTIALS : message;
    }

    private static String answered(AwsServiceException e) {
        String code = e.awsErrorDetails() == null
                ? ""
                : String.valueOf(e.awsErrorDetails().errorCode());
        String advice = switch (code) {
            case "NoSuchBucket" -> "there is no such bucket; create it, or correct the store's address";
            case "NoSuchKey" -> "there is no such object; the version is damaged: publish it again";
            case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken" ->
                "the server does not take the credentials; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what else"
                        + " gives some";
            case "RequestTimeTooSkewed" -> "the clocks of this machine and of the server differ; set them";
            case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException" ->
                "the bucket is in another region; set AWS_REGION to it";
            case "ConditionalRequestConflict", "OperationAborted" ->
                "somebody else writes the same version at this moment; do it again";
            case "NotImplemented" ->
                "the server cannot do that; it must know S3's If-None-Match on writes and uploads in parts";
            default -> byStatus(e.statusCode());
        };
        return advice + " (" + e.statusCode() + (code.isEmpty() ? "" : " " + code) + ")";
    }

    private static String byStatus(int status) {
        if (status == 301) {
            return "the bucket is in another region; set AWS_REGION to it";
        }
        if (status == 403) {
            return "access denied; these credentials need s3:ListBucket on the bucket and s3:GetObject on what is in it, and who"
                    + " publishes s3:PutObject and s3:AbortMultipartUpload";
        }
        return status >= 500 ? "the server fails; try again later" : "the server refuses that";
    }

    private static @Nullable Throwable networkCause(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketException
                    || cause instanceof SocketTimeoutException
                    || cause instanceof UnknownHostException
                    || cause instanceof SSLException) {
                return cause;
            }
        }
        return null;
    }
}
