package rerank.trainer.storefront;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Query;
import rerank.trainer.storefront.Constraint.Having;
import rerank.trainer.storefront.Constraint.Limit;
import rerank.trainer.storefront.Constraint.Wanted;
import rerank.trainer.storefront.Product.Fact;

/** Makes up shopping queries that a given product meets, and words them: in one phrase, or in two sentences. */
final class QueryWriter {
    private static final Map<Integer, Integer> CONSTRAINTS =
            new java.util.TreeMap<>(Map.of(1, 12, 2, 38, 3, 36, 4, 14));
    private static final double IN_SENTENCES = 0.3;
    private static final double AS_ADJECTIVE = 0.5;
    private static final double WITH_CONTEXT = 0.2;
    private static final int MIN_WORDS = 6;
    private static final int MAX_WORDS = 25;

    private final Catalogue catalogue;
    private final Dice dice;
    private final ConstraintWriter constraintWriter;

    QueryWriter(Catalogue catalogue, Dice dice) {
        this.catalogue = catalogue;
        this.dice = dice;
        this.constraintWriter = new ConstraintWriter(catalogue, dice);
    }

    /**
     * Writes a query whose answer is this product, perhaps among others.
     *
     * @return null when the draw gave nothing to ask, or too long a text
     */
    @Nullable ShoppingQuery write(String id, Category category, Product target) {
        int wanted = dice.weighted(CONSTRAINTS);
        List<Constraint> constraints = new ArrayList<>();
        for (Category.Use use : dice.shuffled(category.attributes())) {
            Fact fact = target.stated().get(use.attribute());
            if (fact == null || constraints.size() == wanted) {
                continue;
            }
            Constraint constraint = constraintWriter.constraint(use, fact.value());
            if (constraint != null) {
                constraints.add(constraint);
            }
        }
        if (constraints.isEmpty()) {
            return null;
        }
        String noun = dice.pick(category.nouns());
        List<Constraint> adjectives = new ArrayList<>();
        for (Constraint constraint : constraints) {
            if (isAdjective(constraint) && dice.chance(AS_ADJECTIVE)) {
                adjectives.add(constraint);
            }
        }
        constraints.removeAll(adjectives);
        List<Constraint> inOrder = new ArrayList<>(adjectives);
        inOrder.addAll(constraints);
        String text = dice.chance(IN_SENTENCES) && !constraints.isEmpty()
                ? inSentences(adjectives, noun, constraints)
                : inOnePhrase(adjectives, noun, constraints);
        if (text.split(" ").length > MAX_WORDS) {
            return null;
        }
        return new ShoppingQuery(new Query(id, text), category.id(), noun, inOrder);
    }

    private static boolean isAdjective(Constraint constraint) {
        return constraint instanceof Wanted wanted
                && !wanted.isRuledOut()
                && (wanted.attribute().equals("colour") || wanted.attribute().equals("material"));
    }

    private String inOnePhrase(List<Constraint> adjectives, String noun, List<Constraint> constraints) {
        String lead = dice.pick(catalogue.leads());
        String thing = adjectives(adjectives) + noun;
        StringBuilder text = new StringBuilder();
        text.append(lead.isEmpty() ? thing : lead + " " + Catalogue.withArticle(thing));
        if (dice.chance(WITH_CONTEXT)) {
            text.append(' ').append(dice.pick(catalogue.contexts()));
        }
        for (int i = 0; i < constraints.size(); i++) {
            String joint = i == 0 ? " " : i == constraints.size() - 1 ? dice.pick(List.of(" and ", ", ", " ")) : ", ";
            text.append(joint).append(modifier(constraints.get(i)));
        }
        if (text.toString().split(" ").length < MIN_WORDS || dice.chance(0.1)) {
            text.append(", ").append(dice.pick(catalogue.closers()));
        }
        while (text.toString().split(" ").length < MIN_WORDS) {
            text.append(' ').append(dice.pick(catalogue.contexts()));
        }
        return text.toString();
    }

    private String inSentences(List<Constraint> adjectives, String noun, List<Constraint> constraints) {
        String thing = adjectives(adjectives) + noun;
        List<String> wishes = constraints.stream().map(this::infinitive).toList();
        int last = wishes.size() - 1;
        String all =
                last == 0 ? wishes.get(0) : String.join(", ", wishes.subList(0, last)) + " and " + wishes.get(last);
        String lead = dice.pick(catalogue.sentenceLeads())
                .replace("{noun}", thing)
                .replace("{a}", Catalogue.withArticle(thing));
        return lead + " " + dice.pick(catalogue.sentenceJoins()).replace("{}", all);
    }

    private static String adjectives(List<Constraint> adjectives) {
        StringBuilder words = new StringBuilder();
        for (Constraint adjective : adjectives) {
            if (adjective instanceof Wanted wanted) {
                words.append(wanted.word()).append(' ');
            }
        }
        return words.toString();
    }

    private String modifier(Constraint constraint) {
        Attribute attribute = catalogue.attribute(constraint.attribute());
        if (constraint instanceof Limit limit) {
            Attribute.Fits fits = attribute.fits();
            return limit.isFit() && fits != null
                    ? fit(dice.pick(fits.modifiers()), limit)
                    : dice.pick(attribute.modifiers()).replace("{}", comparison(limit));
        }
        if (constraint instanceof Wanted wanted) {
            return dice.pick(wanted.isRuledOut() ? attribute.negatedModifiers() : attribute.modifiers())
                    .replace("{}", wanted.word());
        }
        return dice.pick(((Having) constraint).isWanted() ? attribute.modifiers() : attribute.negatedModifiers());
    }

    private String infinitive(Constraint constraint) {
        Attribute attribute = catalogue.attribute(constraint.attribute());
        if (constraint instanceof Limit limit) {
            Attribute.Fits fits = attribute.fits();
            return limit.isFit() && fits != null
                    ? fit(dice.pick(fits.infinitives()), limit)
                    : dice.pick(attribute.infinitives()).replace("{}", comparison(limit));
        }
        if (constraint instanceof Wanted wanted) {
            return dice.pick(wanted.isRuledOut() ? attribute.negatedInfinitives() : attribute.infinitives())
                    .replace("{}", wanted.word());
        }
        return dice.pick(((Having) constraint).isWanted() ? attribute.infinitives() : attribute.negatedInfinitives());
    }

    private static String fit(String phrase, Limit limit) {
        String number = Unit.number(limit.limit().tenths());
        return phrase.replace("{h}", number + "-inch").replace("{n}", number).replace("{}", limit.shown());
    }

    private String comparison(Limit limit) {
        String phrase = dice.pick(catalogue.phrases(limit.comparison()));
        if (limit.comparison() != Comparison.BETWEEN) {
            return phrase.replace("{}", limit.shown());
        }
        String[] both = limit.shown().split(" and ", 2);
        return phrase.replaceFirst("\\{}", java.util.regex.Matcher.quoteReplacement(both[0]))
                .replaceFirst("\\{}", java.util.regex.Matcher.quoteReplacement(both[1]));
    }
}
