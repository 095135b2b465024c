package rerank.trainer.storefront;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.storefront.Constraint.Having;
import rerank.trainer.storefront.Constraint.Limit;
import rerank.trainer.storefront.Constraint.Wanted;
import rerank.trainer.storefront.Product.Fact;
import rerank.trainer.storefront.Value.Choice;
import rerank.trainer.storefront.Value.Feature;
import rerank.trainer.storefront.Value.Quantity;
import rerank.trainer.teacher.Lesson;
import rerank.trainer.teacher.Teacher;

/**
 * Goes through a query's constraints one by one, with the words of the product's text as evidence: "Wants a backpack.
 * Costs $45, under $60; is made of canvas, not leather: all met."
 */
final class StorefrontTeacher implements Teacher {
    private static final int LOOKALIKES = 40;
    private static final List<String> VERDICTS = List.of("all met", "one missed", "more than one missed");

    private final Catalogue catalogue;
    private final Map<String, ShoppingQuery> queries;
    private final Map<String, Product> products;

    StorefrontTeacher(Catalogue catalogue, Map<String, ShoppingQuery> queries, Map<String, Product> products) {
        this.catalogue = catalogue;
        this.queries = queries;
        this.products = products;
    }

    @Override
    public Optional<Lesson> teach(Query query, Candidate candidate) {
        ShoppingQuery asked = queries.get(query.id());
        Product product = products.get(candidate.docId());
        if (asked == null || product == null) {
            return Optional.empty();
        }
        return Optional.of(new Lesson(asked.label(product), explanation(asked, product)));
    }

    /** Products of other categories that miss the fewest of the constraints, at least {@link #LOOKALIKES} where that many meet one. */
    @Override
    public List<String> lookalikes(Query query) {
        ShoppingQuery asked = queries.get(query.id());
        if (asked == null) {
            return List.of();
        }
        int all = asked.constraints().size();
        List<List<String>> byMissed = new ArrayList<>();
        for (int missed = 0; missed <= all; missed++) {
            byMissed.add(new ArrayList<>());
        }
        for (Product product : products.values()) {
            if (!product.category().equals(asked.category())) {
                byMissed.get(asked.missed(product, all)).add(product.id());
            }
        }
        List<String> found = new ArrayList<>();
        for (int missed = 0; missed < all && found.size() < LOOKALIKES; missed++) {
            found.addAll(byMissed.get(missed));
        }
        return found;
    }

    private String explanation(ShoppingQuery asked, Product product) {
        String wanted = "Wants " + Catalogue.withArticle(asked.noun());
        if (!asked.category().equals(product.category())) {
            return wanted + ", but this is " + Catalogue.withArticle(product.noun()) + ".";
        }
        List<String> findings = new ArrayList<>();
        for (Constraint constraint : asked.constraints()) {
            findings.add(finding(constraint, product.stated().get(constraint.attribute())));
        }
        String all = String.join("; ", findings);
        return wanted + ". " + Character.toUpperCase(all.charAt(0)) + all.substring(1) + ": "
                + VERDICTS.get(asked.missed(product, 2)) + ".";
    }

    private String finding(Constraint constraint, @Nullable Fact fact) {
        Attribute attribute = catalogue.attribute(constraint.attribute());
        if (fact == null) {
            return "does not say " + attribute.noun();
        }
        boolean isMet = constraint.isMetBy(fact);
        String evidence = attribute.evidence().replace("{}", fact.shown());
        if (constraint instanceof Limit limit && fact.value() instanceof Quantity) {
            return evidence + ", " + comparison(attribute, limit, isMet);
        }
        if (constraint instanceof Wanted wanted && fact.value() instanceof Choice) {
            if (wanted.isRuledOut()) {
                return evidence + (isMet ? ", not " + wanted.word() : ", ruled out");
            }
            return evidence + (isMet ? " as wanted" : ", not " + wanted.word());
        }
        if (constraint instanceof Having && fact.value() instanceof Feature feature) {
            return (feature.isPresent() ? attribute.evidence() : attribute.negatedEvidence())
                    + (isMet ? " as wanted" : feature.isPresent() ? ", though unwanted" : ", though wanted");
        }
        throw new IllegalStateException(constraint + " is not about " + fact);
    }

    private static String comparison(Attribute attribute, Limit limit, boolean isMet) {
        Attribute.Fits fits = attribute.fits();
        if (limit.isFit() && fits != null) {
            return (isMet ? fits.met() : fits.missed()).replace("{}", limit.shown());
        }
        return limit.comparison().finding(isMet, limit.shown());
    }
}
