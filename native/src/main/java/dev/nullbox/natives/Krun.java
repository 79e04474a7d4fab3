package dev.nullbox.natives;

import java.util.List;
import java.util.Set;

/**
 * libkrun's C interface: each method is the {@code krun_} function of its name in libkrun.h. A negative return value is a
 * negated errno and comes back as {@link SysResult.Failed}. Symbols are looked up one by one, so that 1.x and 2.0 both
 * load; calling one that is missing throws {@link MissingSymbolException}, which names it and the library.
 */
public interface Krun {
    /** Which of the functions named here the loaded library has, as {@code "krun_set_root"}. */
    Set<String> symbols();

    SysResult setLogLevel(int level);

    /** The value is the context id of all the other calls. */
    SysResult createCtx();

    SysResult freeCtx(int ctx);

    SysResult setVmConfig(int ctx, int vcpus, int memoryMib);

    SysResult setRoot(int ctx, String path);

    /** libkrun 2.0's way to give a root: tag {@code "/dev/root"}. Shared-memory window 0 bytes. */
    SysResult addVirtiofs3(int ctx, String tag, String path, long shmBytes, boolean readOnly);

    SysResult setPortMap(int ctx, List<String> hostToGuest);

    SysResult setWorkdir(int ctx, String path);

    SysResult setExec(int ctx, String path, List<String> argv, List<String> env);

    SysResult addVsockPort2(int ctx, int guestPort, String unixSocket, boolean guestListens);

    /** Does not return when it succeeds: the process ends with the guest's exit code. */
    SysResult startEnter(int ctx);
}
