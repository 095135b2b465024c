package rerank.trainer.annotation;

/** Is told how far a long piece of work is. Called by one thread at a time. */
public interface Watcher {
    /** A piece of work begins. */
    void begin(String what, long total);

    /** One part of it is done; the note says what it came to so far. */
    void step(String note);

    /** It ends. */
    void end();
}
