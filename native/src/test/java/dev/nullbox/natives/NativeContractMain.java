package dev.nullbox.natives;

import dev.nullbox.natives.calls.NativeContract;

/** {@link NativeContract} as a program, to be built into a native image; the argument is a POSIX shell. */
public final class NativeContractMain {
    private NativeContractMain() {}

    /** Exits with 0 when the contract held, 1 when a check failed. */
    public static void main(String[] args) {
        String shell = args.length > 0 ? args[0] : "/bin/sh";
        int failures = new NativeContract(shell, System.out).run();
        System.exit(failures == 0 ? 0 : 1);
    }
}
