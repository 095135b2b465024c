package rerank.model.prompt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a text with what they count, so that numbers of two texts can be compared.
 *
 * <p>A number is a run of digits or a small number in words before a noun. What it counts is told by the sign or word
 * beside it: a currency, a unit of the table below, letters it is glued to ("IPX4"), or else the noun or two that follow
 * ("2 USB ports"). The first number of a range ("20 to 35 litres") counts what the second does. A bare number ("a family
 * of 4") can be anything that is counted in pieces.
 */
final class Quantities {
    private static final Map<String, Integer> NUMBER_WORDS = Map.ofEntries(
            Map.entry("one", 1),
            Map.entry("two", 2),
            Map.entry("three", 3),
            Map.entry("four", 4),
            Map.entry("five", 5),
            Map.entry("six", 6),
            Map.entry("seven", 7),
            Map.entry("eight", 8),
            Map.entry("nine", 9),
            Map.entry("ten", 10),
            Map.entry("eleven", 11),
            Map.entry("twelve", 12));
    private static final Set<String> RANGE = Set.of("and", "to", "or", "-", "–");
    private static final Map<String, String> CURRENCY_SIGNS =
            Map.of("$", "dollar", "€", "euro", "£", "pound sterling", "¥", "yen");
    private static final Map<String, Unit> UNITS = units();

    private final String text;
    private final List<Words.Word> words;
    private final List<Quantity> found = new ArrayList<>();

    /** What a unit measures, and how many of the dimension's first unit it is. */
    private record Unit(String dimension, double factor) {}

    /**
     * A number in a text.
     *
     * @param start index of its first UTF-16 unit, sign included
     * @param end index after its last, unit included
     * @param value in the dimension's first unit
     * @param dimension what is measured; empty for things that are counted
     * @param nouns stems of what is counted; empty where nothing says
     * @param clause stems of the words around it, up to a stop, a comma or an "and"
     */
    record Quantity(int start, int end, double value, String dimension, Set<String> nouns, Set<String> clause) {
        /** Whether the two count the same, as far as one can tell. */
        boolean isComparableTo(Quantity other) {
            if (!dimension.isEmpty() || !other.dimension.isEmpty()) {
                boolean isCounted = isCountable() && other.isCountable();
                boolean isBare = isBare() || other.isBare();
                return dimension.equals(other.dimension) || (isCounted && isBare);
            }
            return isBare() || other.isBare() || nouns.stream().anyMatch(other.nouns::contains);
        }

        private boolean isBare() {
            return dimension.isEmpty() && nouns.isEmpty();
        }

        private boolean isCountable() {
            return dimension.isEmpty() || dimension.equals("persons") || dimension.equals("calendar");
        }
    }

    private Quantities(String text, List<Words.Word> words) {
        this.text = text;
        this.words = words;
    }

    /** The numbers among a text's words, in order. */
    static List<Quantity> of(String text, List<Words.Word> words) {
        Quantities quantities = new Quantities(text, words);
        for (int i = 0; i < words.size(); i++) {
            quantities.read(i);
        }
        return quantities.found;
    }

    private void read(int index) {
        boolean isDigits = isNumber(index);
        Integer word = NUMBER_WORDS.get(lower(index));
        if (!isDigits && word == null) {
            return;
        }
        double number = word != null ? word : value(index);
        Measure measure = measure(index, isDigits);
        Unit unit = measure.unit();
        Set<String> nouns = unit == null ? nouns(isRange(index) ? index + 3 : index + 1) : Set.of();
        if (!isDigits && unit == null && nouns.isEmpty()) {
            return;
        }
        found.add(new Quantity(
                measure.start(),
                measure.end(),
                unit == null ? number : number * unit.factor(),
                unit == null ? "" : unit.dimension(),
                nouns,
                clause(index)));
    }

    /** A number's extent with its sign or unit; no unit for what is counted in pieces. */
    private record Measure(int start, int end, @Nullable Unit unit) {}

    private Measure measure(int index, boolean isDigits) {
        int start = words.get(index).start();
        int end = words.get(index).end();
        Unit sign = signBefore(start);
        if (sign != null) {
            return new Measure(start - 1, end, sign);
        }
        if (index > 0 && isDigits && words.get(index - 1).end() == start && !isNumber(index - 1)) {
            return new Measure(words.get(index - 1).start(), end, new Unit(lower(index - 1), 1));
        }
        if (!isRange(index)) {
            int length = unitLength(index + 1);
            return length == 0
                    ? new Measure(start, end, null)
                    : new Measure(start, words.get(index + length).end(), unit(index + 1, length));
        }
        Unit signOfUpper = signBefore(words.get(index + 2).start());
        int length = unitLength(index + 3);
        Unit unitOfUpper = length == 0 ? null : unit(index + 3, length);
        return new Measure(start, end, signOfUpper != null ? signOfUpper : unitOfUpper);
    }

    private @Nullable Unit signBefore(int start) {
        String name = start == 0 ? null : CURRENCY_SIGNS.get(text.substring(start - 1, start));
        return name == null ? null : new Unit(name, 1);
    }

    /** Whether a number is followed by a word of a range and another number. */
    private boolean isRange(int index) {
        return index >= 0
                && index + 2 < words.size()
                && RANGE.contains(lower(index + 1))
                && (isNumber(index + 2) || NUMBER_WORDS.containsKey(lower(index + 2)))
                && isNear(index + 1);
    }

    /** Words that the unit from here on has; 0 if it is none. */
    private int unitLength(int from) {
        if (from >= words.size() || !isNear(from)) {
            return 0;
        }
        if (from + 1 < words.size() && unit(from, 2) != null) {
            return 2;
        }
        return unit(from, 1) == null ? 0 : 1;
    }

    private @Nullable Unit unit(int from, int length) {
        return UNITS.get(length == 1 ? lower(from) : lower(from) + " " + lower(from + 1));
    }

    /** Stems of one noun or two that follow. */
    private Set<String> nouns(int from) {
        Set<String> nouns = new HashSet<>();
        for (int i = from; i < Math.min(from + 2, words.size()); i++) {
            String stem = words.get(i).stem();
            if (stem.isEmpty() || isNumber(i) || !isNear(i)) {
                break;
            }
            nouns.add(stem);
        }
        return Set.copyOf(nouns);
    }

    /** Stems of up to six words on either side, in the same clause. */
    private Set<String> clause(int index) {
        Set<String> stems = new HashSet<>();
        for (int step = -1; step <= 1; step += 2) {
            for (int i = index + step; i >= 0 && i < words.size() && Math.abs(i - index) <= 6; i += step) {
                if (isBoundary(step < 0 ? i : i - 1)) {
                    break;
                }
                if (lower(i).equals("and") && !isRange(i - 1)) {
                    break;
                }
                if (!words.get(i).stem().isEmpty() && !isNumber(i) && !UNITS.containsKey(lower(i))) {
                    stems.add(words.get(i).stem());
                }
            }
        }
        return Set.copyOf(stems);
    }

    /** Whether a stop, a comma or the like follows a word. */
    private boolean isBoundary(int index) {
        int next = index + 1 < words.size() ? words.get(index + 1).start() : text.length();
        String between = text.substring(words.get(index).end(), next);
        return between.chars().anyMatch(sign -> ".,;!?".indexOf(sign) >= 0);
    }

    /** Whether nothing but a space or a hyphen is before a word. */
    private boolean isNear(int index) {
        String between =
                text.substring(words.get(index - 1).end(), words.get(index).start());
        return between.isBlank() || between.equals("-");
    }

    private boolean isNumber(int index) {
        return index >= 0
                && index < words.size()
                && Character.isDigit(text.charAt(words.get(index).start()));
    }

    private double value(int index) {
        try {
            return Double.parseDouble(words.get(index).stem());
        } catch (NumberFormatException e) {
            // "1.2.3" is a version, and orders by its first part as well as by any.
            return Double.parseDouble(words.get(index).stem().split("\\.", 2)[0]);
        }
    }

    private String lower(int index) {
        Words.Word word = words.get(index);
        return text.substring(word.start(), word.end()).toLowerCase(Locale.ROOT);
    }

    private static Map<String, Unit> units() {
        Map<String, Unit> units = new HashMap<>();
        add(units, "dollar", 1, "dollar dollars usd bucks");
        add(units, "euro", 1, "euro euros eur");
        add(units, "pound sterling", 1, "gbp");
        add(units, "mass", 1, "g gram grams");
        add(units, "mass", 0.001, "mg milligram milligrams");
        add(units, "mass", 1000, "kg kilo kilos kilogram kilograms");
        add(units, "mass", 28.3495, "oz ounce ounces");
        add(units, "mass", 453.592, "lb lbs pound pounds");
        add(units, "volume", 0.001, "ml millilitre millilitres milliliter milliliters");
        add(units, "volume", 1, "l litre litres liter liters");
        add(units, "volume", 0.0295735, "fl_oz fluid_ounce fluid_ounces");
        add(units, "volume", 3.78541, "gallon gallons");
        add(units, "length", 0.1, "mm millimetre millimetres millimeter millimeters");
        add(units, "length", 1, "cm centimetre centimetres centimeter centimeters");
        add(units, "length", 100, "m metre metres meter meters");
        add(units, "length", 100_000, "km kilometre kilometres kilometer kilometers");
        add(units, "length", 2.54, "inch inches");
        add(units, "length", 30.48, "ft foot feet");
        add(units, "length", 160_934.4, "mile miles");
        add(units, "clock", 1 / 60.0, "s sec second seconds");
        add(units, "clock", 1, "min mins minute minutes");
        add(units, "clock", 60, "h hr hrs hour hours");
        add(units, "clock", 1440, "day days");
        add(units, "calendar", 7, "week weeks");
        add(units, "calendar", 30.4375, "month months");
        add(units, "calendar", 365.25, "year years");
        add(units, "power", 1, "w watt watts");
        add(units, "power", 1000, "kw kilowatt kilowatts");
        add(units, "energy", 1, "wh");
        add(units, "charge", 1, "mah");
        add(units, "charge", 1000, "ah");
        add(units, "light", 1, "lm lumen lumens");
        add(units, "voltage", 1, "v volt volts");
        add(units, "frequency", 1, "hz hertz");
        add(units, "data", 1e-3, "kb");
        add(units, "data", 1, "mb");
        add(units, "data", 1000, "gb");
        add(units, "data", 1e6, "tb");
        add(units, "share", 1, "percent");
        add(units, "persons", 1, "person persons people player players adult adults friend friends guest guests");
        return Map.copyOf(units);
    }

    private static void add(Map<String, Unit> units, String dimension, double factor, String words) {
        for (String word : words.split(" ")) {
            units.put(word.replace('_', ' '), new Unit(dimension, factor));
        }
    }
}
