package dev.nullbox.cage.jail;

import dev.nullbox.natives.Krun;
import dev.nullbox.natives.MissingSymbolException;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.KrunFlags;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.guest.GuestProtocol;

/** A microVM configured through libkrun. Source: libkrun.h. */
final class KrunVm {
    /** Refusal by libkrun: the call with its arguments and the errno, or the symbol that is missing. */
    static final class KrunException extends Exception {
        private static final long serialVersionUID = 1L;

        KrunException(String message) {
            super(message);
        }
    }

    /** Its socket in {@link JailFilesystem#CONTROL}. */
    static final String GUEST_SOCKET = "guest.sock";

    private static final String KERNEL = "/usr/lib/nullbox/guest/vmlinux";
    /**
     * Kernel command line: fixed words, nothing of the agent's. The root is the first disk: {@link VmConfig#DISKS}.
     * panic=-1: a kernel that panics restarts at once, which ends the VMM. swiotlb=noforce: no device of a guest needs
     * bounce buffers, for which a guest that reaches beyond 4 GiB would reserve 64 MiB.
     */
    private static final String COMMAND_LINE =
            "console=hvc0 quiet panic=-1 reboot=k root=/dev/vda rootfstype=erofs ro init=/init swiotlb=noforce";

    /** Offloads: checksums and segmentation are left to the receiver, which makes a card five times as fast. */
    private static final int NETWORK_FEATURES = KrunFlags.NET_FEATURE_CSUM
            | KrunFlags.NET_FEATURE_GUEST_CSUM
            | KrunFlags.NET_FEATURE_GUEST_TSO4
            | KrunFlags.NET_FEATURE_GUEST_TSO6
            | KrunFlags.NET_FEATURE_HOST_TSO4
            | KrunFlags.NET_FEATURE_HOST_TSO6;

    private final Krun krun;
    private final int context;

    private KrunVm(Krun krun, int context) {
        this.krun = krun;
        this.context = context;
    }

    /** A configured microVM; nothing runs yet. */
    static KrunVm configure(Krun krun, Message spec) throws KrunException {
        try {
            int level = spec.getInt(JailSpec.KRUN_LOG_LEVEL);
            ok("krun_set_log_level " + level, krun.setLogLevel(level));
            KrunVm vm = new KrunVm(krun, ok("krun_create_ctx", krun.createCtx()));
            vm.apply(spec);
            return vm;
        } catch (MissingSymbolException e) {
            throw new KrunException(String.valueOf(e.getMessage()));
        }
    }

    private void apply(Message spec) throws KrunException {
        Message vm = spec.get(JailSpec.VM);
        int vcpus = vm.getInt(VmConfig.VCPUS);
        int mib = vm.getInt(VmConfig.MEMORY_MIB);
        ok("krun_set_vm_config " + vcpus + " vCPU, " + mib + " MiB", krun.setVmConfig(context, vcpus, mib));
        ok(
                "krun_set_kernel " + KERNEL,
                krun.setKernel(context, KERNEL, KrunFlags.KRUN_KERNEL_FORMAT_ELF, null, COMMAND_LINE));
        for (Message disk : vm.get(VmConfig.DISKS)) {
            String id = disk.get(VmConfig.DISK_ID);
            String path = JailFilesystem.DISKS + "/" + id;
            boolean isReadOnly = disk.get(VmConfig.READ_ONLY);
            ok("krun_add_disk " + path, krun.addDisk(context, id, path, isReadOnly));
        }
        byte[] mac = mac(vm.getInt(VmConfig.SLOT));
        ok("krun_add_net_tap " + JailNetwork.TAP, krun.addNetTap(context, JailNetwork.TAP, mac, NETWORK_FEATURES, 0));
        String control = JailFilesystem.CONTROL + "/" + GUEST_SOCKET;
        ok("krun_add_vsock_port2 " + control, krun.addVsockPort2(context, GuestProtocol.VSOCK_PORT, control, false));
    }

    /** MAC address: locally administered, and derived from the slot alone. */
    private static byte[] mac(int slot) {
        return new byte[] {0x02, 'n', 'b', 0, (byte) (slot >> Byte.SIZE), (byte) slot};
    }

    /** Returns only when the start fails: otherwise the process ends with the guest's exit code. */
    void start() throws KrunException {
        ok("krun_start_enter", krun.startEnter(context));
        throw new KrunException("krun_start_enter returned without an error");
    }

    private static int ok(String call, SysResult result) throws KrunException {
        return switch (result) {
            case SysResult.Ok(long value) -> (int) value;
            case SysResult.Failed(int errno) -> throw new KrunException(call + ": " + Errno.describe(errno));
        };
    }
}
