package dev.nullbox.natives.calls;

import dev.nullbox.natives.SysResult;

/**
 * The C functions under {@code Libc}, by their C types: pointers are addresses, 0 being NULL. One implementation per way
 * of calling; {@link MarshallingLibc} makes strings, arrays and structs for both.
 */
interface LibcCalls {
    /** Returns the error number itself, as all of posix_spawn's family do; 0 for success. */
    int posixSpawn(long pid, long path, long fileActions, long attributes, long argv, long envp);

    int fileActionsInit(long actions);

    int fileActionsDestroy(long actions);

    int fileActionsAdddup2(long actions, int from, int to);

    int fileActionsAddopen(long actions, int fd, long path, int flags, int mode);

    int fileActionsAddclosefromNp(long actions, int from);

    int spawnattrInit(long attributes);

    int spawnattrDestroy(long attributes);

    int spawnattrSetflags(long attributes, short flags);

    int spawnattrSetsigdefault(long attributes, long signals);

    int spawnattrSetsigmask(long attributes, long signals);

    SysResult sigfillset(long signals);

    SysResult setgroups(long count, long groups);

    SysResult setresgid(int real, int effective, int saved);

    SysResult setresuid(int real, int effective, int saved);

    /** A system call, for the calling thread; the kernel ignores the arguments beyond the call's own. */
    SysResult syscall(long number, long arg1, long arg2, long arg3, long arg4, long arg5, long arg6);

    /** {@code signal(2)}; the value is not the old handler but 0. */
    SysResult signal(int number, long handler);
}
