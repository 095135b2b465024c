package rerank.trainer.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Every answer that was paid for: a file of JSON objects, one a line, forced to disk before the answer is used.
 *
 * <p>A process that died while it wrote leaves a torn last line, which is cut off when the file is opened again; any other
 * line that cannot be read is an error, for it would be paid for once more. One process at a time writes to a file. Safe for
 * use by several threads.
 */
public final class AnswerLog implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final FileChannel channel;

    /** By digest of the request; guarded by this, as are writes. */
    private final Map<String, ChatAnswer> answers = new HashMap<>();

    private AnswerLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens a file, or makes it.
     *
     * @throws IllegalStateException if another process has it open
     * @throws IllegalArgumentException if a line other than the last cannot be read
     */
    public static AnswerLog open(Path file) {
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                requireAlone(file, channel);
                AnswerLog log = new AnswerLog(file, channel);
                log.readAll();
                return log;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("answers of the teacher " + file + ": cannot be opened", e);
        }
    }

    /** The answer to a request, if it was given before. */
    public synchronized Optional<ChatAnswer> find(String digest) {
        return Optional.ofNullable(answers.get(digest));
    }

    /** Number of answers. */
    public synchronized int size() {
        return answers.size();
    }

    /** What the answers cost in tokens on average; empty before the first. */
    public synchronized OptionalDouble meanCompletionTokens() {
        return answers.values().stream().mapToLong(ChatAnswer::completionTokens).average();
    }

    /** What all answers were paid for, whichever run asked. */
    public synchronized Spending total() {
        Spending total = Spending.NONE;
        for (ChatAnswer answer : answers.values()) {
            total = total.plusAnswer(answer);
        }
        return total;
    }

    /** Appends an answer; it is on disk when this returns. */
    synchronized void append(String digest, ChatAnswer answer) {
        String line = JSON.createObjectNode()
                        .put("request", digest)
                        .put("text", answer.text())
                        .put("cut", answer.isCut())
                        .put("promptTokens", answer.promptTokens())
                        .put("completionTokens", answer.completionTokens())
                + "\n";
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException("answers of the teacher " + file + ": cannot be written", e);
        }
        answers.put(digest, answer);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("answers of the teacher " + file + ": cannot be closed", e);
        }
    }

    private static void requireAlone(Path file, FileChannel channel) throws IOException {
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new IllegalStateException(file + ": another process is writing answers into it; wait for it, or give"
                    + " this run an out.dir of its own");
        }
    }

    private void readAll() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int whole = bytes.length;
        while (whole > 0 && bytes[whole - 1] != '\n') {
            whole--;
        }
        channel.truncate(whole);
        channel.position(whole);
        int number = 0;
        for (String line : new String(bytes, 0, whole, StandardCharsets.UTF_8).split("\n", -1)) {
            number++;
            if (!line.isEmpty()) {
                read(line, number);
            }
        }
    }

    private void read(String line, int number) {
        JsonNode json;
        try {
            json = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    file + " line " + number + ": not JSON; delete the line to have its request asked again", e);
        }
        if (!json.path("request").isTextual() || !json.path("text").isTextual()) {
            throw new IllegalArgumentException(file + " line " + number
                    + ": expected an answer with \"request\" and \"text\"; delete the line to have it asked again");
        }
        answers.put(
                json.path("request").asText(),
                new ChatAnswer(
                        json.path("text").asText(),
                        json.path("cut").asBoolean(),
                        json.path("promptTokens").asLong(),
                        json.path("completionTokens").asLong()));
    }
}
