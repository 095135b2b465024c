package rerank.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Runs a command line and keeps what it prints on standard output. */
record Output(int exitCode, String text) {
    static Output of(String... args) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            int exitCode = RerankCommand.run(args);
            return new Output(exitCode, bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }
}
