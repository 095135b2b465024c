package rerank.trainer.storefront;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What numbers are counted in. Units of one family convert by their factors, which are whole for exact comparison. */
enum Unit {
    DOLLAR("money", 1, "$%s", "%s dollars"),
    G("mass", 100, "%s g", "%s grams"),
    KG("mass", 100_000, "%s kg", "%s kilos"),
    OZ("mass", 2_835, "%s oz", "%s ounces"),
    LB("mass", 45_359, "%s lb", "%s pounds"),
    ML("volume", 100, "%s ml", "%s millilitres"),
    L("volume", 100_000, "%s litres", "%s liters"),
    FLOZ("volume", 2_957, "%s fl oz", "%s fluid ounces"),
    CM("length", 100, "%s cm", "%s centimetres"),
    INCH("length", 254, "%s inches"),
    M("length", 10_000, "%s m", "%s metres"),
    MINUTE("time", 1, "%s minutes", "%s min"),
    HOUR("time", 60, "%s hours"),
    WATT("power", 1, "%s watts", "%s W"),
    LUMEN("light", 1, "%s lumens", "%s lm"),
    MAH("charge", 1, "%s mAh"),
    PERSON("people", 1, "%s people", "%s persons"),
    PLAYER("players", 1, "%s players", "%s people"),
    PORT("ports", 1, "%s ports", "%s USB ports"),
    POCKET("pockets", 1, "%s pockets"),
    PROGRAM("programs", 1, "%s programs", "%s settings"),
    YEAR("age", 1, "%s years"),
    IPX("water", 1, "IPX%s");

    private static final List<String> WORDS =
            List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten");

    private final String family;
    private final long factor;
    private final List<String> forms;

    Unit(String family, long factor, String... forms) {
        this.family = family;
        this.factor = factor;
        this.forms = List.of(forms);
    }

    boolean convertsTo(Unit other) {
        return family.equals(other.family);
    }

    long factor() {
        return factor;
    }

    /** The usual way to write a quantity. */
    String write(long tenths) {
        return fill(forms.get(0), number(tenths), tenths);
    }

    /** One of the ways to write a quantity. */
    String write(long tenths, Dice dice) {
        boolean isCount =
                factor == 1 && List.of(PERSON, PLAYER, PORT, POCKET, PROGRAM).contains(this);
        boolean asWord = isCount && tenths % 10 == 0 && tenths <= 100 && dice.chance(0.4);
        String number = asWord ? WORDS.get((int) (tenths / 10)) : number(tenths);
        return fill(dice.pick(forms), number, tenths);
    }

    static String number(long tenths) {
        return tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10;
    }

    /**
     * Reads a quantity back, in any form that this unit is written in.
     *
     * @param text in lower case, with nothing before or after the quantity
     * @return its tenths; empty when the text is no quantity of this unit
     */
    Optional<Long> read(String text) {
        for (String form : forms) {
            for (String written : List.of(form, singular(form))) {
                String[] around = written.toLowerCase(Locale.ROOT).split("%s", -1);
                int end = text.length() - around[1].length();
                if (end > around[0].length() && text.startsWith(around[0]) && text.endsWith(around[1])) {
                    Optional<Long> tenths = tenths(text.substring(around[0].length(), end));
                    if (tenths.isPresent()) {
                        return tenths;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Long> tenths(String number) {
        if (WORDS.contains(number)) {
            return Optional.of(10L * WORDS.indexOf(number));
        }
        return number.matches("[0-9]{1,9}(\\.[0-9])?")
                ? Optional.of(Math.round(Double.parseDouble(number) * 10))
                : Optional.empty();
    }

    private static String fill(String form, String number, long tenths) {
        return (tenths == 10 ? singular(form) : form).replace("%s", number);
    }

    private static String singular(String form) {
        if (form.endsWith("people")) {
            return form.replace("people", "person");
        }
        if (form.endsWith("inches")) {
            return form.replace("inches", "inch");
        }
        boolean isPlural = form.endsWith("s") && !form.endsWith("%s");
        return isPlural ? form.substring(0, form.length() - 1) : form;
    }
}
