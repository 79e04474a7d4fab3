package dev.nullbox.natives.calls;

/** libkrun through the SVM C interface, for native images without java.lang.foreign. */
final class SvmKrun implements KrunCalls {
    private final SvmLibrary krun;

    SvmKrun(SvmLibrary krun) {
        this.krun = krun;
    }

    @Override
    public int setLogLevel(int level) {
        return (int) SvmCall.plainCall(krun.require("krun_set_log_level"), level);
    }

    @Override
    public int createCtx() {
        return (int) SvmCall.plainCall(krun.require("krun_create_ctx"));
    }

    @Override
    public int freeCtx(int ctx) {
        return (int) SvmCall.plainCall(krun.require("krun_free_ctx"), ctx);
    }

    @Override
    public int setVmConfig(int ctx, int vcpus, int memoryMib) {
        return (int) SvmCall.plainCall(krun.require("krun_set_vm_config"), ctx, vcpus, memoryMib);
    }

    @Override
    public int setKernel(int ctx, long kernel, int format, long initramfs, long cmdline) {
        return (int) SvmCall.plainCall(krun.require("krun_set_kernel"), ctx, kernel, format, initramfs, cmdline);
    }

    @Override
    public int addDisk(int ctx, long id, long path, boolean readOnly) {
        return (int) SvmCall.plainCall(krun.require("krun_add_disk"), ctx, id, path, readOnly ? 1 : 0);
    }

    @Override
    public int addNetTap(int ctx, long tap, long mac, int features, int flags) {
        return (int) SvmCall.plainCall(krun.require("krun_add_net_tap"), ctx, tap, mac, features, flags);
    }

    @Override
    public int setNestedVirt(int ctx, boolean enabled) {
        return (int) SvmCall.plainCall(krun.require("krun_set_nested_virt"), ctx, enabled ? 1 : 0);
    }

    @Override
    public int addVsockPort2(int ctx, int port, long path, boolean listen) {
        return (int) SvmCall.plainCall(krun.require("krun_add_vsock_port2"), ctx, port, path, listen ? 1 : 0);
    }

    @Override
    public int startEnter(int ctx) {
        return (int) SvmCall.plainCall(krun.require("krun_start_enter"), ctx);
    }
}
