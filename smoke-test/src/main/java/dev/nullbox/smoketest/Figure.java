package dev.nullbox.smoketest;

/**
 * One measured figure.
 *
 * @param name with its unit at its end
 * @param value as measured
 * @param reference what it is held against, measured in the same boot or promised
 * @param referenceIs what the reference is
 */
record Figure(String name, double value, double reference, String referenceIs) {
    /** Thousandths. */
    static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
