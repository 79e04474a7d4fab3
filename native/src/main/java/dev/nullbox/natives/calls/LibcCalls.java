package dev.nullbox.natives.calls;

import dev.nullbox.natives.SysResult;

/**
 * The C functions under {@code Libc}, by their C types: pointers are addresses, 0 being NULL. One implementation per way
 * of calling; {@link MarshallingLibc} makes strings, arrays and structs for both.
 */
interface LibcCalls {
    SysResult mount(long source, long target, long type, long flags, long data);

    SysResult umount2(long target, int flags);

    SysResult chroot(long path);

    SysResult chdir(long path);

    SysResult sethostname(long name, long length);

    SysResult reboot(int command);

    void sync();

    SysResult kill(int pid, int signal);

    SysResult pidfdOpen(int pid, int flags);

    SysResult pidfdSendSignal(int pidfd, int signal, long info, int flags);

    SysResult waitpid(int pid, long status, int options);

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

    SysResult execve(long path, long argv, long envp);

    SysResult unshare(int flags);

    SysResult setns(int fd, int type);

    SysResult prctl(int option, long arg2, long arg3, long arg4, long arg5);

    SysResult setgroups(long count, long groups);

    SysResult setresgid(int real, int effective, int saved);

    SysResult setresuid(int real, int effective, int saved);

    /** A system call that glibc has no function for; the kernel ignores the arguments beyond the call's own. */
    SysResult syscall(long number, long arg1, long arg2, long arg3, long arg4);

    /** {@code signal(2)}; the value is not the old handler but 0. */
    SysResult signal(int number, long handler);

    SysResult umask(int mask);

    SysResult chown(long path, int uid, int gid);

    SysResult statfs(long path, long struct);

    SysResult fallocate(int fd, int mode, long offset, long length);

    SysResult setrlimit(int resource, long limits);

    SysResult mlockall(int flags);

    SysResult pipe2(long twoInts, int flags);

    SysResult open(long path, int flags, int mode);

    SysResult read(int fd, long buffer, long length);

    SysResult write(int fd, long buffer, long length);

    SysResult close(int fd);

    SysResult closeRange(int first, int last, int flags);

    SysResult dup2(int from, int to);

    SysResult fcntl(int fd, int command, long argument);

    SysResult ioctl(int fd, long request, long argument);

    SysResult poll(long pollfds, long count, int timeoutMillis);

    SysResult socket(int domain, int type, int protocol);

    SysResult bind(int fd, long address, int length);

    SysResult connect(int fd, long address, int length);

    SysResult send(int fd, long buffer, long length, int flags);

    SysResult recv(int fd, long buffer, long length, int flags);

    SysResult setsockopt(int fd, int level, int option, long value, int length);

    int getpid();

    int getuid();
}
