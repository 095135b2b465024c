package rerank.trainer.dataset;

import java.nio.file.Path;

/** A data set cannot be used as it is; the message says which file and line, and what was expected. */
public final class DatasetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A mistake of a data set as a whole. */
    public DatasetException(String message) {
        super(message);
    }

    /** A file that cannot be read or written. */
    DatasetException(Path file, Throwable cause) {
        super(file + ": " + (cause.getMessage() == null ? cause.toString() : cause.getMessage()), cause);
    }

    /** A mistake in one line, counted from 1. */
    DatasetException(Path file, int line, String mistake) {
        super(file + " line " + line + ": " + mistake);
    }
}
