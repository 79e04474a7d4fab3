package dev.nullbox.natives.linux;

import static dev.nullbox.natives.linux.HeaderAudit.field;
import static dev.nullbox.natives.linux.HeaderAudit.same;
import static dev.nullbox.natives.linux.HeaderAudit.size;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.device.BlockDevices;
import dev.nullbox.natives.device.DeviceMapper;
import dev.nullbox.natives.device.Watchdogs;
import dev.nullbox.natives.linux.HeaderAudit.Source;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds the constants and the layouts of this package against the C headers of this machine, by gcc. */
class ConstantsAuditTest {
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
            new Source(Epoll.class, "sys/epoll.h", ""),
            new Source(Rlimits.class, "sys/resource.h", ""),
            new Source(Reboot.class, "sys/reboot.h", ""),
            new Source(Mlock.class, "sys/mman.h", ""),
            new Source(Memory.class, "sys/mman.h", ""),
            new Source(Kvm.class, "linux/kvm.h", ""),
            new Source(Loop.class, "linux/loop.h", ""),
            new Source(BlockDevices.class, "linux/fs.h", ""),
            new Source(DeviceMapper.class, "linux/dm-ioctl.h", ""),
            new Source(Watchdogs.class, "linux/watchdog.h", ""),
            new Source(Fiemap.class, "linux/fiemap.h", ""),
            new Source(Tun.class, "linux/if_tun.h", ""),
            new Source(Filesystems.class, "linux/magic.h", ""),
            new Source(Tty.class, "sys/ioctl.h", ""),
            new Source(Capabilities.class, "linux/capability.h", "CAP_"),
            new Source(Seccomp.class, "linux/seccomp.h", ""),
            new Source(Bpf.class, "linux/filter.h", ""),
            new Source(Syscalls.class, "sys/syscall.h", ""));

    /** The structs that are written or read byte by byte, their sizes and their fields' offsets and sizes. */
    private static final List<String> LAYOUTS = List.of(
            size("struct loop_config", 304),
            field("struct loop_config", "fd", 0, 4),
            field("struct loop_config", "info.lo_flags", 60, 4),
            size("struct dm_ioctl", 312),
            field("struct dm_ioctl", "version", 0, 12),
            field("struct dm_ioctl", "data_size", 12, 4),
            field("struct dm_ioctl", "data_start", 16, 4),
            field("struct dm_ioctl", "target_count", 20, 4),
            field("struct dm_ioctl", "flags", 28, 4),
            field("struct dm_ioctl", "dev", 40, 8),
            field("struct dm_ioctl", "name", 48, 128),
            size("struct dm_target_spec", 40),
            field("struct dm_target_spec", "sector_start", 0, 8),
            field("struct dm_target_spec", "length", 8, 8),
            field("struct dm_target_spec", "target_type", 24, 16),
            size("struct fiemap", 32),
            field("struct fiemap", "fm_start", 0, 8),
            field("struct fiemap", "fm_length", 8, 8),
            field("struct fiemap", "fm_mapped_extents", 20, 4),
            field("struct fiemap", "fm_extent_count", 24, 4),
            size("struct fiemap_extent", 56),
            field("struct fiemap_extent", "fe_logical", 0, 8),
            field("struct fiemap_extent", "fe_length", 16, 8),
            field("struct fiemap_extent", "fe_flags", 40, 4),
            size("struct __user_cap_header_struct", Capabilities.HEADER_BYTES),
            field("struct __user_cap_header_struct", "version", 0, 4),
            field("struct __user_cap_header_struct", "pid", 4, 4),
            size("struct __user_cap_data_struct[_LINUX_CAPABILITY_U32S_3]", Capabilities.DATA_BYTES),
            field("struct __user_cap_data_struct", "effective", 0, 4),
            field("struct __user_cap_data_struct", "permitted", 4, 4),
            field("struct __user_cap_data_struct", "inheritable", 8, 4),
            field("struct seccomp_data", "nr", 0, 4),
            field("struct seccomp_data", "arch", 4, 4),
            field("struct seccomp_data", "args", 16, 48),
            same("_LINUX_CAPABILITY_VERSION_3", Capabilities.VERSION_3));

    @Test
    void constantsAreThoseOfTheHeaders() throws Exception {
        assertThat(HeaderAudit.complaints(
                        SOURCES,
                        "netinet/in.h",
                        "netinet/tcp.h",
                        "linux/netfilter_ipv4.h",
                        "linux/audit.h",
                        "linux/fs.h",
                        "linux/falloc.h"))
                .isEmpty();
    }

    @Test
    void nftablesConstantsAreThoseOfTheHeader() throws Exception {
        List<Source> sources = List.of(new Source(Nft.class, "nftables/libnftables.h", ""));
        assertThat(HeaderAudit.complaints(sources, "stdio.h", "stdbool.h", "stdint.h"))
                .isEmpty();
    }

    @Test
    void structsAreThoseOfTheHeaders() throws Exception {
        List<String> headers =
                List.of("linux/loop.h", "linux/dm-ioctl.h", "linux/fiemap.h", "linux/capability.h", "linux/seccomp.h");
        assertThat(HeaderAudit.complaints(LAYOUTS, headers)).isEmpty();
    }

    /** The audit itself must be able to fail. */
    @Test
    void gccRefusesAWrongValueAndAWrongOffset() throws Exception {
        List<String> wrong = List.of(same("ENOENT", 3), field("struct pollfd", "events", 6, 2));
        assertThat(HeaderAudit.complaints(wrong, List.of("errno.h", "poll.h")))
                .contains("ENOENT")
                .contains("events");
    }

    @Test
    void errnoNamesItsConstants() throws Exception {
        HeaderAudit.constants(SOURCES.getFirst())
                .forEach((name, value) ->
                        assertThat(Errno.describe(value.intValue())).isEqualTo(name + " (" + value + ")"));
    }

    @Test
    void capabilitiesHaveTheirNames() throws Exception {
        Map<String, Number> capabilities = HeaderAudit.constants(new Source(Capabilities.class, "", "CAP_"));
        assertThat(capabilities).hasSize(Capabilities.CAP_LAST_CAP + 1);
        capabilities.forEach((name, number) -> {
            assertThat(Capabilities.number(name)).isEqualTo(number.intValue());
            assertThat(Capabilities.name(number.intValue())).isEqualTo(name);
        });
    }
}
