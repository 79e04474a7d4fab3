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
 * @param reference figure of something comparable, measured in the same run
 * @param bound the promised maximum
 */
record Figure(String name, double value, Optional<Reference> reference, OptionalDouble bound) {
    /**
     * Measurement that a figure is compared with.
     *
     * @param value in the figure's unit
     * @param is what it was measured on
     */
    record Reference(double value, String is) {}

    static Figure plain(String name, double value) {
        return new Figure(name, value, Optional.empty(), OptionalDouble.empty());
    }

    static Figure bounded(String name, double value, double atMost) {
        return new Figure(name, value, Optional.empty(), OptionalDouble.of(atMost));
    }

    Figure beside(double other, String is) {
        return new Figure(name, value, Optional.of(new Reference(other, is)), bound);
    }

    /** Tells whether it keeps its bound, if it has one. */
    boolean holds() {
        return bound.isEmpty() || value <= bound.getAsDouble();
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
        bound.ifPresent(atMost ->
                line.append(String.format(Locale.ROOT, "   at most %.2f%s", atMost, holds() ? "" : ": NOT HELD")));
        return line.toString();
    }

    /** Thousandths. */
    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
