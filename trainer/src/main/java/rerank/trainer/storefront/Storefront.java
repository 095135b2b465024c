package rerank.trainer.storefront;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Bm25;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.faithfulness.ExplanationChecker;
import rerank.trainer.teacher.Teacher;

/**
 * The embedded data set: products, shopping queries in the splits train, dev and test, their labels, their BM25
 * candidates, and the teacher who knows why.
 *
 * <p>No product and no query text is in two splits, and a query is answered by the products of its split alone. Which
 * attributes a query asks together in a category is its combination: about a quarter of the combinations of two and more
 * occur in the test split and nowhere else, and no other does occur there. The first queries of the test split are the
 * same whatever the numbers of queries, so that a demonstration can make a few of those that figures are stated for.
 *
 * <p>With shifted customers ({@code shift.json}) the shop sells other makers, queries use words that no product text has,
 * and a liked maker makes up for one missed constraint while a disliked one counts as a further one missed. A model of
 * the usual shop does worse there, and can learn it from what customers do. Explanations of the teacher still go through
 * the constraints alone.
 */
public final class Storefront {
    /** The splits. */
    public static final List<String> SPLITS = List.of("train", "dev", "test");

    /** What the data set is called where a directory could be named. */
    public static final String NAME = "storefront";

    /** The name of the one with shifted customers. */
    public static final String SHIFTED_NAME = "storefront-shifted";

    private static final int[] SPLIT_OF_25 = {0, 0, 0, 2, 0, 1, 2, 0, 0, 2, 0, 0, 2, 0, 1, 0, 2, 0, 0, 2, 0, 1, 2, 0, 0
    };
    private static final double MAX_ANSWERED = 0.12;
    private static final int MAX_DRAWS = 2000;

    private final Dataset dataset;
    private final Map<String, ShoppingQuery> queries;
    private final Map<String, Product> products;
    private final Teacher teacher;
    private final ExplanationChecker checker;

    private Storefront(
            Catalogue catalogue, Dataset dataset, Map<String, ShoppingQuery> queries, Map<String, Product> products) {
        this.dataset = dataset;
        this.queries = queries;
        this.products = products;
        this.teacher = new StorefrontTeacher(catalogue, queries, products);
        this.checker = new StorefrontChecker(catalogue, queries, products);
    }

    /** Makes the data; the default size takes some seconds. */
    public static Storefront generate(StorefrontConfig config) {
        return new Maker(config).make();
    }

    /** Makes the data of this name in its default size; empty when no embedded data is called so. */
    public static Optional<Storefront> named(String name) {
        return switch (name) {
            case NAME -> Optional.of(generate(StorefrontConfig.DEFAULT));
            case SHIFTED_NAME -> Optional.of(generate(StorefrontConfig.SHIFTED));
            default -> Optional.empty();
        };
    }

    /** All of it, in the form of any data set. */
    public Dataset dataset() {
        return dataset;
    }

    /** Knows every pair of a query and a product of the same split. */
    public Teacher teacher() {
        return teacher;
    }

    /** Checks explanations of these pairs, whoever wrote them. */
    public ExplanationChecker checker() {
        return checker;
    }

    ShoppingQuery query(String id) {
        ShoppingQuery query = queries.get(id);
        if (query == null) {
            throw new IllegalArgumentException("no query " + id);
        }
        return query;
    }

    Map<String, Product> products() {
        return products;
    }

    /** Holds what the steps of making share. */
    private static final class Maker {
        private final StorefrontConfig config;
        private final Shift shift;
        private final Catalogue catalogue;
        private final Map<String, Product> products = new LinkedHashMap<>();
        private final Map<String, ShoppingQuery> queries = new LinkedHashMap<>();
        private final Map<String, Map<String, String>> metadata = new LinkedHashMap<>();
        private final Map<String, Qrels> qrels = new LinkedHashMap<>();
        private final Map<String, List<Run.Ranked>> candidates = new LinkedHashMap<>();
        private final Set<String> texts = new HashSet<>();

        Maker(StorefrontConfig config) {
            this.config = config;
            this.shift = Shift.of(config.customers());
            this.catalogue = shift.over(Catalogue.load());
        }

        Storefront make() {
            List<Map<String, List<Product>>> shelves = shelves();
            int[] sizes = {config.trainQueries(), config.devQueries(), config.testQueries()};
            // Test first: its queries must not change with the sizes of the others.
            for (int split = SPLITS.size() - 1; split >= 0; split--) {
                makeSplit(SPLITS.get(split), shelves.get(split), sizes[split]);
            }
            Map<String, Document> documents = new LinkedHashMap<>();
            products.forEach((id, product) -> documents.put(id, product.document()));
            Map<String, Query> texts = new LinkedHashMap<>();
            queries.forEach((id, query) -> texts.put(id, query.query()));
            String name = shift.equals(Shift.NONE) ? NAME : SHIFTED_NAME;
            Dataset dataset = new Dataset(name, documents, texts, metadata, qrels, new Run(candidates));
            return new Storefront(catalogue, dataset, queries, products);
        }

        /** The products of each split by category. */
        private List<Map<String, List<Product>>> shelves() {
            List<Map<String, List<Product>>> shelves = new ArrayList<>();
            SPLITS.forEach(split -> shelves.add(new LinkedHashMap<>()));
            int categories = catalogue.categories().size();
            for (int i = 0; i < config.products(); i++) {
                Category category = catalogue.categories().get(i % categories);
                Dice dice = new Dice(config.seed(), 1_000_000_000L + i);
                Product product = new ProductWriter(catalogue, dice).write(String.format("SP%05d", i), category);
                products.put(product.id(), product);
                int split = SPLIT_OF_25[i / categories % SPLIT_OF_25.length];
                shelves.get(split)
                        .computeIfAbsent(category.id(), id -> new ArrayList<>())
                        .add(product);
            }
            return shelves;
        }

        private void makeSplit(String split, Map<String, List<Product>> shelf, int size) {
            Map<String, Map<String, Integer>> labels = new LinkedHashMap<>();
            List<Document> documents = shelf.values().stream()
                    .flatMap(List::stream)
                    .map(Product::document)
                    .toList();
            try (Bm25 firstStage = new Bm25(documents)) {
                for (int i = 0; i < size; i++) {
                    ShoppingQuery query = draw(split, i, shelf);
                    queries.put(query.query().id(), query);
                    metadata.put(
                            query.query().id(),
                            Map.of("split", split, "category", query.category(), "combination", query.combination()));
                    labels.put(query.query().id(), labels(query, shelf.getOrDefault(query.category(), List.of())));
                    candidates.put(query.query().id(), firstStage.search(searched(query), config.candidates()));
                }
            }
            qrels.put(split, new Qrels(labels));
        }

        /** The query with all nouns of its category, which the shop's search engine lists as synonyms. */
        private String searched(ShoppingQuery query) {
            Category category = catalogue.categories().stream()
                    .filter(each -> each.id().equals(query.category()))
                    .findFirst()
                    .orElseThrow();
            return query.query().text() + " " + String.join(" ", category.nouns());
        }

        /** Draws until a query is new, of a combination of this split, and answered by few enough products. */
        private ShoppingQuery draw(String split, int number, Map<String, List<Product>> shelf) {
            Dice dice = new Dice(config.seed(), (SPLITS.indexOf(split) + 2) * 1_000_000_000L + number);
            QueryWriter writer = new QueryWriter(catalogue, dice);
            for (int tries = 0; tries < MAX_DRAWS; tries++) {
                Category category = dice.pick(catalogue.categories());
                List<Product> offered = shelf.getOrDefault(category.id(), List.of());
                String id = String.format("%s%05d", split, number);
                ShoppingQuery written = writer.write(id, category, dice.pick(offered));
                if (written == null || !isOfSplit(written, split) || !isSelective(written, offered)) {
                    continue;
                }
                ShoppingQuery query = written.askedWith(shift);
                if (texts.add(query.query().text())) {
                    return query;
                }
            }
            throw new IllegalStateException("seed " + config.seed() + ": no new " + split + " query in " + MAX_DRAWS
                    + " draws; ask for fewer queries or more products");
        }

        private static boolean isOfSplit(ShoppingQuery query, String split) {
            if (query.constraints().size() < 2) {
                return true;
            }
            boolean isHeldOut = Math.floorMod(query.combination().hashCode() * 0x9E3779B1, 97) % 4 == 0;
            return isHeldOut == split.equals("test");
        }

        private static boolean isSelective(ShoppingQuery query, List<Product> offered) {
            double share = query.constraints().size() == 1 ? 2 * MAX_ANSWERED : MAX_ANSWERED;
            double most = Math.max(3, share * offered.size());
            int answers = 0;
            for (Product product : offered) {
                answers += query.missed(product, 1) == 0 ? 1 : 0;
                if (answers > most) {
                    return false;
                }
            }
            return true;
        }

        private static Map<String, Integer> labels(ShoppingQuery query, List<Product> offered) {
            Map<String, Integer> labels = new LinkedHashMap<>();
            for (Product product : offered) {
                int label = query.label(product);
                if (label > 0) {
                    labels.put(product.id(), label);
                }
            }
            return labels;
        }
    }
}
