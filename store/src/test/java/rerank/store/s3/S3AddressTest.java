package rerank.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3AddressTest {
    @ParameterizedTest
    @CsvSource({
        "s3://bucket, bucket, '', v1/f, s3://bucket/v1",
        "s3://bucket/, bucket, '', v1/f, s3://bucket/v1",
        "s3://my.bucket/a/b=1, my.bucket, a/b=1, a/b=1/v1/f, s3://my.bucket/a/b=1/v1",
        "s3://bucket/a/b/, bucket, a/b, a/b/v1/f, s3://bucket/a/b/v1"
    })
    void isABucketAndAPrefix(String text, String bucket, String prefix, String key, String uri) {
        S3Address address = S3Address.of(text);

        assertThat(address).isEqualTo(new S3Address(bucket, prefix));
        assertThat(address.key("v1", "f")).isEqualTo(key);
        assertThat(address.uri("v1")).isEqualTo(uri);
        assertThat(address.version(uri)).contains("v1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3:bucket",
                "s3://",
                "s3://ab",
                "s3://bucket//a",
                "s3://bucket/../a",
                "s3://bucket/a b",
                "s3://host:9000/b"
            })
    void saysWhatAnAddressLooksLike(String text) {
        assertThatThrownBy(() -> S3Address.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("s3://my-bucket/rerank/checkpoints");
    }

    @Test
    void versionsOfOtherStoresAreNone() {
        S3Address address = S3Address.of("s3://bucket/a");

        assertThat(address.version("s3://bucket/ab/v1")).isEmpty();
        assertThat(address.version("s3://bucket/v1")).isEmpty();
        assertThat(address.version("s3://bucket/a/b/v1")).isEmpty();
        assertThat(address.version("s3://bucket/a/..")).isEmpty();
    }
}
