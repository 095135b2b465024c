package rerank.model.prompt;

import java.util.HashSet;
import java.util.Set;
import rerank.model.prompt.TemplateBody.Source;

/**
 * What {@link RelationFlags} tells, and finely how far query and document cover each other, which attention, being a mean, counts
 * badly: on the control token before the query the share of the query's words that the title has, before the title the share of
 * the title's words that the query has, before the text the share of the query's words that title and text have. Each has rows
 * of its own behind those of the relations, for 9 levels: 0 none, 8 all, the others sevenths.
 */
class CoverageFlags extends RelationFlags {
    private static final int LEVELS = 9;

    /** The rows of {@link RelationFlags}, and the levels of three shares. */
    static final int TOKEN_TYPES = RelationFlags.TOKEN_TYPES + 3 * LEVELS;

    private final Set<String> query;
    private final Set<String> title;
    private final Set<String> document;

    CoverageFlags(String query, String title, String text) {
        super(query, title, text);
        this.query = stems(Source.QUERY);
        this.title = stems(Source.TITLE);
        this.document = new HashSet<>(this.title);
        document.addAll(stems(Source.TEXT));
    }

    /** For each type the one of {@link RelationFlags} that says nearest the same. */
    static int[] nearestRelations() {
        int[] nearest = new int[TOKEN_TYPES];
        for (int type = 0; type < RelationFlags.TOKEN_TYPES; type++) {
            nearest[type] = type;
        }
        for (int level = 0; level < LEVELS; level++) {
            int coarse = level == 0 ? 1 : level == LEVELS - 1 ? 4 : 2 * level < LEVELS ? 2 : 3;
            nearest[row(Source.TITLE) + level] = coarse;
            nearest[row(Source.TEXT) + level] = 4 + coarse;
        }
        return nearest;
    }

    @Override
    int leadingFlag(Source field) {
        return switch (field) {
            case QUERY -> row(field) + level(query, title);
            case TITLE -> row(field) + level(title, query);
            case TEXT -> row(field) + level(query, document);
            default -> 0;
        };
    }

    private static int row(Source field) {
        int place = field == Source.QUERY ? 0 : field == Source.TITLE ? 1 : 2;
        return RelationFlags.TOKEN_TYPES + place * LEVELS;
    }

    private static int level(Set<String> of, Set<String> in) {
        return level((int) of.stream().filter(in::contains).count(), of.size(), LEVELS);
    }

    /** The level of a share: 0 none, the last all, those between in equal steps. */
    static int level(int shared, int all, int levels) {
        if (shared == 0) {
            return 0;
        }
        return shared == all ? levels - 1 : 1 + (levels - 2) * shared / all;
    }

    /** Stems of the title and the text. */
    final Set<String> document() {
        return document;
    }
}
