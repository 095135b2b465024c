package rerank.model.prompt;

import java.util.Set;
import java.util.stream.Collectors;
import rerank.model.prompt.TemplateBody.Source;

/**
 * What {@link CoverageFlags} tells, and on the control token that leads to the answer, where the label is read, what share of the
 * query is matched when rare words count more ({@link WordRarity}): by the title, and by title and text. Each share has 6 levels: 0
 * none, 5 all, the others quarters; both make one row, title times 6 plus document, behind those of the coverage.
 */
final class RarityFlags extends CoverageFlags {
    private static final int LEVELS = 6;

    /** The rows of {@link CoverageFlags}, and the levels of two shares together. */
    static final int TOKEN_TYPES = CoverageFlags.TOKEN_TYPES + LEVELS * LEVELS;

    private final int answerFlag;

    RarityFlags(String query, String title, String text) {
        super(query, title, text);
        Set<String> asked = stems(Source.QUERY);
        int byTitle = level(asked, stems(Source.TITLE));
        answerFlag = CoverageFlags.TOKEN_TYPES + byTitle * LEVELS + level(asked, document());
    }

    /** For each type the one of {@link CoverageFlags} that says nearest the same. */
    static int[] nearestCoverage() {
        int[] nearest = new int[TOKEN_TYPES];
        for (int type = 0; type < CoverageFlags.TOKEN_TYPES; type++) {
            nearest[type] = type;
        }
        return nearest;
    }

    @Override
    int answerFlag() {
        return answerFlag;
    }

    private static int level(Set<String> of, Set<String> in) {
        Set<String> shared = of.stream().filter(in::contains).collect(Collectors.toSet());
        return level(WordRarity.of(shared), WordRarity.of(of), LEVELS);
    }
}
