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
    // <sys/mount.h>, <unistd.h>, <sys/reboot.h>
    private static final MethodHandle mount =
            capturing("mount", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    private static final MethodHandle umount2 =
            capturing("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle chroot = capturing("chroot", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle chdir = capturing("chdir", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle sethostname =
            capturing("sethostname", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle reboot = capturing("reboot", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle sync = plain("sync", FunctionDescriptor.ofVoid());
    // <signal.h>, <sys/pidfd.h>, <sys/wait.h>, <spawn.h>
    private static final MethodHandle kill = capturing("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle pidfd_open =
            capturing("pidfd_open", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle pidfd_send_signal =
            capturing("pidfd_send_signal", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle waitpid =
            capturing("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
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
    private static final MethodHandle execve =
            capturing("execve", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle signal = capturing("signal", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
    // <sched.h>, <sys/prctl.h>, <unistd.h>, <grp.h>: who and where this process is
    private static final MethodHandle unshare = capturing("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle setns = capturing("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle prctl =
            capturing("prctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle setgroups =
            capturing("setgroups", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS));
    private static final MethodHandle setresgid =
            capturing("setresgid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle setresuid =
            capturing("setresuid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle syscall = capturing(
            "syscall", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle umask = capturing("umask", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle chown =
            capturing("chown", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle statfs = capturing("statfs", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle fallocate =
            capturing("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle setrlimit =
            capturing("setrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle mlockall = capturing("mlockall", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle getpid = plain("getpid", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle getuid = plain("getuid", FunctionDescriptor.of(JAVA_INT));
    // <fcntl.h>, <unistd.h>, <sys/ioctl.h>, <poll.h>: descriptors
    private static final MethodHandle pipe2 = capturing("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle open =
            capturing("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle read =
            capturing("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle write =
            capturing("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle close = capturing("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle close_range =
            capturing("close_range", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle dup2 = capturing("dup2", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle fcntl =
            capturing("fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle ioctl =
            capturing("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle poll =
            capturing("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    // <sys/socket.h>
    private static final MethodHandle socket =
            capturing("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle bind =
            capturing("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle connect =
            capturing("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle send =
            capturing("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle recv =
            capturing("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle setsockopt =
            capturing("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

    @Override
    public SysResult mount(long source, long target, long type, long flags, long data) {
        return intCall(state -> (int) mount.invokeExact(state, at(source), at(target), at(type), flags, at(data)));
    }

    @Override
    public SysResult umount2(long target, int flags) {
        return intCall(state -> (int) umount2.invokeExact(state, at(target), flags));
    }

    @Override
    public SysResult chroot(long path) {
        return intCall(state -> (int) chroot.invokeExact(state, at(path)));
    }

    @Override
    public SysResult chdir(long path) {
        return intCall(state -> (int) chdir.invokeExact(state, at(path)));
    }

    @Override
    public SysResult sethostname(long name, long length) {
        return intCall(state -> (int) sethostname.invokeExact(state, at(name), length));
    }

    @Override
    public SysResult reboot(int command) {
        return intCall(state -> (int) reboot.invokeExact(state, command));
    }

    @Override
    public void sync() {
        try {
            sync.invokeExact();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public SysResult kill(int pid, int signal) {
        return intCall(state -> (int) kill.invokeExact(state, pid, signal));
    }

    @Override
    public SysResult pidfdOpen(int pid, int flags) {
        return intCall(state -> (int) pidfd_open.invokeExact(state, pid, flags));
    }

    @Override
    public SysResult pidfdSendSignal(int pidfd, int signal, long info, int flags) {
        return intCall(state -> (int) pidfd_send_signal.invokeExact(state, pidfd, signal, at(info), flags));
    }

    @Override
    public SysResult waitpid(int pid, long status, int options) {
        return intCall(state -> (int) waitpid.invokeExact(state, pid, at(status), options));
    }

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
    public SysResult execve(long path, long argv, long envp) {
        return intCall(state -> (int) execve.invokeExact(state, at(path), at(argv), at(envp)));
    }

    @Override
    public SysResult signal(int number, long handler) {
        // SIG_ERR is -1; a handler's address never is
        return intCall(state ->
                ((MemorySegment) signal.invokeExact(state, number, at(handler))).address() == -1 ? -1 : 0);
    }

    @Override
    public SysResult unshare(int flags) {
        return intCall(state -> (int) unshare.invokeExact(state, flags));
    }

    @Override
    public SysResult setns(int fd, int type) {
        return intCall(state -> (int) setns.invokeExact(state, fd, type));
    }

    @Override
    public SysResult prctl(int option, long arg2, long arg3, long arg4, long arg5) {
        return intCall(state -> (int) prctl.invokeExact(state, option, arg2, arg3, arg4, arg5));
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
    public SysResult syscall(long number, long arg1, long arg2, long arg3, long arg4) {
        return longCall(state -> (long) syscall.invokeExact(state, number, arg1, arg2, arg3, arg4));
    }

    @Override
    public SysResult umask(int mask) {
        return intCall(state -> (int) umask.invokeExact(state, mask));
    }

    @Override
    public SysResult chown(long path, int uid, int gid) {
        return intCall(state -> (int) chown.invokeExact(state, at(path), uid, gid));
    }

    @Override
    public SysResult statfs(long path, long struct) {
        return intCall(state -> (int) statfs.invokeExact(state, at(path), at(struct)));
    }

    @Override
    public SysResult fallocate(int fd, int mode, long offset, long length) {
        return intCall(state -> (int) fallocate.invokeExact(state, fd, mode, offset, length));
    }

    @Override
    public SysResult setrlimit(int resource, long limits) {
        return intCall(state -> (int) setrlimit.invokeExact(state, resource, at(limits)));
    }

    @Override
    public SysResult mlockall(int flags) {
        return intCall(state -> (int) mlockall.invokeExact(state, flags));
    }

    @Override
    public int getpid() {
        return plainCall(() -> (int) getpid.invokeExact());
    }

    @Override
    public int getuid() {
        return plainCall(() -> (int) getuid.invokeExact());
    }

    @Override
    public SysResult pipe2(long twoInts, int flags) {
        return intCall(state -> (int) pipe2.invokeExact(state, at(twoInts), flags));
    }

    @Override
    public SysResult open(long path, int flags, int mode) {
        return intCall(state -> (int) open.invokeExact(state, at(path), flags, mode));
    }

    @Override
    public SysResult read(int fd, long buffer, long length) {
        return longCall(state -> (long) read.invokeExact(state, fd, at(buffer), length));
    }

    @Override
    public SysResult write(int fd, long buffer, long length) {
        return longCall(state -> (long) write.invokeExact(state, fd, at(buffer), length));
    }

    @Override
    public SysResult close(int fd) {
        return intCall(state -> (int) close.invokeExact(state, fd));
    }

    @Override
    public SysResult closeRange(int first, int last, int flags) {
        return intCall(state -> (int) close_range.invokeExact(state, first, last, flags));
    }

    @Override
    public SysResult dup2(int from, int to) {
        return intCall(state -> (int) dup2.invokeExact(state, from, to));
    }

    @Override
    public SysResult fcntl(int fd, int command, long argument) {
        return intCall(state -> (int) fcntl.invokeExact(state, fd, command, argument));
    }

    @Override
    public SysResult ioctl(int fd, long request, long argument) {
        return intCall(state -> (int) ioctl.invokeExact(state, fd, request, argument));
    }

    @Override
    public SysResult poll(long pollfds, long count, int timeoutMillis) {
        return intCall(state -> (int) poll.invokeExact(state, at(pollfds), count, timeoutMillis));
    }

    @Override
    public SysResult socket(int domain, int type, int protocol) {
        return intCall(state -> (int) socket.invokeExact(state, domain, type, protocol));
    }

    @Override
    public SysResult bind(int fd, long address, int length) {
        return intCall(state -> (int) bind.invokeExact(state, fd, at(address), length));
    }

    @Override
    public SysResult connect(int fd, long address, int length) {
        return intCall(state -> (int) connect.invokeExact(state, fd, at(address), length));
    }

    @Override
    public SysResult send(int fd, long buffer, long length, int flags) {
        return longCall(state -> (long) send.invokeExact(state, fd, at(buffer), length, flags));
    }

    @Override
    public SysResult recv(int fd, long buffer, long length, int flags) {
        return longCall(state -> (long) recv.invokeExact(state, fd, at(buffer), length, flags));
    }

    @Override
    public SysResult setsockopt(int fd, int level, int option, long value, int length) {
        return intCall(state -> (int) setsockopt.invokeExact(state, fd, level, option, at(value), length));
    }
}
