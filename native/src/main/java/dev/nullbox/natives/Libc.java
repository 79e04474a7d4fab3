package dev.nullbox.natives;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The system calls that NullBox makes, C-shaped: each method is the function of the same name in its man page, section
 * 2 or 3. Buffers and structs are byte arrays in the machine's own layout (x86-64, little endian), copied to native
 * memory for the call and back after it. No policy, logging or retry: EINTR is returned as any errno is.
 */
public interface Libc {
    SysResult mount(@Nullable String source, String target, @Nullable String type, long flags, @Nullable String data);

    SysResult umount2(String target, int flags);

    SysResult pivotRoot(String newRoot, String putOld);

    SysResult chroot(String path);

    SysResult chdir(String path);

    SysResult sethostname(String name);

    /** {@code reboot(2)} with the glibc magic numbers; does not return when it succeeds with a halt or restart command. */
    SysResult reboot(int command);

    void sync();

    SysResult kill(int pid, int signal);

    /** The value is a descriptor, close-on-exec, that refers to this very process for as long as it is open. */
    SysResult pidfdOpen(int pid);

    /** ESRCH when the process has been waited for. */
    SysResult pidfdSendSignal(int pidfd, int signal);

    /** The value is the pid, 0 with WNOHANG when none has changed; status[0] is the wait status. */
    SysResult waitpid(int pid, int[] status, int options);

    /**
     * {@code posix_spawn} of path, with every signal set to its default and none blocked in the child. The value is the
     * pid. Descriptors without close-on-exec are inherited unless an action closes them.
     *
     * @param newSession whether the child leads a session of its own (POSIX_SPAWN_SETSID)
     */
    SysResult posixSpawn(
            String path, List<String> argv, List<String> env, List<SpawnAction> actions, boolean newSession);

    /** Returns only on failure. */
    SysResult execve(String path, List<String> argv, List<String> env);

    /** Changes the calling thread only, and with CLONE_NEWPID its later children only: see namespaces(7). */
    SysResult unshare(int flags);

    SysResult setns(int fd, int type);

    SysResult prctl(int option, long arg2, long arg3, long arg4, long arg5);

    /** {@code prctl} whose fifth argument points at a struct, read and written in place. */
    SysResult prctl(int option, long arg2, long arg3, long arg4, byte[] struct);

    /**
     * {@code seccomp(SECCOMP_SET_MODE_FILTER)}; the program as struct sock_filter[].
     *
     * @param flags bits of SECCOMP_FILTER_FLAG_*; with TSYNC alone a value above 0 is a thread that did not follow, and the
     *     filter is on none
     */
    SysResult seccompFilter(int flags, byte[] program);

    /**
     * The raw system call. The value is a descriptor, close-on-exec; with LANDLOCK_CREATE_RULESET_VERSION and an empty
     * struct it is the version of the ABI.
     */
    SysResult landlockCreateRuleset(byte[] struct, int flags);

    /** The raw system call; struct is that of the type of rule. */
    SysResult landlockAddRule(int ruleset, int type, byte[] struct);

    /** The raw system call: for the calling thread, and all that it starts, for ever. Needs no_new_privs. */
    SysResult landlockRestrictSelf(int ruleset);

    SysResult setgroups(int[] groups);

    SysResult setresgid(int real, int effective, int saved);

    SysResult setresuid(int real, int effective, int saved);

    /** The raw system call, for the calling thread; header and data as in capget(2), version 3. */
    SysResult capset(byte[] header, byte[] data);

    /** The raw system call, for the calling thread; data receives two records of 12 bytes. */
    SysResult capget(byte[] header, byte[] data);

    /** SIG_IGN for the signal. */
    SysResult ignoreSignal(int signal);

    SysResult umask(int mask);

    SysResult chown(String path, int uid, int gid);

    /** struct receives a struct statfs. */
    SysResult statfs(String path, byte[] struct);

    /** list receives the names, each with a NUL after it; an empty one asks for their length. path has no NUL. */
    SysResult llistxattr(byte[] path, byte[] list);

    /** value receives the attribute's value; an empty one asks for its length. path has no NUL. */
    SysResult lgetxattr(byte[] path, String name, byte[] value);

    /** Takes space of a file system for a range of a file, or gives it back: bits of FALLOC_FL_*, 0 extends the file. */
    SysResult fallocate(int fd, int mode, long offset, long length);

    /** The raw system call, on the file system that the descriptor lies in; struct is read and written in place. */
    SysResult quotactlFd(int fd, int command, int id, byte[] struct);

    SysResult setrlimit(int resource, long soft, long hard);

    SysResult mlockall(int flags);

    SysResult pipe2(int[] readAndWriteEnd, int flags);

    SysResult open(String path, int flags, int mode);

    SysResult read(int fd, byte[] buffer, int offset, int length);

    SysResult write(int fd, byte[] buffer, int offset, int length);

    SysResult close(int fd);

    SysResult closeRange(int first, int last, int flags);

    SysResult dup2(int from, int to);

    SysResult fcntl(int fd, int command, long argument);

    SysResult ioctl(int fd, long request, long argument);

    /** {@code ioctl} whose argument points at a struct, read and written in place. */
    SysResult ioctl(int fd, long request, byte[] struct);

    /** pollfds: records of 8 bytes (int fd, short events, short revents); timeout in milliseconds, -1 for none. */
    SysResult poll(byte[] pollfds, int timeoutMillis);

    SysResult socket(int domain, int type, int protocol);

    SysResult bind(int fd, byte[] address);

    SysResult connect(int fd, byte[] address);

    SysResult listen(int fd, int backlog);

    /** The value is the new descriptor; address receives a struct sockaddr of at most its length. */
    SysResult accept4(int fd, byte[] address, int flags);

    SysResult send(int fd, byte[] buffer, int flags);

    /** {@code send} of a part of the buffer. */
    SysResult send(int fd, byte[] buffer, int offset, int length, int flags);

    SysResult recv(int fd, byte[] buffer, int flags);

    /** {@code recv} of a TCP socket with NULL and MSG_TRUNC: takes bytes from its queue and drops them. Source: tcp(7). */
    SysResult discard(int fd, int length, int flags);

    SysResult setsockopt(int fd, int level, int option, byte[] value);

    /** Ends one direction of a connection: {@link dev.nullbox.natives.linux.Sockets#SHUT_WR} sends its end. */
    SysResult shutdown(int fd, int how);

    /** value receives the option; its length is what the kernel may write. */
    SysResult getsockopt(int fd, int level, int option, byte[] value);

    SysResult epollCreate1(int flags);

    /** event is a struct epoll_event of 12 bytes (int events, 8 bytes of data). */
    SysResult epollCtl(int epoll, int operation, int fd, byte[] event);

    /** The value is the number of events; timeout in milliseconds, -1 for none. */
    SysResult epollWait(int epoll, byte[] events, int timeoutMillis);

    int getpid();

    int getuid();
}
