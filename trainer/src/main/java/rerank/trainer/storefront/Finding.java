package rerank.trainer.storefront;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import rerank.trainer.faithfulness.Claim;
import rerank.trainer.faithfulness.Claim.Kind;
import rerank.trainer.storefront.Constraint.Having;
import rerank.trainer.storefront.Constraint.Limit;
import rerank.trainer.storefront.Constraint.Wanted;
import rerank.trainer.storefront.Product.Fact;
import rerank.trainer.storefront.Value.Quantity;

/** A clause of an explanation about one attribute, as {@link FindingReader} reads it; all texts in lower case. */
sealed interface Finding {
    /** The id of the attribute. */
    String attribute();

    /**
     * What the clause claims: a fact, and whether it is as asked.
     *
     * @param constraint on the attribute; null when the query asks nothing of it
     * @param fact that the product states; null when it states none
     */
    List<Claim> claims(@Nullable Constraint constraint, @Nullable Fact fact);

    /** "Does not say the price." */
    record Silence(String attribute, Kind kind, String evidence) implements Finding {
        @Override
        public List<Claim> claims(@Nullable Constraint constraint, @Nullable Fact fact) {
            return List.of(Claim.said(kind, evidence, fact == null));
        }
    }

    /**
     * "Weighs 900 g (about 32 oz), under 40 oz."
     *
     * @param value what it weighs; null when the words are no quantity
     * @param conversion in brackets; empty for none
     * @param comparison with the limit; empty for none
     */
    record Number(
            String attribute,
            Attribute about,
            String evidence,
            @Nullable Quantity value,
            String conversion,
            String comparison)
            implements Finding {
        @Override
        public List<Claim> claims(@Nullable Constraint constraint, @Nullable Fact fact) {
            boolean isStated =
                    value != null && fact != null && fact.value() instanceof Quantity stated && isSame(stated);
            List<Claim> claims = new ArrayList<>(List.of(Claim.said(Kind.NUMBER, evidence, isStated)));
            if (!comparison.isEmpty()) {
                boolean holds = constraint instanceof Limit limit
                        && fact != null
                        && Comparisons.words(about, limit, limit.isMetBy(fact)).matches(comparison);
                claims.add(Claim.said(Kind.CONSTRAINT, comparison, holds));
            }
            return claims;
        }

        private boolean isSame(Quantity stated) {
            if (value == null || !value.unit().convertsTo(stated.unit()) || value.compareTo(stated) != 0) {
                return false;
            }
            return conversion.isEmpty()
                    || Comparisons.unitsOf(stated).stream().anyMatch(unit -> isConversion(stated.in(unit), unit));
        }

        /** Whether the words in brackets are the rounded quantity, in any form of its unit. */
        private boolean isConversion(String right, Unit unit) {
            boolean isAbout = right.startsWith("about ");
            String rightNumber = isAbout ? right.substring("about ".length()) : right;
            String said = conversion.startsWith("about ") ? conversion.substring("about ".length()) : conversion;
            return conversion.startsWith("about ") == isAbout
                    && unit.read(said).isPresent()
                    && unit.read(said).equals(unit.read(rightNumber.toLowerCase(Locale.ROOT)));
        }
    }

    /**
     * "Is made of canvas, not leather."
     *
     * @param word that the product states
     * @param remark " as wanted", ", not WORD", ", ruled out"; empty for none
     */
    record Word(String attribute, String evidence, String word, String remark) implements Finding {
        @Override
        public List<Claim> claims(@Nullable Constraint constraint, @Nullable Fact fact) {
            boolean isStated = fact != null
                    && fact.value() instanceof Value.Choice choice
                    && choice.word().equals(word);
            List<Claim> claims = new ArrayList<>(List.of(Claim.said(Kind.FEATURE, evidence, isStated)));
            if (!remark.isEmpty()) {
                boolean holds =
                        constraint instanceof Wanted wanted && fact != null && remark.equals(right(wanted, fact));
                claims.add(Claim.said(Kind.CONSTRAINT, remark.replaceAll("^[, ]+", ""), holds));
            }
            return claims;
        }

        private static String right(Wanted wanted, Fact fact) {
            if (wanted.isMetBy(fact)) {
                return wanted.isRuledOut() ? ", not " + wanted.word() : " as wanted";
            }
            return wanted.isRuledOut() ? ", ruled out" : ", not " + wanted.word();
        }
    }

    /**
     * "Has no rain cover, though wanted."
     *
     * @param isPresent whether the product has it
     * @param remark " as wanted", ", though unwanted", ", though wanted"; empty for none
     */
    record Feature(String attribute, String evidence, boolean isPresent, String remark) implements Finding {
        @Override
        public List<Claim> claims(@Nullable Constraint constraint, @Nullable Fact fact) {
            boolean isStated =
                    fact != null && fact.value() instanceof Value.Feature feature && feature.isPresent() == isPresent;
            List<Claim> claims = new ArrayList<>(List.of(Claim.said(Kind.FEATURE, evidence, isStated)));
            if (!remark.isEmpty()) {
                boolean holds =
                        constraint instanceof Having having && fact != null && remark.equals(right(having, fact));
                claims.add(Claim.said(Kind.CONSTRAINT, remark.replaceAll("^[, ]+", ""), holds));
            }
            return claims;
        }

        private static String right(Having having, Fact fact) {
            if (having.isMetBy(fact)) {
                return " as wanted";
            }
            return having.isWanted() ? ", though wanted" : ", though unwanted";
        }
    }
}
