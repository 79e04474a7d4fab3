package dev.nullbox.natives;

import org.jspecify.annotations.Nullable;

/**
 * libkrun's C interface: each method is the {@code krun_} function of its name in libkrun.h, of the same prototype in
 * 1.16 and 1.19. A negative return value is a negated errno and comes back as {@link SysResult.Failed}. A library
 * without the functions that a microVM needs, as 2.0 is, is refused when it is loaded.
 */
public interface Krun {
    SysResult setLogLevel(int level);

    /** The value is the context id of all the other calls. */
    SysResult createCtx();

    SysResult freeCtx(int ctx);

    /** num_vcpus is a uint8_t: 0 to 255; libkrun refuses 0 with EINVAL. */
    SysResult setVmConfig(int ctx, int vcpus, int memoryMib);

    /**
     * The guest's kernel; libkrunfw is then not loaded. The files are opened here for their sizes, and read at the
     * start. libkrun appends its own words to the command line.
     *
     * @param format one of {@link dev.nullbox.natives.linux.KrunFlags}, KRUN_KERNEL_FORMAT_*
     * @param initramfs null for none
     * @param cmdline null for libkrun's own
     */
    SysResult setKernel(int ctx, String kernel, int format, @Nullable String initramfs, @Nullable String cmdline);

    /**
     * A raw image, opened by path at the start; the guest sees the disks as vda, vdb, ... in the order of the calls.
     *
     * @param id a name for libkrun's own use, of one disk alone
     */
    SysResult addDisk(int ctx, String id, String path, boolean readOnly);

    /**
     * A virtio-net device on a tap, which must be there and the caller's own when the guest's driver starts: libkrun
     * hangs for ever otherwise. With a network device libkrun makes no vsock device for TSI.
     *
     * @param mac 6 bytes
     * @param features bits of KRUN NET_FEATURE_* in {@link dev.nullbox.natives.linux.KrunFlags}; a GUEST_TSO needs
     *     GUEST_CSUM
     * @param flags 0: 1.16 refuses any, 1.19 all but NET_FLAG_DHCP_CLIENT
     */
    SysResult addNetTap(int ctx, String tap, byte[] mac, int features, int flags);

    /**
     * Tells whether the guest sees the processor's virtualisation. 1.16 and 1.17 do not act on it on Linux, where they
     * refuse true with EINVAL and show what the kvm module offers: there only the module's {@code nested=0} disables
     * it.
     */
    SysResult setNestedVirt(int ctx, boolean enabled);

    /**
     * A vsock port of the guest's as a Unix socket of the host's.
     *
     * @param guestListens false: the guest dials, the host's socket is there already; true: libkrun makes the socket
     */
    SysResult addVsockPort2(int ctx, int guestPort, String unixSocket, boolean guestListens);

    /** Does not return when it succeeds: the process ends with the guest's exit code. */
    SysResult startEnter(int ctx);
}
