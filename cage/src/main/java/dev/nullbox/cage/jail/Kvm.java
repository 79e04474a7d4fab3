package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.OpenFlags;

/** Whether this process can use KVM. Source: Documentation/virt/kvm/api.rst. */
public final class Kvm {
    private static final long GET_API_VERSION = dev.nullbox.natives.linux.Kvm.KVM_GET_API_VERSION;
    private static final long API_VERSION = dev.nullbox.natives.linux.Kvm.KVM_API_VERSION;

    private Kvm() {}

    /** What was found. */
    public sealed interface Answer {
        /** KVM answers with this version of its interface. */
        record Available(int api) implements Answer {}

        /** It does not, why, and what to do about it, one line. */
        record Missing(String why) implements Answer {}
    }

    /** Asks the device at the path. */
    public static Answer ask(Libc libc, String device) {
        return switch (libc.open(device, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0)) {
            case SysResult.Ok(long fd) -> {
                Answer answer = version(libc, device, (int) fd);
                libc.close((int) fd);
                yield answer;
            }
            case SysResult.Failed(int errno) ->
                new Answer.Missing("open " + device + ": " + Errno.describe(errno) + "; " + remedy(errno));
        };
    }

    private static Answer version(Libc libc, String device, int fd) {
        return switch (libc.ioctl(fd, GET_API_VERSION, 0L)) {
            case SysResult.Ok(long api) when api == API_VERSION -> new Answer.Available((int) api);
            case SysResult.Ok(long api) ->
                new Answer.Missing(device + " speaks version " + api + " of KVM's interface, not " + API_VERSION
                        + "; boot the appliance's own kernel");
            case SysResult.Failed(int errno) ->
                new Answer.Missing(
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
