package rerank.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What a command line came to.
 *
 * @param exitCode 0, 1 or 2
 * @param text what it printed on standard output
 * @param errors what it printed on standard error
 */
record Output(int exitCode, String text, String errors) {
    /** Runs a command line; what it prints is kept and not shown. */
    static Output of(String... args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        System.setOut(new PrintStream(text, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        int exitCode;
        try {
            exitCode = RerankCommand.run(args);
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        return new Output(exitCode, text.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    }
}
