package dev.nullbox.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Holds every constant and every struct layout against the C headers of this machine, by gcc. */
class ConstantsAuditTest {
    /** Constants named as in C: those of a class whose names begin so, and the header that has them. */
    private record Source(Class<?> constants, String header, String prefix) {}

    private static final List<Source> SOURCES = List.of(
            new Source(Errno.class, "errno.h", ""),
            new Source(Mounts.class, "sys/mount.h", ""),
            new Source(Namespaces.class, "sched.h", ""),
            new Source(Prctl.class, "sys/prctl.h", ""),
            new Source(OpenFlags.class, "fcntl.h", ""),
            new Source(Fcntl.class, "fcntl.h", ""),
            new Source(CloseRange.class, "linux/close_range.h", ""),
            new Source(Signals.class, "signal.h", ""),
            new Source(Wait.class, "sys/wait.h", ""),
            new Source(Sockets.class, "sys/socket.h", ""),
            new Source(Poll.class, "poll.h", ""),
            new Source(Rlimits.class, "sys/resource.h", ""),
            new Source(Reboot.class, "sys/reboot.h", ""),
            new Source(Mlock.class, "sys/mman.h", ""),
            new Source(Kvm.class, "linux/kvm.h", ""),
            new Source(Loop.class, "linux/loop.h", ""),
            new Source(Tty.class, "sys/ioctl.h", ""),
            new Source(Capabilities.class, "linux/capability.h", "CAP_"),
            new Source(Netlink.class, "linux/rtnetlink.h", ""),
            new Source(Seccomp.class, "linux/seccomp.h", ""),
            new Source(Bpf.class, "linux/filter.h", ""),
            new Source(Syscalls.class, "sys/syscall.h", ""),
            new Source(PosixSpawn.class, "spawn.h", "POSIX_"));

    /** The structs that are written or read byte by byte, their sizes and their fields' offsets and sizes. */
    private static final List<String> LAYOUTS = List.of(
            size("struct pollfd", MarshallingLibc.POLLFD_BYTES),
            field("struct pollfd", "fd", 0, 4),
            field("struct pollfd", "events", 4, 2),
            field("struct pollfd", "revents", 6, 2),
            size("struct loop_config", 304),
            field("struct loop_config", "fd", 0, 4),
            field("struct loop_config", "info.lo_flags", 60, 4),
            size("struct rlimit", 16),
            field("struct rlimit", "rlim_cur", 0, 8),
            field("struct rlimit", "rlim_max", 8, 8),
            size("posix_spawn_file_actions_t", PosixSpawn.FILE_ACTIONS_BYTES),
            size("posix_spawnattr_t", PosixSpawn.ATTRIBUTES_BYTES),
            size("sigset_t", PosixSpawn.SIGSET_BYTES),
            size("struct __user_cap_header_struct", Capabilities.HEADER_BYTES),
            field("struct __user_cap_header_struct", "version", 0, 4),
            field("struct __user_cap_header_struct", "pid", 4, 4),
            size("struct __user_cap_data_struct[_LINUX_CAPABILITY_U32S_3]", Capabilities.DATA_BYTES),
            field("struct __user_cap_data_struct", "effective", 0, 4),
            field("struct __user_cap_data_struct", "permitted", 4, 4),
            field("struct __user_cap_data_struct", "inheritable", 8, 4),
            size("struct sock_fprog", MarshallingLibc.SOCK_FPROG_BYTES),
            field("struct sock_fprog", "len", 0, 2),
            field("struct sock_fprog", "filter", 8, 8),
            size("struct sock_filter", MarshallingLibc.SOCK_FILTER_BYTES),
            field("struct sock_filter", "code", 0, 2),
            field("struct sock_filter", "jt", 2, 1),
            field("struct sock_filter", "jf", 3, 1),
            field("struct sock_filter", "k", 4, 4),
            field("struct seccomp_data", "nr", 0, 4),
            field("struct seccomp_data", "arch", 4, 4),
            field("struct seccomp_data", "args", 16, 48),
            same("_LINUX_CAPABILITY_VERSION_3", Capabilities.VERSION_3),
            size("struct sockaddr_nl", Rtnetlink.SOCKADDR_NL_BYTES),
            field("struct sockaddr_nl", "nl_family", 0, 2),
            field("struct sockaddr_nl", "nl_pid", 4, 4),
            field("struct sockaddr_nl", "nl_groups", 8, 4),
            size("struct nlmsghdr", NetlinkMessage.HEADER_BYTES),
            field("struct nlmsghdr", "nlmsg_len", 0, 4),
            field("struct nlmsghdr", "nlmsg_type", 4, 2),
            field("struct nlmsghdr", "nlmsg_flags", 6, 2),
            field("struct nlmsghdr", "nlmsg_seq", 8, 4),
            field("struct nlmsghdr", "nlmsg_pid", 12, 4),
            field("struct nlmsgerr", "error", 0, 4),
            size("struct rtattr", NetlinkMessage.ATTRIBUTE_BYTES),
            field("struct rtattr", "rta_len", 0, 2),
            field("struct rtattr", "rta_type", 2, 2),
            size("struct ifinfomsg", 16),
            field("struct ifinfomsg", "ifi_family", 0, 1),
            field("struct ifinfomsg", "ifi_type", 2, 2),
            field("struct ifinfomsg", "ifi_index", 4, 4),
            field("struct ifinfomsg", "ifi_flags", 8, 4),
            field("struct ifinfomsg", "ifi_change", 12, 4),
            size("struct ifaddrmsg", 8),
            field("struct ifaddrmsg", "ifa_family", 0, 1),
            field("struct ifaddrmsg", "ifa_prefixlen", 1, 1),
            field("struct ifaddrmsg", "ifa_flags", 2, 1),
            field("struct ifaddrmsg", "ifa_scope", 3, 1),
            field("struct ifaddrmsg", "ifa_index", 4, 4),
            size("struct rtmsg", 12),
            field("struct rtmsg", "rtm_family", 0, 1),
            field("struct rtmsg", "rtm_dst_len", 1, 1),
            field("struct rtmsg", "rtm_src_len", 2, 1),
            field("struct rtmsg", "rtm_tos", 3, 1),
            field("struct rtmsg", "rtm_table", 4, 1),
            field("struct rtmsg", "rtm_protocol", 5, 1),
            field("struct rtmsg", "rtm_scope", 6, 1),
            field("struct rtmsg", "rtm_type", 7, 1),
            field("struct rtmsg", "rtm_flags", 8, 4));

    @Test
    void constantsAreThoseOfTheHeaders() throws Exception {
        StringBuilder c = headers();
        for (Source source : SOURCES) {
            Map<String, Number> constants = constants(source);
            assertThat(constants).as(source.constants().getSimpleName()).isNotEmpty();
            constants.forEach((name, value) -> c.append(same(name, value)));
        }
        assertThat(Gcc.complaints(c.toString(), List.of())).isEmpty();
    }

    @Test
    void nftablesConstantsAreThoseOfTheHeader() throws Exception {
        StringBuilder c = new StringBuilder(
                "#include <stdio.h>\n#include <stdbool.h>\n#include <stdint.h>\n#include <nftables/libnftables.h>\n");
        constants(new Source(Nft.class, "nftables/libnftables.h", ""))
                .forEach((name, value) -> c.append(same(name, value)));
        c.append(same("NFT_CTX_DEFAULT", NftablesCalls.NFT_CTX_DEFAULT));
        assertThat(Gcc.complaints(c.toString(), List.of())).isEmpty();
    }

    @Test
    void structsAreThoseOfTheHeaders() throws Exception {
        StringBuilder c = headers();
        LAYOUTS.forEach(c::append);
        assertThat(Gcc.complaints(c.toString(), List.of())).isEmpty();
    }

    /** The audit itself must be able to fail. */
    @Test
    void gccRefusesAWrongValueAndAWrongOffset() throws Exception {
        String wrong = headers() + same("ENOENT", 3) + field("struct pollfd", "events", 6, 2);
        assertThat(Gcc.complaints(wrong, List.of())).contains("ENOENT").contains("events");
    }

    @Test
    void errnoNamesItsConstants() throws Exception {
        constants(SOURCES.getFirst())
                .forEach((name, value) ->
                        assertThat(Errno.describe(value.intValue())).isEqualTo(name + " (" + value + ")"));
    }

    @Test
    void capabilitiesHaveTheirNames() throws Exception {
        Map<String, Number> capabilities = constants(new Source(Capabilities.class, "", "CAP_"));
        assertThat(capabilities).hasSize(Capabilities.CAP_LAST_CAP + 1);
        capabilities.forEach((name, number) -> {
            assertThat(Capabilities.number(name)).isEqualTo(number.intValue());
            assertThat(Capabilities.name(number.intValue())).isEqualTo(name);
        });
    }

    private static StringBuilder headers() {
        StringBuilder c = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n");
        List<String> headers = new ArrayList<>(List.of("net/if.h", "linux/veth.h", "linux/audit.h"));
        SOURCES.forEach(source -> headers.add(source.header()));
        headers.forEach(header -> c.append("#include <").append(header).append(">\n"));
        return c;
    }

    private static Map<String, Number> constants(Source source) throws IllegalAccessException {
        Map<String, Number> constants = new TreeMap<>();
        for (Field field : source.constants().getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())
                    && (field.getType() == int.class || field.getType() == long.class)
                    && field.getName().startsWith(source.prefix())
                    && !field.getName().equals("CAP_LAST_CAP")) {
                field.setAccessible(true);
                constants.put(field.getName(), (Number) field.get(null));
            }
        }
        return constants;
    }

    private static String same(String name, Number value) {
        String type = value instanceof Long ? "long" : "int";
        return "_Static_assert((" + type + ")(" + name + ") == (" + type + ")" + value.longValue() + "L, \"" + name
                + "\");\n";
    }

    private static String size(String type, int bytes) {
        return "_Static_assert(sizeof(" + type + ") == " + bytes + ", \"sizeof " + type + "\");\n";
    }

    private static String field(String type, String field, int offset, int bytes) {
        return "_Static_assert(offsetof(" + type + ", " + field + ") == " + offset + " && sizeof(((" + type + " *)0)->"
                + field + ") == " + bytes + ", \"" + type + "." + field + "\");\n";
    }
}
