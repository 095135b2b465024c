package rerank.trainer.teacher;

/**
 * What a teacher says of one pair.
 *
 * @param label 0 irrelevant, 1 partially relevant, 2 relevant
 * @param explanation sentences that are true of the candidate's text; never blank
 */
public record Lesson(int label, String explanation) {
    public Lesson {
        if (label < 0 || label > 2) {
            throw new IllegalArgumentException("label must be 0, 1 or 2, was " + label);
        }
        if (explanation.isBlank()) {
            throw new IllegalArgumentException("the explanation of label " + label + " is blank");
        }
    }
}
