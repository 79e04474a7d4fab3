package dev.nullbox.natives.calls;

import static dev.nullbox.natives.linux.HeaderAudit.field;
import static dev.nullbox.natives.linux.HeaderAudit.same;
import static dev.nullbox.natives.linux.HeaderAudit.size;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.linux.HeaderAudit;
import dev.nullbox.natives.linux.HeaderAudit.Source;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds the constants and the layouts that calls marshal against the C headers of this machine, by gcc. */
class CallsAuditTest {
    private static final List<String> LAYOUTS = List.of(
            size("struct pollfd", MarshallingLibc.POLLFD_BYTES),
            field("struct pollfd", "fd", 0, 4),
            field("struct pollfd", "events", 4, 2),
            field("struct pollfd", "revents", 6, 2),
            size("struct epoll_event", MarshallingLibc.EPOLL_EVENT_BYTES),
            field("struct epoll_event", "events", 0, 4),
            field("struct epoll_event", "data", 4, 8),
            size("struct linger", 8),
            field("struct linger", "l_onoff", 0, 4),
            field("struct linger", "l_linger", 4, 4),
            size("struct sockaddr_in", 16),
            field("struct sockaddr_in", "sin_port", 2, 2),
            field("struct sockaddr_in", "sin_addr", 4, 4),
            size("struct rlimit", 16),
            field("struct rlimit", "rlim_cur", 0, 8),
            field("struct rlimit", "rlim_max", 8, 8),
            size("posix_spawn_file_actions_t", PosixSpawn.FILE_ACTIONS_BYTES),
            size("posix_spawnattr_t", PosixSpawn.ATTRIBUTES_BYTES),
            size("sigset_t", PosixSpawn.SIGSET_BYTES),
            same("AT_FDCWD", MarshallingLibc.AT_FDCWD),
            same("LINUX_REBOOT_MAGIC1", MarshallingLibc.LINUX_REBOOT_MAGIC1),
            same("LINUX_REBOOT_MAGIC2", MarshallingLibc.LINUX_REBOOT_MAGIC2),
            size("struct sock_fprog", MarshallingLibc.SOCK_FPROG_BYTES),
            field("struct sock_fprog", "len", 0, 2),
            field("struct sock_fprog", "filter", 8, 8),
            size("struct sock_filter", MarshallingLibc.SOCK_FILTER_BYTES),
            field("struct sock_filter", "code", 0, 2),
            field("struct sock_filter", "jt", 2, 1),
            field("struct sock_filter", "jf", 3, 1),
            field("struct sock_filter", "k", 4, 4));

    @Test
    void constantsAreThoseOfTheHeaders() throws Exception {
        assertThat(HeaderAudit.complaints(List.of(new Source(PosixSpawn.class, "spawn.h", "POSIX_"))))
                .isEmpty();
    }

    @Test
    void nftablesDefaultContextIsThatOfTheHeader() throws Exception {
        List<String> headers = List.of("stdio.h", "stdbool.h", "stdint.h", "nftables/libnftables.h");
        List<String> context = List.of(same("NFT_CTX_DEFAULT", NftablesCalls.NFT_CTX_DEFAULT));
        assertThat(HeaderAudit.complaints(context, headers)).isEmpty();
    }

    @Test
    void zstdBuffersAreThoseOfTheHeader() throws Exception {
        List<String> layouts = List.of(
                size("ZSTD_inBuffer", MarshallingZstd.BUFFER_BYTES),
                field("ZSTD_inBuffer", "src", 0, 8),
                field("ZSTD_inBuffer", "size", 8, 8),
                field("ZSTD_inBuffer", "pos", 16, 8),
                size("ZSTD_outBuffer", MarshallingZstd.BUFFER_BYTES),
                field("ZSTD_outBuffer", "dst", 0, 8),
                field("ZSTD_outBuffer", "size", 8, 8),
                field("ZSTD_outBuffer", "pos", 16, 8));
        assertThat(HeaderAudit.complaints(layouts, List.of("zstd.h"))).isEmpty();
    }

    @Test
    void structsAreThoseOfTheHeaders() throws Exception {
        List<String> headers = List.of(
                "poll.h",
                "sys/epoll.h",
                "netinet/in.h",
                "fcntl.h",
                "linux/reboot.h",
                "sys/resource.h",
                "spawn.h",
                "linux/filter.h");
        assertThat(HeaderAudit.complaints(LAYOUTS, headers)).isEmpty();
    }
}
