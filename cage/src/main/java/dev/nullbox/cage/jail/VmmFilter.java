package dev.nullbox.cage.jail;

import static dev.nullbox.natives.linux.Seccomp.*;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.service.seccomp.AllowList;
import dev.nullbox.service.seccomp.ListedCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Installation of a microVM's allow list of system calls. */
final class VmmFilter {
    /** Resource of the test image's JVM variant alone. */
    private static final String RUNTIME_CALLS = "vmm-calls-of-a-jvm";

    private VmmFilter() {}

    /** Installs the list for all threads of the process, irrevocably. They must have no_new_privs. */
    static void install(Libc libc) throws IOException {
        List<ListedCall> calls = new ArrayList<>(AllowList.ofRuntime(RUNTIME_CALLS));
        calls.addAll(VmmPolicy.CALLS);
        install(libc, calls);
    }

    static void install(Libc libc, List<ListedCall> calls) throws SyscallException {
        AllowList.install(libc, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH, calls);
    }
}
