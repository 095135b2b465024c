package rerank.model.phrasing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.generation.Constraint;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.TinyTokenizer;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.weights.CheckpointException;

/** Learns how a made-up shop and a made-up library explain, and looks at what may then be written. */
class PhrasingTest {
    private static final List<String> COLOURS = List.of("red", "blue", "green", "grey");
    private static final List<String> NAMES =
            List.of("moss", "fern", "oak", "elm", "ash", "yew", "fir", "larch", "alder", "birch", "maple", "hazel");
    private static final int STOP = 256;

    @TempDir
    private Path directory;

    private Tokenizer tokenizer;

    @BeforeEach
    void writeTokenizer() {
        new TinyTokenizer().special(List.of("<|end|>")).writeTo(directory);
        tokenizer = Tokenizer.load(directory);
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void saysWhatTheTeachersSay() {
        Phrasing phrasing = learned();

        assertThat(accepts(phrasing, shop("bag under $60", "A red bag for $45."), "costs $45, under $60"))
                .isTrue();
        assertThat(accepts(phrasing, shop("bag under $60", "A red bag for $45."), "comes in red"))
                .isTrue();
        assertThat(accepts(phrasing, shop("bag under $60", "A red bag for $45."), "likes the bag"))
                .isFalse();
    }

    @Test
    void takesAQuotationFromTheTextThatTheTeachersTakeItFrom() {
        Phrasing phrasing = learned();
        Pair pair = shop("bag under $60", "A red bag for $45.");

        assertThat(accepts(phrasing, pair, "costs $60, under $60")).isFalse();
        assertThat(accepts(phrasing, pair, "costs $45, under $45")).isFalse();
    }

    @Test
    void quotesNumbersWhole() {
        Phrasing phrasing = learned();
        Pair pair = shop("bag under $60", "A red bag for $45.50.");

        assertThat(accepts(phrasing, pair, "costs $45.50, under $60")).isTrue();
        assertThat(accepts(phrasing, pair, "costs $45, under $60")).isFalse();
        assertThat(accepts(phrasing, pair, "costs $5, under $60")).isFalse();
    }

    @Test
    void quotesOneOfFewThingsWhereTheTeachersDo() {
        Pair pair = shop("bag under $60", "A leather bag in grey for $45.");

        assertThat(accepts(learned(), pair, "comes in grey")).isTrue();
        assertThat(accepts(learned(), pair, "comes in leather")).isFalse();
    }

    /** The colour of a bag is in its title or its text, and now and then in the query too. */
    @Test
    void takesAQuotationFromTheFewestTextsThatTheTeachersTakeItFrom() {
        var learner = new PhrasingLearner(tokenizer, 100);
        Random random = new Random(2);
        for (int i = 0; i < 400; i++) {
            String colour = COLOURS.get(random.nextInt(COLOURS.size()));
            String asked = COLOURS.get(random.nextInt(COLOURS.size()));
            boolean isInTitle = random.nextBoolean();
            learner.add(
                    new Query("q" + i, asked + " bag"),
                    new Candidate(
                            "d" + i,
                            isInTitle ? colour + " bag" : "Bag",
                            isInTitle ? "A bag." : "A bag in " + colour + ".",
                            1,
                            1),
                    colour.equals(asked)
                            ? "comes in " + colour + " as asked"
                            : "comes in " + colour + ", not " + asked);
        }
        Phrasing phrasing = learner.learn().orElseThrow();

        assertThat(accepts(phrasing, shop("blue bag", "A bag in red."), "comes in red, not blue"))
                .isTrue();
        assertThat(accepts(phrasing, shop("blue bag", "A bag in red."), "comes in blue, not blue"))
                .isFalse();
    }

    /** Weights were met too seldom behind a name to know their units there, and behind names are prices too. */
    @Test
    void knowsFewThingsFromTheWiderPlaceThatHasTheFewest() {
        var learner = new PhrasingLearner(tokenizer, 100);
        List<String> units = List.of("kg", "g", "lb", "oz");
        Random random = new Random(3);
        for (int i = 0; i < 400; i++) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            String weight = 2 + random.nextInt(60) + " " + units.get(random.nextInt(units.size()));
            String price = "$" + (20 + random.nextInt(60));
            Query query = new Query("q" + i, "bag");
            Candidate bag = new Candidate("d" + i, name, "Weight " + weight + ", price " + price + ".", 1, 1);
            learner.add(
                    query,
                    bag,
                    i % 20 == 0 ? "about " + name + ". weighs " + weight : "about " + name + ". costs " + price);
            learner.add(query, bag, "costs " + price + "; weighs " + weight);
        }
        Phrasing phrasing = learner.learn().orElseThrow();
        Pair pair = new Pair(new Query("q", "bag"), new Candidate("d", "moss", "Weight 7 kg, price $45.", 1, 1));

        assertThat(accepts(phrasing, pair, "about moss. weighs 7 kg")).isTrue();
        assertThat(accepts(phrasing, pair, "about moss. weighs $45")).isFalse();
    }

    /** What the amount before it was of stands seven words back. */
    @Test
    void remembersTheWholeClause() {
        var learner = new PhrasingLearner(tokenizer, 100);
        Random random = new Random(4);
        for (int i = 0; i < 600; i++) {
            String hours = 1 + random.nextInt(40) + " hours";
            String weight = 1 + random.nextInt(40) + " kg";
            String most = 1 + random.nextInt(40) + " hours";
            String least = 1 + random.nextInt(40) + " kg";
            Query query = new Query("q" + i, "lamp of " + least + " for " + most);
            Candidate lamp = new Candidate("d" + i, "Lamp", "Runs " + hours + ", weight " + weight + ".", 1, 1);
            learner.add(
                    query,
                    lamp,
                    random.nextBoolean()
                            ? "lasts " + hours + " on one charge of it, above " + most
                            : "weighs " + weight + " with what is in it, above " + least);
        }
        Phrasing phrasing = learner.learn().orElseThrow();
        Pair pair = new Pair(
                new Query("q", "lamp of 7 kg for 9 hours"),
                new Candidate("d", "Lamp", "Runs 12 hours, weight 8 kg.", 1, 1));

        assertThat(accepts(phrasing, pair, "lasts 12 hours on one charge of it, above 9 hours"))
                .isTrue();
        assertThat(accepts(phrasing, pair, "lasts 12 hours on one charge of it, above 7 kg"))
                .isFalse();
    }

    /** "A" stands in every pair, whether it is said or not, so it is said as a word: also of a pair without it, and never alone. */
    @Test
    void doesNotTakeWhatStandsEverywhereForAQuotation() {
        var learner = new PhrasingLearner(tokenizer, 100);
        Random random = new Random(5);
        for (int i = 0; i < 600; i++) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            String text =
                    random.nextBoolean() ? "A wood with a " + name + "." : "A wood, every " + name + " of it old.";
            learner.add(
                    new Query("q" + i, "a wood"),
                    new Candidate("d" + i, "", text, 1, 1),
                    "has a " + name + " as asked");
        }
        Phrasing phrasing = learner.learn().orElseThrow();
        Pair pair = new Pair(new Query("q", "a wood"), new Candidate("d", "", "A wood with a larch.", 1, 1));

        Pair without = new Pair(new Query("q", "wood"), new Candidate("d", "", "Old larch.", 1, 1));

        assertThat(accepts(phrasing, pair, "has a larch as asked")).isTrue();
        assertThat(accepts(phrasing, without, "has a larch as asked")).isTrue();
        assertThat(accepts(phrasing, pair, "has a as asked")).isFalse();
    }

    /** After "$9" comes "net", unless that was quoted with it. */
    @Test
    void tellsABeginningFromTheWhole() {
        var learner = new PhrasingLearner(tokenizer, 100);
        Random random = new Random(6);
        for (int i = 0; i < 600; i++) {
            Query query = new Query("q" + i, "shelf");
            String price = "$" + (1 + random.nextInt(90));
            String text = random.nextBoolean() ? "Price " + price + " net." : "The net price is " + price + ".";
            learner.add(query, new Candidate("p" + i, "Shelf", text, 1, 1), "costs " + price + " net so far");
            learner.add(query, new Candidate("d" + i, "Shelf", "Of wood.", 1, 1), "has no price");
        }
        Phrasing phrasing = learner.learn().orElseThrow();
        Pair together = new Pair(new Query("q", "shelf"), new Candidate("d", "Shelf", "Price $9 net.", 1, 1));
        Pair apart = new Pair(new Query("q", "shelf"), new Candidate("d", "Shelf", "The net price is $9.", 1, 1));

        assertThat(accepts(phrasing, together, "costs $9 net so far")).isTrue();
        assertThat(accepts(phrasing, apart, "costs $9 net so far")).isTrue();
        assertThat(accepts(phrasing, together, "costs $9 so far")).isFalse();
    }

    @Test
    void quotesAWordWhereItIsQuotedThoughItIsSaidElsewhere() {
        var learner = new PhrasingLearner(tokenizer, 100);
        Random random = new Random(7);
        List<String> sizes = List.of("small", "large", "tiny");
        for (int i = 0; i < 600; i++) {
            String size = sizes.get(random.nextInt(sizes.size()));
            learner.add(
                    new Query("q" + i, "coat"),
                    new Candidate("d" + i, "Coat", "Made in " + size + ".", 1, 1),
                    random.nextBoolean() ? "comes in size " + size : "is too small for all");
        }
        Phrasing phrasing = learner.learn().orElseThrow();
        Pair pair = new Pair(new Query("q", "coat"), new Candidate("d", "Coat", "Made in large.", 1, 1));

        assertThat(accepts(phrasing, pair, "is too small for all")).isTrue();
        assertThat(accepts(phrasing, pair, "comes in size large")).isTrue();
        assertThat(accepts(phrasing, pair, "comes in size small")).isFalse();
    }

    @Test
    void quotesNothingMoreOftenThanItStandsInThePair() {
        var learner = new PhrasingLearner(tokenizer, 100);
        Random random = new Random(8);
        for (int i = 0; i < 600; i++) {
            int first = 1 + random.nextInt(40);
            int second = 50 + random.nextInt(40);
            int other = 50 + random.nextInt(40);
            learner.add(
                    new Query("q" + i, "between $" + first + " or $" + second),
                    new Candidate("d" + i, "Bag", "A bag for $" + other + ".", 1, 1),
                    random.nextBoolean()
                            ? "costs $" + other + ", between $" + first + " and $" + second
                            : "costs $" + other + ", above $" + first);
        }
        Phrasing phrasing = learner.learn().orElseThrow();
        Pair both = new Pair(new Query("q", "$3 or $77"), new Candidate("d", "Bag", "A bag for $50.", 1, 1));
        Pair one = new Pair(new Query("q", "over $3"), new Candidate("d", "Bag", "A bag for $50.", 1, 1));

        assertThat(phrasing.isQuotedOnce()).isTrue();
        assertThat(accepts(phrasing, both, "costs $50, between $3 and $77")).isTrue();
        assertThat(accepts(phrasing, both, "costs $50, between $3 and $3")).isFalse();
        assertThat(accepts(phrasing, one, "costs $50, above $3")).isTrue();
        assertThat(possible(phrasing, one, "costs $50, "))
                .as("nothing for between to end with")
                .doesNotContain("b");
    }

    @Test
    void quotesAgainWhereThereIsNothingElseToSay() {
        var learner = new PhrasingLearner(tokenizer, 100);
        Random random = new Random(9);
        for (int i = 0; i < 600; i++) {
            int number = random.nextInt(NAMES.size());
            String first = NAMES.get(number);
            String second = NAMES.get((number + 1 + random.nextInt(NAMES.size() - 1)) % NAMES.size());
            learner.add(
                    new Query("q" + i, "path"),
                    new Candidate("d" + i, "", "Leads by " + first + " or " + second + ".", 1, 1),
                    "leads from " + first + " to " + second);
        }
        Phrasing phrasing = learner.learn().orElseThrow();
        Query query = new Query("q", "path");
        Pair two = new Pair(query, new Candidate("d", "", "Leads by moss or fir.", 1, 1));
        Pair one = new Pair(query, new Candidate("d", "", "Leads by fir or nothing.", 1, 1));

        assertThat(phrasing.isQuotedOnce()).isTrue();
        assertThat(accepts(phrasing, two, "leads from moss to fir")).isTrue();
        assertThat(accepts(phrasing, two, "leads from moss to moss")).isFalse();
        assertThat(accepts(phrasing, one, "leads from fir to fir")).isTrue();
    }

    @Test
    void quotesBeginningsAsFarAsTheTeachersDo() {
        Phrasing phrasing = learned();
        Pair pair =
                new Pair(new Query("q", "trees"), new Candidate("d", "Quince of the rocky valley", "A tree.", 1, 1));

        assertThat(accepts(phrasing, pair, "is on Quince of the")).isTrue();
        assertThat(accepts(phrasing, pair, "is on Quince")).isFalse();
        assertThat(accepts(phrasing, pair, "is on valley")).isFalse();
        assertThat(accepts(
                        phrasing,
                        new Pair(pair.query(), new Candidate("d", "Quince", "A tree.", 1, 1)),
                        "is on Quince"))
                .isTrue();
    }

    @Test
    void asksNothingOfAPairThatNoExplanationFits() {
        Phrasing.Bound bound = learned().bind(tokenizer, Set.of(STOP), 100);

        assertThat(bound.of(new Query("q", "a tree"), new Candidate("d", "", "", 1, 1)))
                .isNull();
    }

    @Test
    void endsWhereTheTeachersEnd() {
        Constraint explanation = learned()
                .bind(tokenizer, Set.of(STOP), 100)
                .of(new Query("q", "bag under $60"), new Candidate("d", "Bag", "A red bag for $45.", 1, 1));
        assertThat(explanation).isNotNull();

        for (int token : tokenizer.encode(" comes in red").ids()) {
            assertThat(explanation.allowed()).contains(token).doesNotContain(STOP);
            explanation.wrote(token);
        }

        assertThat(explanation.allowed()).containsExactly(STOP);
    }

    @Test
    void survivesItsFile() {
        learned().writeTo(directory);

        Phrasing read = Phrasing.read(directory).orElseThrow();

        assertThat(read.words()).isEqualTo(learned().words());
        assertThat(read.quotations()).isEqualTo(learned().quotations());
        assertThat(read.states()).isEqualTo(learned().states());
        assertThat(accepts(read, shop("bag under $60", "A red bag for $45."), "costs $45, under $60"))
                .isTrue();
    }

    @Test
    void saysWhatIsWrongWithItsFile() throws IOException {
        assertThat(Phrasing.read(directory)).isEmpty();
        Files.writeString(
                directory.resolve(Phrasing.FILE),
                "{\"words\":[\" a\"],\"quotations\":[],\"isQuotedOnce\":false,\"steps\":[[7,0]]}");

        assertThatThrownBy(() -> Phrasing.read(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("phrasing.json: cannot be read: there is no symbol 7 among 1")
                .hasMessageContaining("or delete it");

        Files.writeString(
                directory.resolve(Phrasing.FILE),
                "{\"words\":[\" a\"],\"quotations\":[],\"isQuotedOnce\":false,\"steps\":[[0,3]]}");
        assertThatThrownBy(() -> Phrasing.read(directory)).hasMessageContaining("there is no state 3 among 1");

        Files.writeString(
                directory.resolve(Phrasing.FILE),
                "{\"words\":[\" a\"],\"quotations\":[],\"isQuotedOnce\":false,\"steps\":[[0]]}");
        assertThatThrownBy(() -> Phrasing.read(directory)).hasMessageContaining("found 1 numbers");

        Files.writeString(directory.resolve(Phrasing.FILE), "{\"words\":[");
        assertThatThrownBy(() -> Phrasing.read(directory)).isInstanceOf(CheckpointException.class);
    }

    @Test
    void learnsNothingFromWhatIsNeverSaidTwice() {
        var learner = new PhrasingLearner(tokenizer, 100);
        learner.add(new Query("q", "a b"), new Candidate("d", "c", "d e", 1, 1), "something that nobody says again");

        assertThat(learner.learn()).isEmpty();
    }

    private record Pair(Query query, Candidate candidate) {}

    private static Pair shop(String query, String text) {
        return new Pair(new Query("q", query), new Candidate("d", "Bag", text, 1, 1));
    }

    /** Whether an explanation may be written from its first token to its end. */
    private boolean accepts(Phrasing phrasing, Pair pair, String explanation) {
        Constraint constraint = phrasing.bind(tokenizer, Set.of(STOP), 100).of(pair.query(), pair.candidate());
        assertThat(constraint).isNotNull();
        List<Integer> tokens = new ArrayList<>();
        for (int token : tokenizer.encode(" " + explanation).ids()) {
            tokens.add(token);
        }
        tokens.add(STOP);
        for (int token : tokens) {
            if (java.util.Arrays.stream(constraint.allowed()).noneMatch(allowed -> allowed == token)) {
                return false;
            }
            constraint.wrote(token);
        }
        return true;
    }

    /** What may come next, as first letters. */
    private List<String> possible(Phrasing phrasing, Pair pair, String begun) {
        Constraint constraint = phrasing.bind(tokenizer, Set.of(STOP), 100).of(pair.query(), pair.candidate());
        assertThat(constraint).isNotNull();
        for (int token : tokenizer.encode(" " + begun).ids()) {
            assertThat(constraint.allowed()).contains(token);
            constraint.wrote(token);
        }
        return java.util.Arrays.stream(constraint.allowed())
                .mapToObj(token -> tokenizer.decode(new int[] {token}, true))
                .toList();
    }

    private Phrasing learned() {
        var learner = new PhrasingLearner(tokenizer, 100);
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            int price = 20 + random.nextInt(60);
            int limit = 30 + random.nextInt(60);
            String colour = COLOURS.get(random.nextInt(COLOURS.size()));
            Query query = new Query("q" + i, "bag under $" + limit);
            Candidate bag = new Candidate("d" + i, "Bag", "A " + colour + " bag for $" + price + ".", 1, 1);
            learner.add(query, bag, "costs $" + price + ", under $" + limit);
            learner.add(query, bag, "comes in " + colour);
            List<String> title = random.ints(1 + random.nextInt(4), 0, NAMES.size())
                    .mapToObj(NAMES::get)
                    .toList();
            learner.add(
                    new Query("t" + i, "trees"),
                    new Candidate("t" + i, String.join(" ", title), "A tree that grows.", 1, 1),
                    "is on " + String.join(" ", title.subList(0, Math.min(3, title.size()))));
        }
        return learner.learn().orElseThrow();
    }
}
