package rerank.trainer.loop;

/** What a cycle came to. */
public enum Outcome {
    /** Fewer new experiences than a cycle needs; they are kept for the next one. */
    TOO_LITTLE_EVIDENCE,
    /** A canary is out and cannot be told from the version beside it yet. */
    CANARY_PENDING,
    /** The canary serves everything from now on, or, without canaries, a candidate does. */
    PROMOTED,
    /** The canary was withdrawn. */
    ROLLED_BACK,
    /** A candidate did not pass the gate. */
    REFUSED,
    /** A candidate passed the gate and serves a share of the queries. */
    PUBLISHED_CANARY,
    /** Somebody pinned the version that serves; nothing was done. */
    PINNED
}
