package rerank.model.phrasing;

import java.util.Set;

/**
 * A place of an explanation where words of the pair stand, as they stand there.
 *
 * @param fields which of the pair's texts they are taken from; at least one
 * @param isNumber whether they begin with a number or an amount of money
 * @param shapes what they can be where there are few such things, with # for a number: "# kg", "$#", "red"; empty for anything
 * @param isHead whether the field begins with them
 * @param mostWords they go on to the end of the field, or to so many words; 0 where they may end anywhere
 * @param ends before which pieces of the field they may end before that
 */
record Quotation(
        Set<Field> fields, boolean isNumber, Set<String> shapes, boolean isHead, int mostWords, Set<String> ends) {
    Quotation {
        fields = Set.copyOf(fields);
        shapes = Set.copyOf(shapes);
        ends = Set.copyOf(ends);
        if (fields.isEmpty() || mostWords < 0) {
            throw new IllegalArgumentException(
                    "a quotation is taken from at least one field, and has at most " + mostWords + " words");
        }
    }

    /** Whether it may end wherever a word does. */
    boolean mayEndAnywhere() {
        return shapes.isEmpty() && mostWords == 0;
    }
}
