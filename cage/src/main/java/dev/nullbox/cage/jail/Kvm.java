package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.OpenFlags;

/** Probe for usable KVM. Source: Documentation/virt/kvm/api.rst. */
public final class Kvm {
    private static final long GET_API_VERSION = dev.nullbox.natives.linux.Kvm.KVM_GET_API_VERSION;
    private static final long API_VERSION = dev.nullbox.natives.linux.Kvm.KVM_API_VERSION;

    private Kvm() {}

    /** Result of the probe. */
    public sealed interface Support {
        /** KVM answers with this version of its interface. */
        record Available(int api) implements Support {}

        /** KVM cannot be used; cause and remedy in one line. */
        record Missing(String why) implements Support {}
    }

    /** Support by the device at the path. */
    public static Support probe(Libc libc, String device) {
        return switch (libc.open(device, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0)) {
            case SysResult.Ok(long fd) -> {
                Support support = version(libc, device, (int) fd);
                libc.close((int) fd);
                yield support;
            }
            case SysResult.Failed(int errno) ->
                new Support.Missing("open " + device + ": " + Errno.describe(errno) + "; " + remedy(errno));
        };
    }

    private static Support version(Libc libc, String device, int fd) {
        return switch (libc.ioctl(fd, GET_API_VERSION, 0L)) {
            case SysResult.Ok(long api) when api == API_VERSION -> new Support.Available((int) api);
            case SysResult.Ok(long api) ->
                new Support.Missing(device + " speaks version " + api + " of KVM's interface, not " + API_VERSION
                        + "; boot the appliance's own kernel");
            case SysResult.Failed(int errno) ->
                new Support.Missing(
                        device + " is no KVM device: " + Errno.describe(errno) + "; boot the appliance's own kernel");
        };
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                "turn on VT-x or AMD-V in the firmware, or nested virtualisation in the host";
            case Errno.EACCES, Errno.EPERM -> "the device must be of group kvm (36), mode 0660";
            default -> "see the kernel's log";
        };
    }
}
