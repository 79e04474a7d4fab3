package dev.nullbox.natives;

/** Result of a system call: its value, or the errno it left. Source: errno(3). */
public sealed interface SysResult {
    /** The call succeeded with this value, never negative. */
    record Ok(long value) implements SysResult {}

    /** The call failed with this errno, always positive. */
    record Failed(int errno) implements SysResult {}

    /**
     * The value as an int.
     *
     * @param call the call and its arguments, for the message: {@code "mount proc on /proc"}
     * @throws SyscallException when the call failed
     */
    default int orThrow(String call) throws SyscallException {
        return switch (this) {
            case Ok(var value) -> Math.toIntExact(value);
            case Failed(var errno) -> throw new SyscallException(call, errno);
        };
    }

    /** Tells whether the call succeeded. */
    default boolean isOk() {
        return this instanceof Ok;
    }

    /** Tells whether the call failed with this errno. */
    default boolean failedWith(int errno) {
        return this instanceof Failed(var got) && got == errno;
    }
}
