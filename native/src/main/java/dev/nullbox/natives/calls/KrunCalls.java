package dev.nullbox.natives.calls;

import java.util.Set;

/**
 * libkrun's functions by their C types: pointers are addresses, 0 being NULL; the returned int is as C gave it. All throw
 * {@code MissingSymbolException} where the library lacks the function.
 */
interface KrunCalls {
    /** The functions of this interface, by their C names. */
    Set<String> FUNCTIONS = Set.of(
            "krun_set_log_level",
            "krun_create_ctx",
            "krun_free_ctx",
            "krun_set_vm_config",
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

    int setVmConfig(int ctx, byte vcpus, int memoryMib);

    int setRoot(int ctx, long path);

    int addVirtiofs3(int ctx, long tag, long path, long shmBytes, boolean readOnly);

    int setPortMap(int ctx, long portMap);

    int setWorkdir(int ctx, long path);

    int setExec(int ctx, long path, long argv, long envp);

    int addVsockPort2(int ctx, int port, long path, boolean listen);

    int startEnter(int ctx);
}
