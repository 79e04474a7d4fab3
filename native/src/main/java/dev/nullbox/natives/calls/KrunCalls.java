package dev.nullbox.natives.calls;

import java.util.Set;

/**
 * libkrun's functions by their C types: pointers are addresses, 0 being NULL; the returned int is as C gave it. All throw
 * {@code MissingSymbolException} where the library lacks the function.
 */
interface KrunCalls {
    /** Those without which no microVM is made, by their C names. */
    Set<String> NEEDED = Set.of(
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

    /** The functions of this interface, by their C names. */
    Set<String> FUNCTIONS = Set.of(
            "krun_set_log_level",
            "krun_create_ctx",
            "krun_free_ctx",
            "krun_set_vm_config",
            "krun_set_kernel",
            "krun_add_disk",
            "krun_add_net_tap",
            "krun_set_nested_virt",
            "krun_set_root",
            "krun_add_virtiofs3",
            "krun_set_port_map",
            "krun_set_workdir",
            "krun_set_exec",
            "krun_add_vsock_port2",
            "krun_start_enter");

    Set<String> symbols();

    int setLogLevel(int level);

    int createCtx();

    int freeCtx(int ctx);

    /** vcpus is a uint8_t, passed as an int of its value: the ABI lets a callee read the register beyond the byte. */
    int setVmConfig(int ctx, int vcpus, int memoryMib);

    int setKernel(int ctx, long kernel, int format, long initramfs, long cmdline);

    int addDisk(int ctx, long id, long path, boolean readOnly);

    int addNetTap(int ctx, long tap, long mac, int features, int flags);

    int setNestedVirt(int ctx, boolean enabled);

    int setRoot(int ctx, long path);

    int addVirtiofs3(int ctx, long tag, long path, long shmBytes, boolean readOnly);

    int setPortMap(int ctx, long portMap);

    int setWorkdir(int ctx, long path);

    int setExec(int ctx, long path, long argv, long envp);

    int addVsockPort2(int ctx, int port, long path, boolean listen);

    int startEnter(int ctx);
}
