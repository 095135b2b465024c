package rerank.trainer.annotation;

import java.util.OptionalInt;
import rerank.trainer.example.Example;
import rerank.trainer.teacher.Lesson;
import rerank.trainer.teacher.Teacher;
import rerank.trainer.teacher.TeacherException;

/** What a teacher made of a pair. */
sealed interface AnnotatedPair {
    ChosenPair pair();

    /** An example; its label is the known one where there is one. */
    record Explained(ChosenPair pair, Example example) implements AnnotatedPair {}

    /** Nothing, which says nothing of the pair. */
    record Failed(ChosenPair pair, String reason, String detail) implements AnnotatedPair {}

    /** Asks a teacher; where it disagrees with a known label, asks it to explain that one. */
    static AnnotatedPair of(ChosenPair pair, Teacher teacher, String name) {
        try {
            Lesson own = teacher.teach(pair.query(), pair.candidate()).orElse(null);
            if (own == null) {
                return new Failed(pair, "does not know", "");
            }
            int label = pair.knownLabel().orElse(own.label());
            Lesson lesson = own.label() == label
                    ? own
                    : teacher.justify(pair.query(), pair.candidate(), label).orElse(null);
            if (lesson == null) {
                return new Failed(
                        pair, "does not know why", "it says " + own.label() + ", the known label is " + label);
            }
            return new Explained(
                    pair,
                    new Example(
                            pair.query(),
                            pair.candidate(),
                            pair.origin(),
                            lesson,
                            pair.knownLabel(),
                            OptionalInt.of(own.label()),
                            name));
        } catch (TeacherException e) {
            return new Failed(pair, e.reason(), e.detail());
        }
    }
}
