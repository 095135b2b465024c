package rerank.cli;

import java.nio.file.NoSuchFileException;

/** Says in one line why a command failed. */
final class Failure {
    private Failure() {}

    /**
     * The message of a failure and of those causes that add something, without line breaks; the class name stands in for
     * a message that is missing.
     */
    static String inOneLine(Throwable failure) {
        StringBuilder line = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = message(cause);
            String text = message.strip().replaceAll("\\s*\\R\\s*", "; ");
            // Wrappers made with new X(cause) repeat the cause's text.
            if (line.indexOf(text) < 0
                    && (cause.getCause() == null
                            || !message.equals(cause.getCause().toString()))) {
                line.append(line.length() == 0 ? "" : ": ").append(text);
            }
        }
        return line.toString();
    }

    private static String message(Throwable failure) {
        if (failure instanceof NoSuchFileException missing) {
            return "no such file: " + missing.getFile();
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
