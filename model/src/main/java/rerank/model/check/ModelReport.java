package rerank.model.check;

import java.util.List;

/**
 * What was found out about a checkpoint.
 *
 * @param summary what it is and what it needs
 * @param cases comparisons with its reference; empty where the directory holds none
 */
public record ModelReport(ModelSummary summary, List<CheckedCase> cases) {
    public ModelReport {
        cases = List.copyOf(cases);
    }

    /** Whether every comparison is within its tolerance. */
    public boolean passed() {
        return cases.stream().allMatch(CheckedCase::passed);
    }
}
