package rerank.trainer.teacher;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import rerank.model.prompt.Words;
import rerank.model.prompt.Words.Word;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Document;

/**
 * Groups in which rare words are nonce words: made up, and the same in query, documents and explanation. What the words of a
 * data set mean is of no use there, so a student learns what holds of text that it will never be taught: how far words match,
 * and to copy a name that it does not know.
 *
 * <p>A nonce word is the beginning of one word of the data set and the end of another, so that it is cut into tokens as unknown
 * words are. Endings that stems leave off are kept. How rare a word must be to be replaced is drawn for each group: one in 20
 * documents hold it at most, or one in 500, or anything between (uniform in the logarithm). Words of less than four letters,
 * stop words, numbers and what explanations speak of often are never replaced: how they are phrased, and the kinds of thing that
 * the data are about. Which names mean the same kind cannot be told once they are made up. Safe for use by several threads.
 */
public final class NonceWords implements GroupSource {
    private static final double RAREST = 0.002;
    private static final double COMMONEST = 0.05;
    private static final int MIN_LETTERS = 4;
    private static final int COUNTED_DOCUMENTS = 4000;
    private static final int READ_GROUPS = 600;
    /** Words that explanations have in a larger share of the groups are how the teacher speaks, and of what. */
    private static final double PHRASING = 0.01;

    private final GroupSource groups;
    private final double share;
    private final long seed;
    /** Share of the documents that hold a stem. */
    private final Map<String, Double> frequencies;

    private final List<String> stems;
    private final Set<String> phrasing;

    /**
     * Groups of which a share has nonce words.
     *
     * @param groups as they are
     * @param documents of the data set: how rare its words are, and what nonce words are made of
     * @param share of the groups, in [0, 1]
     */
    public NonceWords(GroupSource groups, Iterable<Document> documents, double share, long seed) {
        this.groups = groups;
        this.share = share;
        this.seed = seed;
        List<String> texts = new ArrayList<>();
        for (Document document : documents) {
            if (texts.size() == COUNTED_DOCUMENTS) {
                break;
            }
            texts.add(document.title() + " " + document.text());
        }
        this.frequencies = frequencies(texts);
        this.stems = frequencies.keySet().stream()
                .filter(stem -> stem.length() >= MIN_LETTERS)
                .sorted()
                .toList();
        if (stems.isEmpty()) {
            throw new IllegalArgumentException("no document has a word of " + MIN_LETTERS + " letters");
        }
        List<String> explanations = new ArrayList<>();
        for (int i = 0; i < READ_GROUPS; i++) {
            explanations.add(groups.group(i).candidates().stream()
                    .map(LabeledCandidate::explanation)
                    .collect(Collectors.joining(" ")));
        }
        this.phrasing = new HashSet<>();
        frequencies(explanations).forEach((stem, frequency) -> {
            if (frequency > PHRASING) {
                phrasing.add(stem);
            }
        });
    }

    @Override
    public int size() {
        return groups.size();
    }

    @Override
    public TrainingGroup group(long index) {
        TrainingGroup group = groups.group(index);
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L ^ index).split();
        if (random.nextDouble() >= share) {
            return group;
        }
        double rare = RAREST * Math.pow(COMMONEST / RAREST, random.nextDouble());
        Disguise disguise = new Disguise(rare, random);
        Query query = group.query();
        return new TrainingGroup(
                new Query(query.id(), disguise.of(query.text()), query.instruction()),
                group.candidates().stream().map(disguise::of).toList());
    }

    private static Map<String, Double> frequencies(List<String> texts) {
        Map<String, Double> frequencies = new HashMap<>();
        for (String text : texts) {
            Set<String> seen = new HashSet<>();
            for (Word word : Words.of(text)) {
                if (!word.stem().isEmpty() && seen.add(word.stem())) {
                    frequencies.merge(word.stem(), 1.0 / texts.size(), Double::sum);
                }
            }
        }
        return frequencies;
    }

    /** The nonce words of one group. */
    private final class Disguise {
        private final double rare;
        private final SplittableRandom random;
        private final Map<String, String> made = new HashMap<>();
        private final Set<String> taken = new HashSet<>();

        Disguise(double rare, SplittableRandom random) {
            this.rare = rare;
            this.random = random;
        }

        LabeledCandidate of(LabeledCandidate labeled) {
            Candidate candidate = labeled.candidate();
            return new LabeledCandidate(
                    new Candidate(
                            candidate.docId(),
                            of(candidate.title()),
                            of(candidate.text()),
                            candidate.firstStageScore(),
                            candidate.firstStageRank()),
                    labeled.label(),
                    of(labeled.explanation()));
        }

        String of(String text) {
            StringBuilder disguised = new StringBuilder();
            int copied = 0;
            for (Word word : Words.of(text)) {
                if (isReplaced(text, word)) {
                    disguised
                            .append(text, copied, word.start())
                            .append(nonce(text.substring(word.start(), word.end()), word.stem()));
                    copied = word.end();
                }
            }
            return disguised.append(text, copied, text.length()).toString();
        }

        private boolean isReplaced(String text, Word word) {
            return word.stem().length() >= MIN_LETTERS
                    && Character.isLetter(text.codePointAt(word.start()))
                    && !phrasing.contains(word.stem())
                    && frequencies.getOrDefault(word.stem(), 0.0) <= rare;
        }

        private String nonce(String word, String stem) {
            String nonce = made.computeIfAbsent(stem, any -> make());
            String lower = word.toLowerCase(java.util.Locale.ROOT);
            String inflected = lower.startsWith(stem) ? nonce + lower.substring(stem.length()) : nonce;
            String whole = isOneWord(inflected, nonce) ? inflected : nonce;
            return Character.isUpperCase(word.charAt(0))
                    ? Character.toUpperCase(whole.charAt(0)) + whole.substring(1)
                    : whole;
        }

        private String make() {
            while (true) {
                String head = stems.get(random.nextInt(stems.size()));
                String tail = stems.get(random.nextInt(stems.size()));
                String nonce = head.substring(0, (head.length() + 1) / 2) + tail.substring(tail.length() / 2);
                if (!frequencies.containsKey(nonce) && isOneWord(nonce, nonce) && taken.add(nonce)) {
                    return nonce;
                }
            }
        }

        private static boolean isOneWord(String text, String stem) {
            List<Word> words = Words.of(text);
            return words.size() == 1 && words.get(0).stem().equals(stem);
        }
    }
}
