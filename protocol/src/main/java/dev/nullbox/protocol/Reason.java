package dev.nullbox.protocol;

/** Stable reason of an error, finer than its kind; crosses the wire as {@code error.data.detail}. */
public interface Reason {
    /** The reason as on the wire: upper case with underscores. */
    String name();

    /** Kind, meaning and remedy. */
    Details details();

    /** The kind of error, unless the service says otherwise. */
    default ErrorKind kind() {
        return details().kind();
    }

    /**
     * Kind, meaning and remedy of a reason.
     *
     * @param kind the kind of error
     * @param meaning the condition under which it is given, for documents
     * @param remedy the operator's next step; empty where the kind's own says it all
     */
    record Details(ErrorKind kind, String meaning, String remedy) {}
}
