package dev.nullbox.protocol;

/** The release that this code is of. A constant of the compiler's, for annotations. */
public final class Version {
    /** The version in pom.xml: a test compares the two. */
    public static final String TEXT = "0.1.0";

    private Version() {}
}
