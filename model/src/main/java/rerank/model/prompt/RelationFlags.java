package rerank.model.prompt;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import rerank.model.prompt.Quantities.Quantity;
import rerank.model.prompt.TemplateBody.Source;

/**
 * Tells a small model how words and numbers of query and document relate.
 *
 * <p>Flags of query words: 0 stop word, 1 in neither, 2 in the text, 3 in the title, 4 only a similar word is there, 5
 * only behind a negation ("no", "without"). Flags of title and text words: 0 stop word, 1 not in the query, 2 in the
 * query, 3 similar to a word of it, 4 in the query but negated here. Words match when their stems are equal; they are
 * similar when one stem begins or holds the other, see {@link #isSimilar}.
 *
 * <p>Flags of a query's number, its unit included: 6 the document's number is below it, 7 equal, 8 above, 9 some are
 * above and others below. Flags of a document's number: 5 below the query's, 6 equal, 7 above, 8 above one and below
 * another. Compared are numbers of one dimension, after conversion ({@link Quantities}); where a document has several,
 * those whose clause shares most words with the clause of the query's number. A number that is compared with nothing has
 * flag 1.
 *
 * <p>The control tokens before title and text tell what is shared in all: before the title, how many of its words are
 * in the query (1 none, 2 less than half, 3 half and more, 4 all); before the text, how many of the query's words are in
 * the document (5 to 8 likewise).
 */
class RelationFlags extends TokenFlags {
    private static final int FLAGS = 10;

    /** Segments times flags. */
    static final int TOKEN_TYPES = 4 * FLAGS;

    private static final Set<String> NEGATIONS = Set.of(
            "no", "not", "without", "lacks", "lack", "lacking", "never", "nor", "neither", "doesn", "don", "isn",
            "aren");
    private static final Set<String> NEGATION_ENDS = Set.of("and", "but", "or");
    private static final int NEGATION_WORDS = 4;
    private static final double NEARLY = 1e-3;

    private final Field query;
    private final Field title;
    private final Field text;
    private final Numbers numbers;

    RelationFlags(String query, String title, String text) {
        super(FLAGS);
        this.query = Field.of(head(query));
        this.title = Field.of(head(title));
        this.text = Field.of(head(text));
        this.numbers = Numbers.compare(this.query.quantities, this.title.quantities, this.text.quantities);
    }

    /** For each type the one of {@link MatchFlags} that says nearest the same. */
    static int[] nearestMatches() {
        int[] ofQuery = {0, 1, 2, 3, 1, 2, 1, 2, 1, 1};
        int[] ofDocument = {0, 1, 2, 1, 2, 1, 2, 1, 1, 1};
        int coarse = MatchFlags.TOKEN_TYPES / 4;
        int[] nearest = new int[TOKEN_TYPES];
        for (int flag = 0; flag < FLAGS; flag++) {
            nearest[FLAGS + flag] = coarse + ofQuery[flag];
            nearest[2 * FLAGS + flag] = 2 * coarse + ofDocument[flag];
            nearest[3 * FLAGS + flag] = 3 * coarse + ofDocument[flag];
        }
        return nearest;
    }

    @Override
    List<Span> spans(Source source) {
        Field field = field(source);
        List<Span> spans = new ArrayList<>();
        int quantity = 0;
        for (int i = 0; i < field.words.size(); i++) {
            Words.Word word = field.words.get(i);
            while (quantity < field.quantities.size()
                    && field.quantities.get(quantity).end() <= word.start()) {
                quantity++;
            }
            Quantity about = quantity < field.quantities.size() ? field.quantities.get(quantity) : null;
            boolean isOfNumber = about != null && about.start() < word.end();
            int relation = about != null && isOfNumber ? numbers.flag(source, about) : 0;
            if (relation == 0 || about == null) {
                boolean isNumber = Character.isDigit(field.content.charAt(word.start()));
                spans.add(new Span(word.start(), word.end(), isNumber ? 1 : wordFlag(source, field, i)));
            } else {
                // The sign of a currency belongs to its number.
                int start = Math.min(word.start(), Math.max(about.start(), lastEnd(spans)));
                spans.add(new Span(start, word.end(), relation));
            }
        }
        return spans;
    }

    @Override
    int leadingFlag(Source field) {
        if (field == Source.TITLE) {
            return share(title.stems, query.stems);
        }
        if (field == Source.TEXT) {
            Set<String> document = new HashSet<>(title.stems);
            document.addAll(text.stems);
            return 4 + share(query.stems, document);
        }
        return 0;
    }

    /** The stems of a field's words, stop words left out. */
    final Set<String> stems(Source source) {
        return field(source).stems;
    }

    private Field field(Source source) {
        return source == Source.QUERY ? query : source == Source.TITLE ? title : text;
    }

    /** 1 none, 2 less than half, 3 half and more, 4 all. */
    private static int share(Set<String> of, Set<String> in) {
        long shared = of.stream().filter(in::contains).count();
        return shared == 0 ? 1 : shared == of.size() ? 4 : 2 * shared < of.size() ? 2 : 3;
    }

    private int wordFlag(Source source, Field field, int index) {
        String stem = field.words.get(index).stem();
        if (stem.isEmpty()) {
            return 0;
        }
        if (source != Source.QUERY) {
            if (query.stems.contains(stem)) {
                return field.isNegated(index) ? 4 : 2;
            }
            return isSimilarToAny(stem, query.stems) ? 3 : 1;
        }
        if (title.stems.contains(stem)) {
            return 3;
        }
        if (text.stems.contains(stem)) {
            return text.affirmed.contains(stem) ? 2 : 5;
        }
        return isSimilarToAny(stem, title.stems) || isSimilarToAny(stem, text.stems) ? 4 : 1;
    }

    private static boolean isSimilarToAny(String stem, Set<String> others) {
        return stem.length() >= 4 && others.stream().anyMatch(other -> isSimilar(stem, other));
    }

    /** Whether one stem of at least four letters holds the other, or both begin with the same two thirds and four letters. */
    static boolean isSimilar(String a, String b) {
        int shorter = Math.min(a.length(), b.length());
        if (shorter < 4 || Character.isDigit(a.charAt(0)) || Character.isDigit(b.charAt(0))) {
            return false;
        }
        if (a.contains(b) || b.contains(a)) {
            return true;
        }
        int common = 0;
        while (common < shorter && a.charAt(common) == b.charAt(common)) {
            common++;
        }
        return common >= 4 && 3 * common >= 2 * Math.max(a.length(), b.length());
    }

    private static int lastEnd(List<Span> spans) {
        return spans.isEmpty() ? 0 : spans.get(spans.size() - 1).end();
    }

    /** A field's words, its numbers, its stems, and those of them that stand there without a negation at least once. */
    private record Field(
            String content,
            List<Words.Word> words,
            List<Quantity> quantities,
            Set<String> stems,
            Set<String> affirmed) {
        static Field of(String content) {
            List<Words.Word> words = Words.of(content);
            Field field = new Field(content, words, Quantities.of(content, words), new HashSet<>(), new HashSet<>());
            for (int i = 0; i < words.size(); i++) {
                String stem = words.get(i).stem();
                if (!stem.isEmpty()) {
                    field.stems.add(stem);
                    if (!field.isNegated(i)) {
                        field.affirmed.add(stem);
                    }
                }
            }
            return field;
        }

        /** Whether a negation stands up to four words before, in the same clause. */
        boolean isNegated(int index) {
            for (int i = index - 1; i >= Math.max(0, index - NEGATION_WORDS); i--) {
                String between =
                        content.substring(words.get(i).end(), words.get(i + 1).start());
                if (between.chars().anyMatch(sign -> ".,;:!?".indexOf(sign) >= 0)) {
                    return false;
                }
                String word = content.substring(
                                words.get(i).start(), words.get(i).end())
                        .toLowerCase(Locale.ROOT);
                if (NEGATION_ENDS.contains(word)) {
                    return false;
                }
                if (NEGATIONS.contains(word)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Which numbers are compared, and how they came out: below, equal and above as bits 1, 2 and 4. */
    private record Numbers(Map<Quantity, Integer> ofQuery, Map<Quantity, Integer> ofDocument) {
        static Numbers compare(List<Quantity> query, List<Quantity> title, List<Quantity> text) {
            var ofQuery = new IdentityHashMap<Quantity, Integer>();
            var ofDocument = new IdentityHashMap<Quantity, Integer>();
            for (Quantity asked : query) {
                List<Quantity> comparable = new ArrayList<>(title);
                comparable.addAll(text);
                comparable.removeIf(stated -> !asked.isComparableTo(stated));
                int most = comparable.stream()
                        .mapToInt(stated -> shared(asked, stated))
                        .max()
                        .orElse(0);
                for (Quantity stated : comparable) {
                    if (shared(asked, stated) == most) {
                        int order = order(stated.value(), asked.value());
                        ofQuery.merge(asked, order, (a, b) -> a | b);
                        ofDocument.merge(stated, order, (a, b) -> a | b);
                    }
                }
            }
            return new Numbers(ofQuery, ofDocument);
        }

        /** The number's flag, or 0 when it is compared with nothing. */
        int flag(Source source, Quantity quantity) {
            boolean isQuery = source == Source.QUERY;
            int order = (isQuery ? ofQuery : ofDocument).getOrDefault(quantity, 0);
            int first = isQuery ? 6 : 5;
            return order == 0 ? 0 : order == 1 ? first : order == 2 ? first + 1 : order == 4 ? first + 2 : first + 3;
        }

        private static int order(double value, double limit) {
            return Math.abs(value - limit) <= NEARLY * Math.abs(limit) ? 2 : value < limit ? 1 : 4;
        }

        /** Words of the query's clause that the document's clause has, or a similar one. */
        private static int shared(Quantity asked, Quantity stated) {
            return (int) asked.clause().stream()
                    .filter(stem -> stated.clause().contains(stem)
                            || stated.clause().stream().anyMatch(other -> isSimilar(stem, other)))
                    .count();
        }
    }
}
