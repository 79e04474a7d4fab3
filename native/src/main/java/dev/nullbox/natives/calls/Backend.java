package dev.nullbox.natives.calls;

/**
 * Choice between the two implementations of calls to C. A native image is built with this class initialised at build
 * time, so that the choice is a constant and the other implementation is left out; on a JVM the SVM classes are never
 * loaded.
 */
public final class Backend {
    /** System property nullbox.natives, read when this class is initialised: "svm", or "ffm" (the default). */
    public static final boolean SVM = chosen(System.getProperty("nullbox.natives", "ffm"));

    private Backend() {}

    private static boolean chosen(String name) {
        return switch (name) {
            case "svm" -> true;
            case "ffm" -> false;
            default -> throw new IllegalArgumentException("nullbox.natives must be ffm or svm, not " + name);
        };
    }
}
