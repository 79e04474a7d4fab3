package dev.nullbox.nulld.linux;

import dev.nullbox.natives.linux.Mounts;
import java.util.List;

/** Mounts of the appliance with their flags: docs/boot.md has the same table, and a test compares the two. */
public final class MountTable {
    private static final long STRICT = Mounts.MS_NOSUID | Mounts.MS_NODEV | Mounts.MS_NOEXEC;

    /** The root itself: SquashFS, never written, never overlaid. Programs run from it, so no noexec. */
    public static final long ROOT_FLAGS = Mounts.MS_RDONLY | Mounts.MS_NOSUID | Mounts.MS_NODEV;
    /** The data partition: agents' root file systems are served to their VMs, never run on the host. */
    public static final long DATA_FLAGS = STRICT;
    /** XFS's options for the data partition: agents' disks together have a limit, by a project quota. */
    public static final String DATA_XFS_OPTIONS = "prjquota";
    /** ext4's options for one of a former appliance: an inconsistent file system is not written to. */
    public static final String DATA_EXT4_OPTIONS = "errors=remount-ro";

    /** Mounted by stage 1 in the initramfs and carried over into the root. */
    public static final List<MountEntry> VIRTUAL = List.of(
            new MountEntry(
                    "devtmpfs",
                    "/dev",
                    Mounts.MS_NOSUID | Mounts.MS_NOEXEC,
                    "mode=0755",
                    true,
                    "device nodes, so no nodev; nothing runs from here"),
            new MountEntry(
                    "proc",
                    "/proc",
                    STRICT,
                    "hidepid=invisible",
                    true,
                    "a service sees only its own processes; group root sees all"),
            new MountEntry(
                    "sysfs",
                    "/sys",
                    STRICT | Mounts.MS_RDONLY,
                    "",
                    true,
                    "read-only: nothing changes the kernel's devices at run time"));

    /** Mounted by nulld after it has entered the root, in this order, above {@link #VIRTUAL}. */
    public static final List<MountEntry> NULLD = List.of(
            new MountEntry(
                    "tmpfs",
                    "/run",
                    STRICT,
                    "mode=0755,size=16m,nr_inodes=4k",
                    true,
                    "sockets and the services' run directories"),
            new MountEntry(
                    "tmpfs", "/tmp", STRICT, "mode=1777,size=64m,nr_inodes=16k", false, "scratch space, bounded"),
            new MountEntry(
                    "tmpfs",
                    "/var/lib/dhcpcd",
                    STRICT,
                    "mode=0770,uid=105,gid=0,size=1m,nr_inodes=1k",
                    false,
                    "the DHCP client's lease, and the directory it locks itself into; forgotten at power-off"),
            new MountEntry(
                    "cgroup2", "/sys/fs/cgroup", STRICT, "", true, "limits of agents and services; written by cage"));

    /** The data directory when there is no data partition. */
    public static final MountEntry VOLATILE_DATA = new MountEntry(
            "tmpfs",
            "/data",
            STRICT,
            "mode=0755,size=25%,nr_inodes=64k",
            true,
            "state that ends with the power, when there is no data partition");

    private MountTable() {}
}
