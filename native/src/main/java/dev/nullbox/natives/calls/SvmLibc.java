package dev.nullbox.natives.calls;

import dev.nullbox.natives.SysResult;

/**
 * The C library through the SVM C interface, for native images without java.lang.foreign: the functions' addresses from
 * dlsym, called by {@link SvmCall}. A symbol that is missing fails at start and names itself.
 */
@SuppressWarnings("MemberName") // the addresses have the C functions' names
final class SvmLibc implements LibcCalls {
    private final long mount;
    private final long umount2;
    private final long chroot;
    private final long chdir;
    private final long sethostname;
    private final long reboot;
    private final long sync;
    private final long kill;
    private final long pidfd_open;
    private final long pidfd_send_signal;
    private final long waitpid;
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
    private final long execve;
    private final long signal;
    private final long unshare;
    private final long setns;
    private final long prctl;
    private final long setgroups;
    private final long setresgid;
    private final long setresuid;
    private final long syscall;
    private final long umask;
    private final long chown;
    private final long statfs;
    private final long fallocate;
    private final long setrlimit;
    private final long mlockall;
    private final long getpid;
    private final long getuid;
    private final long pipe2;
    private final long open;
    private final long read;
    private final long write;
    private final long close;
    private final long close_range;
    private final long dup2;
    private final long fcntl;
    private final long ioctl;
    private final long poll;
    private final long socket;
    private final long bind;
    private final long connect;
    private final long send;
    private final long recv;
    private final long setsockopt;

    SvmLibc(SvmLibrary libc) {
        mount = libc.require("mount");
        umount2 = libc.require("umount2");
        chroot = libc.require("chroot");
        chdir = libc.require("chdir");
        sethostname = libc.require("sethostname");
        reboot = libc.require("reboot");
        sync = libc.require("sync");
        kill = libc.require("kill");
        pidfd_open = libc.require("pidfd_open");
        pidfd_send_signal = libc.require("pidfd_send_signal");
        waitpid = libc.require("waitpid");
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
        execve = libc.require("execve");
        signal = libc.require("signal");
        unshare = libc.require("unshare");
        setns = libc.require("setns");
        prctl = libc.require("prctl");
        setgroups = libc.require("setgroups");
        setresgid = libc.require("setresgid");
        setresuid = libc.require("setresuid");
        syscall = libc.require("syscall");
        umask = libc.require("umask");
        chown = libc.require("chown");
        statfs = libc.require("statfs");
        fallocate = libc.require("fallocate");
        setrlimit = libc.require("setrlimit");
        mlockall = libc.require("mlockall");
        getpid = libc.require("getpid");
        getuid = libc.require("getuid");
        pipe2 = libc.require("pipe2");
        open = libc.require("open");
        read = libc.require("read");
        write = libc.require("write");
        close = libc.require("close");
        close_range = libc.require("close_range");
        dup2 = libc.require("dup2");
        fcntl = libc.require("fcntl");
        ioctl = libc.require("ioctl");
        poll = libc.require("poll");
        socket = libc.require("socket");
        bind = libc.require("bind");
        connect = libc.require("connect");
        send = libc.require("send");
        recv = libc.require("recv");
        setsockopt = libc.require("setsockopt");
    }

    @Override
    public SysResult mount(long source, long target, long type, long flags, long data) {
        return SvmCall.intCall(mount, source, target, type, flags, data);
    }

    @Override
    public SysResult umount2(long target, int flags) {
        return SvmCall.intCall(umount2, target, flags);
    }

    @Override
    public SysResult chroot(long path) {
        return SvmCall.intCall(chroot, path);
    }

    @Override
    public SysResult chdir(long path) {
        return SvmCall.intCall(chdir, path);
    }

    @Override
    public SysResult sethostname(long name, long length) {
        return SvmCall.intCall(sethostname, name, length);
    }

    @Override
    public SysResult reboot(int command) {
        return SvmCall.intCall(reboot, command);
    }

    @Override
    public void sync() {
        SvmCall.plainCall(sync);
    }

    @Override
    public SysResult kill(int pid, int signal) {
        return SvmCall.intCall(kill, pid, signal);
    }

    @Override
    public SysResult pidfdOpen(int pid, int flags) {
        return SvmCall.intCall(pidfd_open, pid, flags);
    }

    @Override
    public SysResult pidfdSendSignal(int pidfd, int signal, long info, int flags) {
        return SvmCall.intCall(pidfd_send_signal, pidfd, signal, info, flags);
    }

    @Override
    public SysResult waitpid(int pid, long status, int options) {
        return SvmCall.intCall(waitpid, pid, status, options);
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
    public SysResult execve(long path, long argv, long envp) {
        return SvmCall.intCall(execve, path, argv, envp);
    }

    @Override
    public SysResult signal(int number, long handler) {
        return SvmCall.pointerCall(signal, number, handler);
    }

    @Override
    public SysResult unshare(int flags) {
        return SvmCall.intCall(unshare, flags);
    }

    @Override
    public SysResult setns(int fd, int type) {
        return SvmCall.intCall(setns, fd, type);
    }

    @Override
    public SysResult prctl(int option, long arg2, long arg3, long arg4, long arg5) {
        return SvmCall.intCall(prctl, option, arg2, arg3, arg4, arg5);
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
    public SysResult syscall(long number, long arg1, long arg2, long arg3, long arg4) {
        return SvmCall.longCall(syscall, number, arg1, arg2, arg3, arg4);
    }

    @Override
    public SysResult umask(int mask) {
        return SvmCall.intCall(umask, mask);
    }

    @Override
    public SysResult chown(long path, int uid, int gid) {
        return SvmCall.intCall(chown, path, uid, gid);
    }

    @Override
    public SysResult statfs(long path, long struct) {
        return SvmCall.intCall(statfs, path, struct);
    }

    @Override
    public SysResult fallocate(int fd, int mode, long offset, long length) {
        return SvmCall.intCall(fallocate, fd, mode, offset, length);
    }

    @Override
    public SysResult setrlimit(int resource, long limits) {
        return SvmCall.intCall(setrlimit, resource, limits);
    }

    @Override
    public SysResult mlockall(int flags) {
        return SvmCall.intCall(mlockall, flags);
    }

    @Override
    public int getpid() {
        return (int) SvmCall.plainCall(getpid);
    }

    @Override
    public int getuid() {
        return (int) SvmCall.plainCall(getuid);
    }

    @Override
    public SysResult pipe2(long twoInts, int flags) {
        return SvmCall.intCall(pipe2, twoInts, flags);
    }

    @Override
    public SysResult open(long path, int flags, int mode) {
        return SvmCall.intCall(open, path, flags, mode);
    }

    @Override
    public SysResult read(int fd, long buffer, long length) {
        return SvmCall.longCall(read, fd, buffer, length);
    }

    @Override
    public SysResult write(int fd, long buffer, long length) {
        return SvmCall.longCall(write, fd, buffer, length);
    }

    @Override
    public SysResult close(int fd) {
        return SvmCall.intCall(close, fd);
    }

    @Override
    public SysResult closeRange(int first, int last, int flags) {
        return SvmCall.intCall(close_range, first, last, flags);
    }

    @Override
    public SysResult dup2(int from, int to) {
        return SvmCall.intCall(dup2, from, to);
    }

    @Override
    public SysResult fcntl(int fd, int command, long argument) {
        return SvmCall.intCall(fcntl, fd, command, argument);
    }

    @Override
    public SysResult ioctl(int fd, long request, long argument) {
        return SvmCall.intCall(ioctl, fd, request, argument);
    }

    @Override
    public SysResult poll(long pollfds, long count, int timeoutMillis) {
        return SvmCall.intCall(poll, pollfds, count, timeoutMillis);
    }

    @Override
    public SysResult socket(int domain, int type, int protocol) {
        return SvmCall.intCall(socket, domain, type, protocol);
    }

    @Override
    public SysResult bind(int fd, long address, int length) {
        return SvmCall.intCall(bind, fd, address, length);
    }

    @Override
    public SysResult connect(int fd, long address, int length) {
        return SvmCall.intCall(connect, fd, address, length);
    }

    @Override
    public SysResult send(int fd, long buffer, long length, int flags) {
        return SvmCall.longCall(send, fd, buffer, length, flags);
    }

    @Override
    public SysResult recv(int fd, long buffer, long length, int flags) {
        return SvmCall.longCall(recv, fd, buffer, length, flags);
    }

    @Override
    public SysResult setsockopt(int fd, int level, int option, long value, int length) {
        return SvmCall.intCall(setsockopt, fd, level, option, value, length);
    }
}
