package rerank.trainer.dataset;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import rerank.model.prompt.Words;
import rerank.model.prompt.Words.Word;
import rerank.model.ranking.Query;

/**
 * A data set of texts that nobody has asked anything about: a question is a sentence of a passage, which is taken out of it, and
 * the passage is its answer (inverse cloze task, Lee, Chang and Toutanova, ACL 2019). One sentence in ten is left where it is, so
 * that a match word by word is worth knowing too. Half of the questions are a few words of the sentence, as people search.
 *
 * <p>The passage has grade 2, those next to it in its document 1. Nothing else is judged, though some of it may suit as well: what
 * is learned from it is a beginning, not a ranking to be measured by. Asked are only sentences that share two words at least
 * with the rest of their passage, and that the first stage finds it by.
 */
final class InverseCloze {
    private static final int MIN_SENTENCES = 3;
    private static final int MIN_WORDS = 6;
    private static final int MAX_WORDS = 25;
    private static final int MIN_SHARED = 2;
    private static final int MIN_KEYWORDS = 4;
    private static final int MAX_KEYWORDS = 8;
    private static final double LEFT_IN = 0.1;
    private static final double AS_KEYWORDS = 0.5;
    private static final int DEV_IN = 10;

    private InverseCloze() {}

    /** A sentence that is asked, and the passage without it. */
    private record Cloze(String question, Document passage) {}

    static Dataset dataset(String name, List<Document> passages, int questions, int depth, long seed) {
        Random random = new Random(seed);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < passages.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, random);
        Map<String, Document> corpus = new LinkedHashMap<>();
        passages.forEach(passage -> corpus.put(passage.id(), passage));
        Map<Integer, String> asked = new LinkedHashMap<>();
        for (int index : order) {
            if (asked.size() == questions) {
                break;
            }
            cloze(passages.get(index), random).ifPresent(cloze -> {
                asked.put(index, cloze.question());
                corpus.put(passages.get(index).id(), cloze.passage());
            });
        }
        Map<String, Query> queries = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> train = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> dev = new LinkedHashMap<>();
        Map<String, List<Run.Ranked>> rankings = new LinkedHashMap<>();
        try (Bm25 firstStage = new Bm25(corpus.values())) {
            asked.forEach((index, question) -> {
                List<Run.Ranked> found = firstStage.search(question, depth);
                String answer = passages.get(index).id();
                if (found.stream().anyMatch(ranked -> ranked.docId().equals(answer))) {
                    String id = "c" + (queries.size() + 1);
                    queries.put(id, new Query(id, question));
                    (queries.size() % DEV_IN == 0 ? dev : train).put(id, grades(passages, index));
                    rankings.put(id, found);
                }
            });
        }
        if (dev.isEmpty()) {
            throw new DatasetException(name + ": of " + passages.size() + " passages only " + queries.size()
                    + " have " + MIN_SENTENCES + " sentences and one that finds them; at least " + DEV_IN
                    + " are needed");
        }
        return new Dataset(
                name,
                corpus,
                queries,
                Map.of(),
                Map.of("train", new Qrels(train), "dev", new Qrels(dev)),
                new Run(rankings));
    }

    private static Map<String, Integer> grades(List<Document> passages, int index) {
        Map<String, Integer> grades = new LinkedHashMap<>();
        grades.put(passages.get(index).id(), 2);
        for (int next : new int[] {index - 1, index + 1}) {
            if (next >= 0
                    && next < passages.size()
                    && document(passages.get(next)).equals(document(passages.get(index)))) {
                grades.put(passages.get(next).id(), 1);
            }
        }
        return grades;
    }

    private static String document(Document passage) {
        return passage.id().replaceFirst("#\\d+$", "");
    }

    private static Optional<Cloze> cloze(Document passage, Random random) {
        List<int[]> sentences = sentences(passage.text());
        List<int[]> suited = sentences.stream()
                .filter(sentence -> {
                    long words = content(passage.text().substring(sentence[0], sentence[1]))
                            .size();
                    return words >= MIN_WORDS && words <= MAX_WORDS;
                })
                .toList();
        if (sentences.size() < MIN_SENTENCES || suited.isEmpty()) {
            return Optional.empty();
        }
        int[] chosen = suited.get(random.nextInt(suited.size()));
        String text = passage.text();
        String sentence =
                text.substring(chosen[0], chosen[1]).replaceAll("\\s+", " ").strip();
        String rest = random.nextDouble() < LEFT_IN
                ? text
                : (text.substring(0, chosen[0]) + text.substring(chosen[1])).strip();
        String question = random.nextDouble() < AS_KEYWORDS ? keywords(sentence, random) : sentence;
        return Optional.of(new Cloze(question, new Document(passage.id(), passage.title(), rest)));
    }

    /** Some content words of a sentence in their order. */
    private static String keywords(String sentence, Random random) {
        List<String> words = new ArrayList<>(content(sentence));
        int wanted = MIN_KEYWORDS + random.nextInt(MAX_KEYWORDS - MIN_KEYWORDS + 1);
        while (words.size() > wanted) {
            words.remove(random.nextInt(words.size()));
        }
        return String.join(" ", words);
    }

    private static List<String> content(String text) {
        return Words.of(text).stream()
                .filter(word -> !word.stem().isEmpty())
                .map((Word word) -> text.substring(word.start(), word.end()))
                .collect(Collectors.toList());
    }

    /** Start and end of each sentence. */
    private static List<int[]> sentences(String text) {
        BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ENGLISH);
        breaks.setText(text);
        List<int[]> sentences = new ArrayList<>();
        int start = breaks.first();
        for (int end = breaks.next(); end != BreakIterator.DONE; start = end, end = breaks.next()) {
            sentences.add(new int[] {start, end});
        }
        return sentences;
    }
}
