package dev.nullbox.rpc;

/** What a service wants to know of its server's work; called on the server's threads, must not block for long. */
public interface RpcObserver {
    /** A caller was refused a method. */
    void denied(Caller caller, String method);

    /** A handler ended by an unchecked exception, which was answered with INTERNAL; a bug. */
    void crashed(String method, Throwable bug);

    /**
     * The server holds nothing of a call any more: the last byte of its answer is out, or nobody waits for one; nor of one
     * whose connection ended before it was whole or answered.
     */
    default void answered() {}

    /** Says what went wrong on standard error, one line each. */
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
