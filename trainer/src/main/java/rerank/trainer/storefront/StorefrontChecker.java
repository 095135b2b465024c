package rerank.trainer.storefront;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.faithfulness.Claim;
import rerank.trainer.faithfulness.Claim.Kind;
import rerank.trainer.faithfulness.ExplanationChecker;
import rerank.trainer.storefront.Product.Fact;

/**
 * Reads explanations of the form that {@link StorefrontTeacher} writes and holds each clause against the attributes that
 * product and query were made from: "Wants a backpack. Costs $45, under $60; has no rain cover, though wanted: one
 * missed." makes claims on the topic, on the price and that it meets the limit, on the rain cover and that it is missed,
 * and on the conclusion.
 *
 * <p>Owed are what is wanted, a finding for every constraint, and the conclusion; of a product of another category, what
 * is wanted and what it is instead.
 */
final class StorefrontChecker implements ExplanationChecker {
    private static final Pattern WANTED =
            Pattern.compile("wants an? ([^.,;:]+)(?:, but this is an? ([^.,;:]+))?(?:\\. ?(.*)|)");
    private static final Pattern CONCLUDED = Pattern.compile("(.*?)(?:: ([a-z ]+ (?:met|missed)))?\\.?");
    private static final List<String> CONCLUSIONS = List.of("all met", "one missed", "more than one missed");

    private final Map<String, ShoppingQuery> queries;
    private final Map<String, Product> products;
    private final Map<String, Set<String>> nouns = new HashMap<>();
    private final FindingReader findings;

    StorefrontChecker(Catalogue catalogue, Map<String, ShoppingQuery> queries, Map<String, Product> products) {
        this.queries = queries;
        this.products = products;
        this.findings = new FindingReader(catalogue);
        catalogue.categories().forEach(category -> nouns.put(category.id(), Set.copyOf(category.nouns())));
    }

    @Override
    public Optional<List<Claim>> check(Query query, Candidate candidate, String explanation) {
        ShoppingQuery asked = queries.get(query.id());
        Product product = products.get(candidate.docId());
        if (asked == null || product == null) {
            return Optional.empty();
        }
        String text = explanation.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
        List<Claim> claims = new ArrayList<>();
        Matcher wanted = WANTED.matcher(text);
        boolean isRead = wanted.matches();
        checkTopic(asked, product, isRead ? wanted : null, claims);
        String rest = isRead ? wanted.group(3) : text;
        checkFindings(asked, product, rest == null ? "" : rest, claims);
        return Optional.of(claims);
    }

    private void checkTopic(ShoppingQuery asked, Product product, @Nullable Matcher wanted, List<Claim> claims) {
        boolean isOther = !asked.category().equals(product.category());
        String noun = wanted == null ? null : wanted.group(1);
        String other = wanted == null ? null : wanted.group(2);
        claims.add(
                noun == null
                        ? Claim.missing(Kind.TOPIC, "wants " + Catalogue.withArticle(asked.noun()))
                        : Claim.said(Kind.TOPIC, "wants " + Catalogue.withArticle(noun), isA(noun, asked.category())));
        if (other != null) {
            claims.add(Claim.said(
                    Kind.TOPIC,
                    "but this is " + Catalogue.withArticle(other),
                    isOther && isA(other, product.category())));
        } else if (isOther) {
            claims.add(Claim.missing(Kind.TOPIC, "but this is " + Catalogue.withArticle(product.noun())));
        }
    }

    private boolean isA(String noun, String category) {
        return nouns.getOrDefault(category, Set.of()).contains(noun);
    }

    private void checkFindings(ShoppingQuery asked, Product product, String text, List<Claim> claims) {
        Matcher concluded = CONCLUDED.matcher(text);
        if (!concluded.matches()) {
            throw new IllegalStateException("every text has a part before its conclusion: " + text);
        }
        boolean isSame = asked.category().equals(product.category());
        Set<String> told = new HashSet<>();
        for (String clause : concluded.group(1).split(";")) {
            if (!clause.isBlank()) {
                checkFinding(asked, product, clause.strip(), told, claims);
            }
        }
        String conclusion = concluded.group(2);
        int missed = asked.missed(product, CONCLUSIONS.size() - 1);
        if (conclusion != null) {
            claims.add(Claim.said(Kind.CONCLUSION, conclusion, isSame && conclusion.equals(CONCLUSIONS.get(missed))));
        }
        if (isSame) {
            asked.constraints().stream()
                    .filter(constraint -> !told.contains(constraint.attribute()))
                    .forEach(constraint -> oweFinding(constraint, product, claims));
            if (conclusion == null) {
                claims.add(Claim.missing(Kind.CONCLUSION, CONCLUSIONS.get(missed)));
            }
        }
    }

    /** What is told of an attribute again, or of one that is not asked for, counts only where it is wrong. */
    private void checkFinding(
            ShoppingQuery asked, Product product, String clause, Set<String> told, List<Claim> claims) {
        Optional<Finding> read = findings.read(clause, asked);
        if (read.isEmpty()) {
            claims.add(Claim.said(Kind.UNREADABLE, clause, false));
            return;
        }
        Finding finding = read.get();
        Optional<Constraint> constraint = asked.constraints().stream()
                .filter(one -> one.attribute().equals(finding.attribute()))
                .findFirst();
        Fact fact = product.stated().get(finding.attribute());
        List<Claim> made = finding.claims(constraint.orElse(null), fact);
        boolean isSame = asked.category().equals(product.category());
        boolean counts = told.add(finding.attribute()) && constraint.isPresent() && isSame;
        made.stream()
                .filter(claim -> counts || claim.verdict() == Claim.Verdict.UNSUPPORTED)
                .forEach(claims::add);
        if (counts && made.size() == 1 && fact != null) {
            claims.add(Claim.missing(Kind.CONSTRAINT, "whether that is as asked"));
        }
    }

    private void oweFinding(Constraint constraint, Product product, List<Claim> claims) {
        Kind kind = constraint instanceof Constraint.Limit ? Kind.NUMBER : Kind.FEATURE;
        claims.add(Claim.missing(kind, findings.noun(constraint.attribute())));
        if (product.stated().containsKey(constraint.attribute())) {
            claims.add(Claim.missing(Kind.CONSTRAINT, findings.noun(constraint.attribute()) + " as asked"));
        }
    }
}
