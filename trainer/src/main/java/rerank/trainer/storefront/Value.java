package rerank.trainer.storefront;

/** What an attribute of a product is. */
sealed interface Value {
    /**
     * A number with its unit.
     *
     * @param tenths ten times the number, so that halves stay whole
     */
    record Quantity(long tenths, Unit unit) implements Value, Comparable<Quantity> {
        @Override
        public int compareTo(Quantity other) {
            if (!unit.convertsTo(other.unit)) {
                throw new IllegalArgumentException(this + " and " + other + " cannot be compared");
            }
            return Long.compare(tenths * unit.factor(), other.tenths * other.unit.factor());
        }

        /** The same quantity in another unit, with "about" where it is rounded. */
        String in(Unit other) {
            long base = tenths * unit.factor();
            boolean isLarge = base >= 100 * other.factor();
            long precision = isLarge ? 10 * other.factor() : other.factor();
            long rounded = (base + precision / 2) / precision * (isLarge ? 10 : 1);
            String written = other.write(rounded);
            return rounded * other.factor() == base ? written : "about " + written;
        }
    }

    /** One of a few words, for example a material. */
    record Choice(String word) implements Value {}

    /** Whether the product has something. */
    record Feature(boolean isPresent) implements Value {}
}
