package dev.nullbox.smoketest;

import com.google.gson.JsonObject;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Measured figure.
 *
 * @param name with its unit at its end
 * @param value as measured
 * @param reference the same of something else, measured in the same run
 * @param bound what is promised
 * @param isLeast whether the bound is a least value, and not a greatest
 */
record Figure(String name, double value, Optional<Reference> reference, OptionalDouble bound, boolean isLeast) {
    /**
     * Measurement that a figure is compared with.
     *
     * @param value in the figure's unit
     * @param is what it was measured on
     */
    record Reference(double value, String is) {}

    static Figure plain(String name, double value) {
        return new Figure(name, value, Optional.empty(), OptionalDouble.empty(), false);
    }

    static Figure bounded(String name, double value, double atMost) {
        return new Figure(name, value, Optional.empty(), OptionalDouble.of(atMost), false);
    }

    static Figure atLeast(String name, double value, double least) {
        return new Figure(name, value, Optional.empty(), OptionalDouble.of(least), true);
    }

    Figure beside(double other, String is) {
        return new Figure(name, value, Optional.of(new Reference(other, is)), bound, isLeast);
    }

    /** Tells whether it keeps its bound, if it has one. */
    boolean holds() {
        return bound.isEmpty() || (isLeast ? value >= bound.getAsDouble() : value <= bound.getAsDouble());
    }

    /** {@code {"value":N,"reference":{WHAT:N}}}; a bound is a reference named "bound". */
    JsonObject json() {
        JsonObject beside = new JsonObject();
        reference.ifPresent(other -> beside.addProperty(other.is(), rounded(other.value())));
        bound.ifPresent(atMost -> beside.addProperty("bound", atMost));
        JsonObject json = new JsonObject();
        json.addProperty("value", rounded(value));
        json.add("reference", beside);
        return json;
    }

    /** One line for people. */
    String line() {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-28s %9.3f", name, value));
        reference.ifPresent(
                other -> line.append(String.format(Locale.ROOT, "   beside %.3f: %s", other.value(), other.is())));
        bound.ifPresent(promised -> line.append(String.format(
                Locale.ROOT, "   at %s %.2f%s", isLeast ? "least" : "most", promised, holds() ? "" : ": NOT HELD")));
        return line.toString();
    }

    /** Thousandths. */
    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
