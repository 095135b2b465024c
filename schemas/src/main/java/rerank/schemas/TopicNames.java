package rerank.schemas;

/**
 * The topics by name: a prefix and what they hold.
 *
 * @param prefix put before every name, for example {@code rerank.}; may be empty
 */
public record TopicNames(String prefix) {
    /** Where users publish queries. */
    public String queries() {
        return prefix + "queries";
    }

    /** Where users publish candidates. */
    public String candidates() {
        return prefix + "candidates";
    }

    /** Where the answers come back. */
    public String rankedResults() {
        return prefix + "ranked-results";
    }

    /** Where users publish what was done with the answers. */
    public String feedback() {
        return prefix + "feedback";
    }

    /** What was shown and what users did with it, for the trainer. */
    public String experience() {
        return prefix + "experience";
    }

    /** Which weights serve: the newest announcement of each version; compacted. */
    public String modelVersions() {
        return prefix + "model-versions";
    }

    /** Every announcement and refusal of a version in their order, with its figures. */
    public String modelDecisions() {
        return prefix + "model-decisions";
    }

    /** What each worker serves, in its own words; compacted. */
    public String modelStatus() {
        return prefix + "model-status";
    }

    /** What could not be read or processed, as raw bytes with the reason in headers. */
    public String deadLetters() {
        return prefix + "dead-letters";
    }

    /** Pairs on their way to the judges; used when judging is fanned out. */
    public String pairs() {
        return prefix + "pairs";
    }

    /** Judgments on their way back; used when judging is fanned out. */
    public String judgments() {
        return prefix + "judgments";
    }
}
