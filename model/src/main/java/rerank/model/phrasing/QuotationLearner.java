package rerank.model.phrasing;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import rerank.model.phrasing.ExplanationParts.Match;
import rerank.model.phrasing.ExplanationParts.Part;

/**
 * Learns what is quoted where. A quotation is taken from the fewest fields that nearly all quotations in its place are found in;
 * where these are of few kinds (colours, amounts in some unit), it is one of them, and where they are beginnings of the field, it
 * goes as far as they do. Its place is what comes before it: as much of that, with any one or two words right before it, as leaves
 * the fewest kinds, of what was met often enough to know all kinds there are. Earlier quotations are a number or words there,
 * whatever they are.
 */
final class QuotationLearner {
    private static final double NEARLY_ALL = 0.97;
    private static final double MOST = 0.9;

    /** More kinds of things are not known by having met some. */
    private static final int FEW = 100;

    /** Words right before a quotation that may be any: "under", "not under". */
    private static final int MOST_ANY = 2;

    private static final int NUMBER = Integer.MIN_VALUE;
    private static final int WORDS = Integer.MIN_VALUE + 1;
    private static final int ANY = Integer.MIN_VALUE + 2;

    private final Map<Place, List<Sighting>> found = new HashMap<>();
    private final Map<Place, Tally> tallies = new HashMap<>();
    private final Map<Place, Common> learned = new HashMap<>();

    /** What comes before a quotation, and whether it is a number. */
    private record Place(IntBuffer before, boolean isNumber) {
        /** Whether it is all that comes right before the quotation that counts. */
        boolean isExact() {
            return before.get(before.limit() - 1) != ANY;
        }
    }

    /**
     * What quotations in one place have in common.
     *
     * @param shapes all of them where they are few; else none
     * @param quotation of the others
     * @param beginning of the shapes that others begin with: what may follow "24" is not what may follow "24 hours"
     */
    private record Common(Set<String> shapes, Quotation quotation, Quotation beginning) {}

    /**
     * A quotation of an explanation.
     *
     * @param isBeginning whether others in its place begin as it does
     */
    record Found(Quotation quotation, boolean isBeginning) {}

    /** Where the words of one quotation stand in the pair, and the number of its query. */
    private record Sighting(List<Match> matches, int query) {}

    /**
     * Looks at explanations.
     *
     * @param queries of each; those of one query one after another
     */
    QuotationLearner(List<List<Part>> explanations, int[] queries) {
        List<int[]> said = explanations.stream().map(QuotationLearner::symbols).toList();
        for (int length = 1; length <= Contexts.LONGEST; length++) {
            for (int i = 0; i < said.size(); i++) {
                List<Part> parts = explanations.get(i);
                for (int at = length; at <= parts.size(); at++) {
                    if (parts.get(at - 1).isQuotation()) {
                        List<Match> matches = parts.get(at - 1).matches();
                        for (Place place : places(said.get(i), at, length, isNumber(matches))) {
                            found.computeIfAbsent(place, any -> new ArrayList<>())
                                    .add(new Sighting(matches, queries[i]));
                            tallies.computeIfAbsent(place, any -> new Tally()).add(queries[i]);
                        }
                    }
                }
            }
        }
    }

    private boolean isOften(Place place) {
        Tally tally = tallies.get(place);
        return tally != null && Tally.areOften(List.of(tally));
    }

    /** The places of a quotation that have some length and may be met often. */
    private List<Place> places(int[] said, int at, int length, boolean isNumber) {
        List<Place> places = new ArrayList<>();
        for (int any = 0; any <= Math.min(MOST_ANY, length - 1); any++) {
            Place shorter = length - 1 > any ? place(said, at, length - 1, any, isNumber) : null;
            if (shorter == null || isOften(shorter)) {
                places.add(place(said, at, length, any, isNumber));
            }
        }
        return places;
    }

    private static Place place(int[] said, int at, int length, int any, boolean isNumber) {
        int[] before = Arrays.copyOfRange(said, at - length, at);
        Arrays.fill(before, length - any, length, ANY);
        return new Place(IntBuffer.wrap(before), isNumber);
    }

    /** What each part of an explanation is where it is a quotation; empty for words. */
    List<Optional<Found>> quotations(List<Part> parts) {
        int[] said = symbols(parts);
        List<Optional<Found>> quotations = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            quotations.add(part.isQuotation() ? Optional.of(quotation(said, i + 1, part.matches())) : Optional.empty());
        }
        return quotations;
    }

    private static int[] symbols(List<Part> parts) {
        int[] said = new int[parts.size() + 1];
        said[0] = Phrasing.BEGIN;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            said[i + 1] = part.isQuotation() ? (isNumber(part.matches()) ? NUMBER : WORDS) : part.word();
        }
        return said;
    }

    private static boolean isNumber(List<Match> matches) {
        return matches.get(0).isNumber();
    }

    private Found quotation(int[] said, int at, List<Match> matches) {
        Common fewest = null;
        Common longest = null;
        for (int length = 1; length <= Math.min(at, Contexts.LONGEST); length++) {
            for (Place place : places(said, at, length, isNumber(matches))) {
                if (longest != null && !isOften(place)) {
                    continue;
                }
                Common common = learned.computeIfAbsent(place, this::common);
                if (place.isExact()) {
                    longest = common;
                }
                int count = common.shapes().size();
                if (count > 0 && (fewest == null || count < fewest.shapes().size())) {
                    fewest = common;
                }
            }
        }
        if (longest == null) {
            throw new IllegalStateException("a quotation has something before it");
        }
        Common common = fewest == null ? longest : fewest;
        boolean isBeginning = chosen(matches, common.quotation().fields())
                .map(match -> common.beginning().shapes().contains(match.shape()))
                .orElse(false);
        return new Found(isBeginning ? common.beginning() : common.quotation(), isBeginning);
    }

    private static Optional<Match> chosen(List<Match> matches, Set<Field> sources) {
        return matches.stream()
                .filter(match -> sources.contains(match.field()))
                .max(Comparator.comparing(Match::isHead));
    }

    private Common common(Place place) {
        List<Sighting> sightings = found.getOrDefault(place, List.of());
        Set<Field> sources = sources(sightings);
        List<Match> chosen = new ArrayList<>();
        Map<String, Tally> shapes = new LinkedHashMap<>();
        for (Sighting sighting : sightings) {
            chosen(sighting.matches(), sources).ifPresent(match -> {
                chosen.add(match);
                shapes.computeIfAbsent(match.shape(), any -> new Tally()).add(sighting.query());
            });
        }
        boolean areFew = shapes.size() <= FEW
                && Tally.areKnown(shapes.values())
                && chosen.stream().allMatch(match -> match.length() <= Passage.LONGEST_SHAPE);
        boolean isHead = chosen.stream().filter(Match::isHead).count() >= NEARLY_ALL * sightings.size();
        int mostWords = isHead && !areFew ? mostWords(chosen) : 0;
        Set<String> ends = new HashSet<>();
        if (mostWords > 0) {
            chosen.stream().filter(Match::endsBeforeSign).map(Match::follower).forEach(ends::add);
        }
        Set<String> few = areFew ? shapes.keySet() : Set.of();
        Set<String> beginnings =
                few.stream().filter(shape -> begins(shape, few)).collect(Collectors.toSet());
        Set<String> others = new HashSet<>(few);
        others.removeAll(beginnings);
        return new Common(
                few,
                new Quotation(sources, place.isNumber(), others, isHead, mostWords, ends),
                new Quotation(sources, place.isNumber(), beginnings, isHead, mostWords, ends));
    }

    private static boolean begins(String shape, Set<String> shapes) {
        return shapes.stream()
                .anyMatch(other -> other.length() > shape.length()
                        && other.startsWith(shape)
                        && !Character.isLetterOrDigit(other.charAt(shape.length())));
    }

    /** The fewest fields that nearly all quotations are found in, one or the other. */
    private static Set<Field> sources(List<Sighting> found) {
        Set<Field> sources = EnumSet.noneOf(Field.class);
        List<Set<Field>> left = found.stream()
                .map(sighting -> sighting.matches().stream().map(Match::field).collect(Collectors.toSet()))
                .toList();
        while (left.size() > (1 - NEARLY_ALL) * found.size()) {
            Map<Field, Integer> fields = new EnumMap<>(Field.class);
            left.forEach(one -> one.forEach(field -> fields.merge(field, 1, Integer::sum)));
            Field most = fields.entrySet().stream()
                    .max(Map.Entry.<Field, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                    .orElseThrow()
                    .getKey();
            sources.add(most);
            left = left.stream().filter(one -> !one.contains(most)).toList();
        }
        return sources;
    }

    /**
     * How many words of a field's beginning are quoted where it goes on with another one, if nearly all quotations have so many or
     * go on to the end or a sign; else 0.
     */
    private static int mostWords(List<Match> heads) {
        Map<Integer, Integer> counts = new HashMap<>();
        heads.stream().filter(Match::endsBeforeWord).forEach(match -> counts.merge(match.words(), 1, Integer::sum));
        int most = counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(0);
        long whole = heads.stream()
                .filter(match -> match.words() == most || !match.endsBeforeWord())
                .count();
        return whole >= MOST * heads.size() ? most : 0;
    }
}
