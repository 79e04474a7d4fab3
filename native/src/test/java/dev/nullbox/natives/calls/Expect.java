package dev.nullbox.natives.calls;

import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;

/** Assertions in plain Java, which a native image can have too. */
final class Expect {
    private Expect() {}

    /** The value of a call that succeeded. */
    static long value(SysResult result) throws SyscallException {
        return switch (result) {
            case SysResult.Ok(long value) -> value;
            case SysResult.Failed(int errno) -> throw new SyscallException("the call", errno);
        };
    }

    static void failed(int errno, SysResult result) {
        same(new SysResult.Failed(errno), result);
    }

    static void same(Object expected, Object got) {
        if (!expected.equals(got)) {
            throw new AssertionError("expected " + expected + ", got " + got);
        }
    }

    static void isTrue(boolean condition) {
        if (!condition) {
            throw new AssertionError("not so");
        }
    }
}
