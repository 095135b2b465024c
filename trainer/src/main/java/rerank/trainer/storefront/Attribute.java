package rerank.trainer.storefront;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A property that products have, and the words for it. In all phrases <code>{}</code> stands for the value; in queries
 * for numbers it stands for the value with its comparison ("under $60").
 *
 * @param kind what its values are
 * @param keyword of a feature: the word that any statement about it holds
 * @param noun follows "does not say"
 * @param evidence what the teacher says of a value; of a feature, when it is there
 * @param negatedEvidence of a feature that is not there
 * @param facts predicates for descriptions; of a feature, when it is there
 * @param negatedFacts of a feature that is not there
 * @param labels for descriptions: short entries as on a data sheet
 * @param modifiers for queries: follow the noun
 * @param infinitives for queries: follow "it must"
 * @param negatedModifiers for queries that rule something out
 * @param negatedInfinitives for queries that rule something out
 * @param comparisons how often a number is limited in which way; empty when only {@code fits} is asked
 * @param fits when users ask for something the product must suit, for example a laptop of a size
 */
record Attribute(
        Kind kind,
        String keyword,
        String noun,
        String evidence,
        String negatedEvidence,
        List<String> facts,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> negatedFacts,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> labels,
        List<String> modifiers,
        List<String> infinitives,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> negatedModifiers,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> negatedInfinitives,
        LinkedHashMap<Comparison, Integer> comparisons,
        @Nullable Fits fits) {
    /** What the values of an attribute are. */
    enum Kind {
        NUMBER,
        CHOICE,
        FEATURE
    }

    /**
     * A question for what a product must suit; <code>{n}</code> is the bare number, <code>{h}</code> the number with its
     * unit as an adjective ("15-inch").
     *
     * @param comparison what makes it fit
     * @param met what the teacher says when it fits
     * @param missed what the teacher says when it does not
     */
    record Fits(Comparison comparison, List<String> modifiers, List<String> infinitives, String met, String missed) {}

    Attribute {
        keyword = keyword == null ? "" : keyword;
        negatedEvidence = negatedEvidence == null ? "" : negatedEvidence;
        comparisons = comparisons == null ? new LinkedHashMap<>() : comparisons;
    }

    Map<Comparison, Integer> comparisonWeights() {
        return comparisons;
    }
}
