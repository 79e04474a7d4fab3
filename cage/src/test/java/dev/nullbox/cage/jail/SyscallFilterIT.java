package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Namespaces;
import dev.nullbox.natives.linux.Prctl;
import dev.nullbox.natives.linux.Sockets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The filter in force in this kernel, on a thread that ends with the test: filters belong to threads. */
class SyscallFilterIT {
    private final Libc libc = Natives.libc();

    private SysResult netlink() {
        return libc.socket(Sockets.AF_NETLINK, Sockets.SOCK_RAW, 0);
    }

    private SysResult newNamespace() {
        return libc.unshare(Namespaces.CLONE_NEWUTS);
    }

    @Test
    void theKernelRefusesWhatItAllowedBeforeAndNoMore() throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            thread.submit(() -> {
                        // Root may do all of it: what is refused below is refused by the filter.
                        libc.close(netlink().orThrow("socket AF_NETLINK"));
                        newNamespace().orThrow("unshare CLONE_NEWUTS");
                        libc.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0).orThrow("prctl PR_SET_NO_NEW_PRIVS");
                        SyscallFilter.install(libc, SyscallPolicy.RULES);
                        assertThat(libc.prctl(Prctl.PR_GET_SECCOMP, 0, 0, 0, 0).orThrow("prctl PR_GET_SECCOMP"))
                                .isEqualTo(2);
                        assertThat(netlink().failedWith(Errno.EAFNOSUPPORT)).isTrue();
                        assertThat(newNamespace().failedWith(Errno.EPERM)).isTrue();
                        assertThat(libc.sethostname("other").failedWith(Errno.EPERM))
                                .isTrue();
                        libc.close(libc.socket(Sockets.AF_UNIX, Sockets.SOCK_RAW, 0)
                                .orThrow("socket AF_UNIX"));
                        return null;
                    })
                    .get(30, TimeUnit.SECONDS);
        }
    }
}
