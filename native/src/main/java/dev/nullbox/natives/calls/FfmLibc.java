package dev.nullbox.natives.calls;

import static dev.nullbox.natives.calls.FfmLink.at;
import static dev.nullbox.natives.calls.FfmLink.capturing;
import static dev.nullbox.natives.calls.FfmLink.intCall;
import static dev.nullbox.natives.calls.FfmLink.longCall;
import static dev.nullbox.natives.calls.FfmLink.plain;
import static dev.nullbox.natives.calls.FfmLink.plainCall;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.nullbox.natives.SysResult;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The C library through java.lang.foreign, in jextract's shape: one handle per C function, of its name and C types. A
 * symbol that is missing fails at the first use of this class and names itself. DescriptorAuditTest holds every handle
 * against the C headers; each descriptor stands in reachability-metadata.json too.
 */
@SuppressWarnings("MemberName") // the handles have the C functions' names
final class FfmLibc implements LibcCalls {
    private static final MethodHandle posix_spawn =
            plain("posix_spawn", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle posix_spawn_file_actions_init =
            plain("posix_spawn_file_actions_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle posix_spawn_file_actions_destroy =
            plain("posix_spawn_file_actions_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle posix_spawn_file_actions_adddup2 =
            plain("posix_spawn_file_actions_adddup2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle posix_spawn_file_actions_addopen = plain(
            "posix_spawn_file_actions_addopen",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle posix_spawn_file_actions_addclosefrom_np =
            plain("posix_spawn_file_actions_addclosefrom_np", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle posix_spawnattr_init =
            plain("posix_spawnattr_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle posix_spawnattr_destroy =
            plain("posix_spawnattr_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle posix_spawnattr_setflags =
            plain("posix_spawnattr_setflags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT));
    private static final MethodHandle posix_spawnattr_setsigdefault =
            plain("posix_spawnattr_setsigdefault", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle posix_spawnattr_setsigmask =
            plain("posix_spawnattr_setsigmask", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle sigfillset = capturing("sigfillset", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle signal = capturing("signal", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
    private static final MethodHandle setgroups =
            capturing("setgroups", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS));
    private static final MethodHandle setresgid =
            capturing("setresgid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle setresuid =
            capturing("setresuid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle syscall = capturing(
            "syscall",
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    @Override
    public int posixSpawn(long pid, long path, long fileActions, long attributes, long argv, long envp) {
        return plainCall(() ->
                (int) posix_spawn.invokeExact(at(pid), at(path), at(fileActions), at(attributes), at(argv), at(envp)));
    }

    @Override
    public int fileActionsInit(long actions) {
        return plainCall(() -> (int) posix_spawn_file_actions_init.invokeExact(at(actions)));
    }

    @Override
    public int fileActionsDestroy(long actions) {
        return plainCall(() -> (int) posix_spawn_file_actions_destroy.invokeExact(at(actions)));
    }

    @Override
    public int fileActionsAdddup2(long actions, int from, int to) {
        return plainCall(() -> (int) posix_spawn_file_actions_adddup2.invokeExact(at(actions), from, to));
    }

    @Override
    public int fileActionsAddopen(long actions, int fd, long path, int flags, int mode) {
        return plainCall(
                () -> (int) posix_spawn_file_actions_addopen.invokeExact(at(actions), fd, at(path), flags, mode));
    }

    @Override
    public int fileActionsAddclosefromNp(long actions, int from) {
        return plainCall(() -> (int) posix_spawn_file_actions_addclosefrom_np.invokeExact(at(actions), from));
    }

    @Override
    public int spawnattrInit(long attributes) {
        return plainCall(() -> (int) posix_spawnattr_init.invokeExact(at(attributes)));
    }

    @Override
    public int spawnattrDestroy(long attributes) {
        return plainCall(() -> (int) posix_spawnattr_destroy.invokeExact(at(attributes)));
    }

    @Override
    public int spawnattrSetflags(long attributes, short flags) {
        return plainCall(() -> (int) posix_spawnattr_setflags.invokeExact(at(attributes), flags));
    }

    @Override
    public int spawnattrSetsigdefault(long attributes, long signals) {
        return plainCall(() -> (int) posix_spawnattr_setsigdefault.invokeExact(at(attributes), at(signals)));
    }

    @Override
    public int spawnattrSetsigmask(long attributes, long signals) {
        return plainCall(() -> (int) posix_spawnattr_setsigmask.invokeExact(at(attributes), at(signals)));
    }

    @Override
    public SysResult sigfillset(long signals) {
        return intCall(state -> (int) sigfillset.invokeExact(state, at(signals)));
    }

    @Override
    public SysResult signal(int number, long handler) {
        // SIG_ERR is -1; a handler's address never is
        return intCall(state ->
                ((MemorySegment) signal.invokeExact(state, number, at(handler))).address() == -1 ? -1 : 0);
    }

    @Override
    public SysResult setgroups(long count, long groups) {
        return intCall(state -> (int) setgroups.invokeExact(state, count, at(groups)));
    }

    @Override
    public SysResult setresgid(int real, int effective, int saved) {
        return intCall(state -> (int) setresgid.invokeExact(state, real, effective, saved));
    }

    @Override
    public SysResult setresuid(int real, int effective, int saved) {
        return intCall(state -> (int) setresuid.invokeExact(state, real, effective, saved));
    }

    @Override
    public SysResult syscall(long number, long arg1, long arg2, long arg3, long arg4, long arg5, long arg6) {
        return longCall(state -> (long) syscall.invokeExact(state, number, arg1, arg2, arg3, arg4, arg5, arg6));
    }
}
