package dev.nullbox.natives.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Linux capabilities: their numbers, their names, and the structs of capset(2), version 3. A set of capabilities is a long
 * with bit n for capability n, as the hexadecimal masks in /proc/PID/status are. Source: linux/capability.h.
 */
public final class Capabilities {
    public static final int CAP_CHOWN = 0;
    public static final int CAP_DAC_OVERRIDE = 1;
    public static final int CAP_DAC_READ_SEARCH = 2;
    public static final int CAP_FOWNER = 3;
    public static final int CAP_FSETID = 4;
    public static final int CAP_KILL = 5;
    public static final int CAP_SETGID = 6;
    public static final int CAP_SETUID = 7;
    public static final int CAP_SETPCAP = 8;
    public static final int CAP_LINUX_IMMUTABLE = 9;
    public static final int CAP_NET_BIND_SERVICE = 10;
    public static final int CAP_NET_BROADCAST = 11;
    public static final int CAP_NET_ADMIN = 12;
    public static final int CAP_NET_RAW = 13;
    public static final int CAP_IPC_LOCK = 14;
    public static final int CAP_IPC_OWNER = 15;
    public static final int CAP_SYS_MODULE = 16;
    public static final int CAP_SYS_RAWIO = 17;
    public static final int CAP_SYS_CHROOT = 18;
    public static final int CAP_SYS_PTRACE = 19;
    public static final int CAP_SYS_PACCT = 20;
    public static final int CAP_SYS_ADMIN = 21;
    public static final int CAP_SYS_BOOT = 22;
    public static final int CAP_SYS_NICE = 23;
    public static final int CAP_SYS_RESOURCE = 24;
    public static final int CAP_SYS_TIME = 25;
    public static final int CAP_SYS_TTY_CONFIG = 26;
    public static final int CAP_MKNOD = 27;
    public static final int CAP_LEASE = 28;
    public static final int CAP_AUDIT_WRITE = 29;
    public static final int CAP_AUDIT_CONTROL = 30;
    public static final int CAP_SETFCAP = 31;
    public static final int CAP_MAC_OVERRIDE = 32;
    public static final int CAP_MAC_ADMIN = 33;
    public static final int CAP_SYSLOG = 34;
    public static final int CAP_WAKE_ALARM = 35;
    public static final int CAP_BLOCK_SUSPEND = 36;
    public static final int CAP_AUDIT_READ = 37;
    public static final int CAP_PERFMON = 38;
    public static final int CAP_BPF = 39;
    public static final int CAP_CHECKPOINT_RESTORE = 40;

    /** The greatest capability that this list knows; a newer kernel may have more. */
    public static final int CAP_LAST_CAP = CAP_CHECKPOINT_RESTORE;

    /** _LINUX_CAPABILITY_VERSION_3. */
    public static final int VERSION_3 = 0x20080522;

    /** sizeof(struct __user_cap_header_struct): __u32 version, int pid. */
    public static final int HEADER_BYTES = 8;

    /** Two of struct __user_cap_data_struct: __u32 effective, permitted, inheritable; low 32 capabilities first. */
    public static final int DATA_BYTES = 24;

    private static final int RECORD_BYTES = 12;

    private static final List<String> NAMES = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_DAC_READ_SEARCH",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_KILL",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETPCAP",
            "CAP_LINUX_IMMUTABLE",
            "CAP_NET_BIND_SERVICE",
            "CAP_NET_BROADCAST",
            "CAP_NET_ADMIN",
            "CAP_NET_RAW",
            "CAP_IPC_LOCK",
            "CAP_IPC_OWNER",
            "CAP_SYS_MODULE",
            "CAP_SYS_RAWIO",
            "CAP_SYS_CHROOT",
            "CAP_SYS_PTRACE",
            "CAP_SYS_PACCT",
            "CAP_SYS_ADMIN",
            "CAP_SYS_BOOT",
            "CAP_SYS_NICE",
            "CAP_SYS_RESOURCE",
            "CAP_SYS_TIME",
            "CAP_SYS_TTY_CONFIG",
            "CAP_MKNOD",
            "CAP_LEASE",
            "CAP_AUDIT_WRITE",
            "CAP_AUDIT_CONTROL",
            "CAP_SETFCAP",
            "CAP_MAC_OVERRIDE",
            "CAP_MAC_ADMIN",
            "CAP_SYSLOG",
            "CAP_WAKE_ALARM",
            "CAP_BLOCK_SUSPEND",
            "CAP_AUDIT_READ",
            "CAP_PERFMON",
            "CAP_BPF",
            "CAP_CHECKPOINT_RESTORE");

    private Capabilities() {}

    /**
     * The number of a capability.
     *
     * @param name as in capabilities(7): {@code "CAP_NET_ADMIN"}
     * @throws IllegalArgumentException when there is none of that name
     */
    public static int number(String name) {
        int number = NAMES.indexOf(name);
        if (number < 0) {
            throw new IllegalArgumentException("no such capability: " + name);
        }
        return number;
    }

    /**
     * The name of a capability.
     *
     * @throws IllegalArgumentException when the number is none that this list knows
     */
    public static String name(int number) {
        if (number < 0 || number > CAP_LAST_CAP) {
            throw new IllegalArgumentException("no such capability: " + number);
        }
        return NAMES.get(number);
    }

    /** The set of these capabilities, by number. */
    public static long mask(int... numbers) {
        long mask = 0;
        for (int number : numbers) {
            mask |= 1L << number;
        }
        return mask;
    }

    /**
     * The set of these capabilities, by name.
     *
     * @throws IllegalArgumentException when one has no such name
     */
    public static long maskOf(List<String> names) {
        long mask = 0;
        for (String name : names) {
            mask |= 1L << number(name);
        }
        return mask;
    }

    /** The header of capset and capget for the calling thread, 8 bytes. */
    public static byte[] header() {
        byte[] header = new byte[HEADER_BYTES];
        ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putInt(VERSION_3).putInt(0);
        return header;
    }

    /** The data of capset, 24 bytes. */
    public static byte[] encode(long effective, long permitted, long inheritable) {
        byte[] data = new byte[DATA_BYTES];
        ByteBuffer buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        for (int shift = 0; shift < Long.SIZE; shift += Integer.SIZE) {
            buffer.putInt((int) (effective >>> shift));
            buffer.putInt((int) (permitted >>> shift));
            buffer.putInt((int) (inheritable >>> shift));
        }
        return data;
    }

    /** The effective set in the data of capget. */
    public static long effective(byte[] data) {
        return decode(data, 0);
    }

    /** The permitted set in the data of capget. */
    public static long permitted(byte[] data) {
        return decode(data, Integer.BYTES);
    }

    /** The inheritable set in the data of capget. */
    public static long inheritable(byte[] data) {
        return decode(data, 2 * Integer.BYTES);
    }

    private static long decode(byte[] data, int offset) {
        ByteBuffer buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        long low = Integer.toUnsignedLong(buffer.getInt(offset));
        long high = Integer.toUnsignedLong(buffer.getInt(RECORD_BYTES + offset));
        return low | high << Integer.SIZE;
    }
}
