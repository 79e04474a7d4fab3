package dev.nullbox.rpc;

/** Callbacks of a server's work; called on the server's threads, must not block for long. */
public interface RpcObserver {
    /** A caller was refused a method. */
    void denied(Caller caller, String method);

    /** A handler threw an unchecked exception, which is a bug; the caller gets INTERNAL. */
    void crashed(String method, Throwable bug);

    /**
     * The server holds no byte of a call any more: its response is sent, or is not expected, or its connection ended
     * before that.
     */
    default void answered() {}

    /** Observer that writes one line to standard error for each callback. */
    static RpcObserver toStandardError() {
        return new RpcObserver() {
            @Override
            public void denied(Caller caller, String method) {
                System.err.println("rpc: " + method + " refused to " + caller.user());
            }

            @Override
            public void crashed(String method, Throwable bug) {
                StackTraceElement[] trace = bug.getStackTrace();
                System.err.println("rpc: bug in " + method + ": "
                        + bug.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]));
            }
        };
    }
}
