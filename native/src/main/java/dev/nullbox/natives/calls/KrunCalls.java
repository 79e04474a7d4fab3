package dev.nullbox.natives.calls;

import java.util.Set;

/**
 * libkrun's functions by their C types: pointers are addresses, 0 being NULL; the returned int is as C gave it.
 */
interface KrunCalls {
    /** The functions of this interface, by their C names; each is needed to make a microVM. */
    Set<String> FUNCTIONS = Set.of(
            "krun_set_log_level",
            "krun_create_ctx",
            "krun_free_ctx",
            "krun_set_vm_config",
            "krun_set_kernel",
            "krun_add_disk",
            "krun_add_net_tap",
            "krun_add_vsock_port2",
            "krun_set_nested_virt",
            "krun_start_enter");

    int setLogLevel(int level);

    int createCtx();

    int freeCtx(int ctx);

    /** vcpus is a uint8_t, passed as an int of its value: the ABI lets a callee read the register beyond the byte. */
    int setVmConfig(int ctx, int vcpus, int memoryMib);

    int setKernel(int ctx, long kernel, int format, long initramfs, long cmdline);

    int addDisk(int ctx, long id, long path, boolean readOnly);

    int addNetTap(int ctx, long tap, long mac, int features, int flags);

    int setNestedVirt(int ctx, boolean enabled);

    int addVsockPort2(int ctx, int port, long path, boolean listen);

    int startEnter(int ctx);
}
