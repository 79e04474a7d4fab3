package dev.nullbox.natives.calls;

import dev.nullbox.natives.SysResult;

/**
 * The C library through the SVM C interface, for native images without java.lang.foreign: the functions' addresses from
 * dlsym, called by {@link SvmCall}. A symbol that is missing fails at start and names itself.
 */
@SuppressWarnings("MemberName") // the addresses have the C functions' names
final class SvmLibc implements LibcCalls {
    private final long posix_spawn;
    private final long posix_spawn_file_actions_init;
    private final long posix_spawn_file_actions_destroy;
    private final long posix_spawn_file_actions_adddup2;
    private final long posix_spawn_file_actions_addopen;
    private final long posix_spawn_file_actions_addclosefrom_np;
    private final long posix_spawnattr_init;
    private final long posix_spawnattr_destroy;
    private final long posix_spawnattr_setflags;
    private final long posix_spawnattr_setsigdefault;
    private final long posix_spawnattr_setsigmask;
    private final long sigfillset;
    private final long signal;
    private final long setgroups;
    private final long setresgid;
    private final long setresuid;
    private final long syscall;

    SvmLibc(SvmLibrary libc) {
        posix_spawn = libc.require("posix_spawn");
        posix_spawn_file_actions_init = libc.require("posix_spawn_file_actions_init");
        posix_spawn_file_actions_destroy = libc.require("posix_spawn_file_actions_destroy");
        posix_spawn_file_actions_adddup2 = libc.require("posix_spawn_file_actions_adddup2");
        posix_spawn_file_actions_addopen = libc.require("posix_spawn_file_actions_addopen");
        posix_spawn_file_actions_addclosefrom_np = libc.require("posix_spawn_file_actions_addclosefrom_np");
        posix_spawnattr_init = libc.require("posix_spawnattr_init");
        posix_spawnattr_destroy = libc.require("posix_spawnattr_destroy");
        posix_spawnattr_setflags = libc.require("posix_spawnattr_setflags");
        posix_spawnattr_setsigdefault = libc.require("posix_spawnattr_setsigdefault");
        posix_spawnattr_setsigmask = libc.require("posix_spawnattr_setsigmask");
        sigfillset = libc.require("sigfillset");
        signal = libc.require("signal");
        setgroups = libc.require("setgroups");
        setresgid = libc.require("setresgid");
        setresuid = libc.require("setresuid");
        syscall = libc.require("syscall");
    }

    @Override
    public int posixSpawn(long pid, long path, long fileActions, long attributes, long argv, long envp) {
        return (int) SvmCall.plainCall(posix_spawn, pid, path, fileActions, attributes, argv, envp);
    }

    @Override
    public int fileActionsInit(long actions) {
        return (int) SvmCall.plainCall(posix_spawn_file_actions_init, actions);
    }

    @Override
    public int fileActionsDestroy(long actions) {
        return (int) SvmCall.plainCall(posix_spawn_file_actions_destroy, actions);
    }

    @Override
    public int fileActionsAdddup2(long actions, int from, int to) {
        return (int) SvmCall.plainCall(posix_spawn_file_actions_adddup2, actions, from, to);
    }

    @Override
    public int fileActionsAddopen(long actions, int fd, long path, int flags, int mode) {
        return (int) SvmCall.plainCall(posix_spawn_file_actions_addopen, actions, fd, path, flags, mode);
    }

    @Override
    public int fileActionsAddclosefromNp(long actions, int from) {
        return (int) SvmCall.plainCall(posix_spawn_file_actions_addclosefrom_np, actions, from);
    }

    @Override
    public int spawnattrInit(long attributes) {
        return (int) SvmCall.plainCall(posix_spawnattr_init, attributes);
    }

    @Override
    public int spawnattrDestroy(long attributes) {
        return (int) SvmCall.plainCall(posix_spawnattr_destroy, attributes);
    }

    @Override
    public int spawnattrSetflags(long attributes, short flags) {
        return (int) SvmCall.plainCall(posix_spawnattr_setflags, attributes, flags);
    }

    @Override
    public int spawnattrSetsigdefault(long attributes, long signals) {
        return (int) SvmCall.plainCall(posix_spawnattr_setsigdefault, attributes, signals);
    }

    @Override
    public int spawnattrSetsigmask(long attributes, long signals) {
        return (int) SvmCall.plainCall(posix_spawnattr_setsigmask, attributes, signals);
    }

    @Override
    public SysResult sigfillset(long signals) {
        return SvmCall.intCall(sigfillset, signals);
    }

    @Override
    public SysResult signal(int number, long handler) {
        return SvmCall.pointerCall(signal, number, handler);
    }

    @Override
    public SysResult setgroups(long count, long groups) {
        return SvmCall.intCall(setgroups, count, groups);
    }

    @Override
    public SysResult setresgid(int real, int effective, int saved) {
        return SvmCall.intCall(setresgid, real, effective, saved);
    }

    @Override
    public SysResult setresuid(int real, int effective, int saved) {
        return SvmCall.intCall(setresuid, real, effective, saved);
    }

    @Override
    public SysResult syscall(long number, long arg1, long arg2, long arg3, long arg4, long arg5, long arg6) {
        return SvmCall.longCall(syscall, number, arg1, arg2, arg3, arg4, arg5, arg6);
    }
}
