package rerank.trainer.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import rerank.model.prompt.SharedWords;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;

class NonceWordsTest {
    private static final Storefront STOREFRONT = Storefront.generate(new StorefrontConfig(5, 600, 30, 1, 1, 30));
    private static final TrainingGroups PLAIN =
            groups(new SharedWordsTeacher(STOREFRONT.dataset().qrels("train")));

    private static TrainingGroups groups(Teacher teacher) {
        return new TrainingGroups(STOREFRONT.dataset(), "train", teacher, GroupShape.NEAR_MISSES, 1);
    }

    private static NonceWords nonce(double share, long seed) {
        return nonce(PLAIN, share, seed);
    }

    private static NonceWords nonce(TrainingGroups groups, double share, long seed) {
        return new NonceWords(groups, STOREFRONT.dataset().documents().values(), share, seed);
    }

    @Test
    void whatMatchedStillMatchesAndNothingElseDoes() {
        NonceWords nonce = nonce(1, 3);
        int replaced = 0;

        for (long index = 0; index < 30; index++) {
            TrainingGroup before = PLAIN.group(index);
            TrainingGroup after = nonce.group(index);
            for (int i = 0; i < before.candidates().size(); i++) {
                LabeledCandidate plain = before.candidates().get(i);
                LabeledCandidate disguised = after.candidates().get(i);
                SharedWords was = shared(before, plain);
                SharedWords is = shared(after, disguised);
                assertThat(is.shared()).hasSameSizeAs(was.shared());
                assertThat(is.missing()).hasSameSizeAs(was.missing());
                assertThat(disguised.label()).isEqualTo(plain.label());
                replaced +=
                        disguised.candidate().text().equals(plain.candidate().text()) ? 0 : 1;
            }
        }
        assertThat(replaced).isGreaterThan(60);
    }

    @Test
    void explanationsNameWhatTheDisguisedTextSays() {
        NonceWords nonce = nonce(1, 4);
        Set<String> madeUp = new HashSet<>();

        for (long index = 0; index < 30; index++) {
            TrainingGroup before = PLAIN.group(index);
            TrainingGroup after = nonce.group(index);
            for (int i = 0; i < before.candidates().size(); i++) {
                List<String> was = words(before.candidates().get(i).explanation());
                List<String> is = words(after.candidates().get(i).explanation());
                Set<String> known = new HashSet<>(words(text(after, i)));
                assertThat(is).hasSameSizeAs(was);
                for (int w = 0; w < is.size(); w++) {
                    if (!is.get(w).equals(was.get(w)) && words(text(before, i)).contains(was.get(w))) {
                        assertThat(known).contains(is.get(w));
                        madeUp.add(is.get(w));
                    }
                }
            }
        }
        assertThat(madeUp).hasSizeGreaterThan(2);
    }

    /** A rucksack is a backpack: nobody can tell that of made-up words. */
    @Test
    void whatExplanationsSpeakOfOftenKeepsItsName() {
        TrainingGroups plain = groups(STOREFRONT.teacher());
        NonceWords nonce = nonce(plain, 1, 8);
        int replaced = 0;

        for (long index = 0; index < 60; index++) {
            TrainingGroup before = plain.group(index);
            TrainingGroup after = nonce.group(index);
            for (int i = 0; i < before.candidates().size(); i++) {
                assertThat(after.candidates().get(i).explanation().split("[.,]")[0])
                        .isEqualTo(before.candidates().get(i).explanation().split("[.,]")[0]);
                replaced += after.candidates().get(i).equals(before.candidates().get(i)) ? 0 : 1;
            }
        }
        assertThat(replaced).isGreaterThan(60);
    }

    @Test
    void anIndexAlwaysGivesTheSameGroup() {
        for (long index : new long[] {7, 0, 1_000_000}) {
            assertThat(nonce(1, 5).group(index)).isEqualTo(nonce(1, 5).group(index));
        }
        NonceWords other = nonce(1, 6);
        NonceWords one = nonce(1, 5);
        assertThat(LongStream.range(0, 10))
                .anyMatch(index -> !other.group(index).equals(one.group(index)));
    }

    @Test
    void onlyTheShareIsDisguised() {
        NonceWords third = nonce(1.0 / 3, 7);
        int disguised = 0;
        for (long index = 0; index < 300; index++) {
            disguised += third.group(index).equals(PLAIN.group(index)) ? 0 : 1;
        }
        assertThat(disguised).isBetween(60, 130);
        assertThat(nonce(0, 7).group(0)).isEqualTo(PLAIN.group(0));
    }

    @Test
    void documentsWithoutWordsAreAnError() {
        assertThatThrownBy(() -> new NonceWords(PLAIN, List.of(), 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no document");
    }

    private static SharedWords shared(TrainingGroup group, LabeledCandidate labeled) {
        return SharedWords.of(
                group.query().text(),
                labeled.candidate().title(),
                labeled.candidate().text());
    }

    private static String text(TrainingGroup group, int candidate) {
        LabeledCandidate labeled = group.candidates().get(candidate);
        return group.query().text() + " " + labeled.candidate().title() + " "
                + labeled.candidate().text();
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(java.util.Locale.ROOT).split("[^\\p{L}\\p{N}]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
