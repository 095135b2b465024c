package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A process that a test kills and starts again; what all its lives print is in one file. Owned by one thread. */
final class Victim implements AutoCloseable {
    private final String name;
    private final List<String> command;
    private final String sign;
    private final Path log;
    private Process process;
    private long signsBefore;

    /**
     * A process that does not run yet.
     *
     * @param sign what it prints when it works
     * @param directory where its log is
     */
    Victim(String name, Path directory, String sign, Class<?> main, String... arguments) {
        this.name = name;
        this.sign = sign;
        this.log = directory.resolve(name + ".log");
        command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
    }

    String name() {
        return name;
    }

    void start() {
        signsBefore = count(sign);
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With SIGKILL. */
    void kill() {
        assertAlive();
        close();
    }

    /** Whether its last life has come as far as to work. */
    boolean isUp() {
        assertAlive();
        return count(sign) > signsBefore;
    }

    /** Waits until it works. */
    void awaitUp() {
        awaitLines(sign, signsBefore + 1);
    }

    /** Waits until so many lines of all its lives hold a text. */
    void awaitLines(String text, long wanted) {
        long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (count(text) < wanted) {
            assertAlive();
            assertThat(System.nanoTime())
                    .as(() -> name + " does not say \"" + text + "\":\n" + text())
                    .isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    /** Lines of all its lives that hold a text. */
    long count(String text) {
        return text().lines().filter(line -> line.contains(text)).count();
    }

    /** What it printed in all its lives. */
    String text() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nobody but the test ends it. */
    void assertAlive() {
        assertThat(process.isAlive())
                .as(() -> name + " ended by itself:\n" + text())
                .isTrue();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }
}
