package rerank.trainer.storefront;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rerank.trainer.dataset.Document;
import rerank.trainer.storefront.Product.Fact;
import rerank.trainer.storefront.Value.Choice;
import rerank.trainer.storefront.Value.Feature;
import rerank.trainer.storefront.Value.Quantity;

/**
 * Makes up products and describes them: draws values, leaves some unstated, and words the rest as sentences, predicates
 * of one sentence, or entries of a data sheet, in any order, with sentences between them that say nothing.
 */
final class ProductWriter {
    private static final int MIN_WORDS = 43;
    private static final int MAX_FACT_WORDS = 56;
    private static final double UNSTATED = 0.2;
    private static final double IN_TITLE = 0.4;
    private static final double DECOY = 0.15;

    private final Catalogue catalogue;
    private final Dice dice;

    ProductWriter(Catalogue catalogue, Dice dice) {
        this.catalogue = catalogue;
        this.dice = dice;
    }

    Product write(String id, Category category) {
        String noun = dice.pick(category.nouns());
        String maker = dice.pick(catalogue.nameStarts()) + dice.pick(catalogue.nameEnds());
        String name = maker + " " + dice.pick(catalogue.models());
        Map<String, Fact> stated = new LinkedHashMap<>();
        StringBuilder title = new StringBuilder(name);
        List<Statement> statements = new ArrayList<>();
        int words = 12;
        for (Category.Use use : dice.shuffled(category.attributes())) {
            if (words > MAX_FACT_WORDS || dice.chance(use.attribute().equals("price") ? UNSTATED / 2 : UNSTATED)) {
                continue;
            }
            Attribute attribute = catalogue.attribute(use.attribute());
            Fact fact = fact(attribute, use);
            stated.put(use.attribute(), fact);
            boolean isTitleWord =
                    use.attribute().equals("colour") || use.attribute().equals("material");
            boolean inTitle = isTitleWord && dice.chance(IN_TITLE);
            if (inTitle) {
                title.append(' ').append(fact.shown());
            }
            if (!inTitle || dice.chance(0.5)) {
                Statement statement = statement(attribute, use, fact);
                statements.add(statement);
                words += count(statement.words()) + 2;
            }
        }
        title.append(' ').append(noun);
        String textNoun = dice.chance(0.5) ? noun : dice.pick(category.nouns());
        String text = text(category, name, textNoun, statements);
        return new Product(category.id(), noun, stated, new Document(id, title.toString(), text));
    }

    /** A predicate ("weighs 900 g") or, when {@code isEntry}, an entry of a data sheet ("Weight: 900 g"). */
    private record Statement(String words, boolean isEntry) {}

    private Fact fact(Attribute attribute, Category.Use use) {
        return switch (attribute.kind()) {
            case NUMBER -> {
                Quantity quantity = quantity(use);
                yield new Fact(quantity, quantity.unit().write(quantity.tenths(), dice));
            }
            case CHOICE -> {
                String word = dice.pick(use.values());
                yield new Fact(new Choice(word), word);
            }
            case FEATURE -> new Fact(new Feature(dice.chance(0.5)), attribute.keyword());
        };
    }

    private Quantity quantity(Category.Use use) {
        Unit unit = dice.pick(List.copyOf(use.ranges().keySet()));
        List<Long> grid = Grid.of(use, unit);
        return new Quantity(dice.pick(grid), unit);
    }

    private Statement statement(Attribute attribute, Category.Use use, Fact fact) {
        if (fact.value() instanceof Feature feature) {
            return new Statement(dice.pick(feature.isPresent() ? attribute.facts() : attribute.negatedFacts()), false);
        }
        boolean isEntry = dice.chance(0.2);
        String words =
                dice.pick(isEntry ? attribute.labels() : attribute.facts()).replace("{}", fact.shown());
        if (!isEntry && use.attribute().equals("material") && dice.chance(DECOY)) {
            String other = dice.pick(use.values());
            if (!other.equals(fact.shown())) {
                words += ", without any " + other;
            }
        }
        return new Statement(words, isEntry);
    }

    private String text(Category category, String name, String noun, List<Statement> statements) {
        List<String> sentences = new ArrayList<>();
        List<Statement> left = new ArrayList<>(dice.shuffled(statements));
        while (!left.isEmpty()) {
            Statement first = left.remove(0);
            if (first.isEntry()) {
                sentences.add(first.words() + ".");
                continue;
            }
            String sentence = dice.pick(catalogue.subjects()) + " " + first.words();
            if (!left.isEmpty() && !left.get(0).isEntry() && !first.words().contains(",") && dice.chance(0.45)) {
                sentence += dice.pick(List.of(" and ", ", and it ", " and also "))
                        + left.remove(0).words();
            }
            sentences.add(sentence + ".");
        }
        int words = sentences.stream().mapToInt(ProductWriter::count).sum() + 8;
        List<String> fillers =
                new ArrayList<>(dice.shuffled(catalogue.fillers()).subList(0, 4));
        fillers.addAll(dice.shuffled(category.fillers()));
        for (String filler : dice.shuffled(fillers)) {
            if (words >= MIN_WORDS && (words > MAX_FACT_WORDS || !dice.chance(0.3))) {
                break;
            }
            sentences.add(dice.below(sentences.size() + 1), filler);
            words += count(filler);
        }
        sentences.add(dice.chance(0.8) ? 0 : dice.below(sentences.size()), dice.pick(catalogue.intros()));
        return String.join(" ", sentences)
                .replace("{Name}", name)
                .replace("{noun}", noun)
                .replace("{purpose}", dice.pick(category.purposes()));
    }

    private static int count(String words) {
        return words.split(" ").length;
    }
}
