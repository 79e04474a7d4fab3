package dev.nullbox.natives;

import dev.nullbox.natives.linux.Errno;
import java.io.IOException;

/** Failure of a system call: the call with its arguments, and its errno by name. */
public final class SyscallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * A failed call.
     *
     * @param call the call and its arguments; never a secret
     * @param errno as in errno(3)
     */
    public SyscallException(String call, int errno) {
        super(call + ": " + Errno.describe(errno));
        this.errno = errno;
    }

    /** The errno, as in errno(3). */
    public int errno() {
        return errno;
    }
}
