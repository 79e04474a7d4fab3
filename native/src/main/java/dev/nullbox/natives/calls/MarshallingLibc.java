package dev.nullbox.natives.calls;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SpawnAction;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Seccomp;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.natives.linux.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@link Libc} over either way of calling C: strings, arrays and structs go into a frame and back out of it. A method
 * is the kernel's system call of its name in asm/unistd_64.h, and where glibc makes another for the function, that one:
 * openat for open, wait4 for waitpid, prlimit64 for setrlimit, sendto and recvfrom for send and recv. What glibc does
 * itself (a change of users in all threads, signal handlers, spawning) is called in glibc.
 */
final class MarshallingLibc implements Libc {
    /** sizeof(struct pollfd). */
    static final int POLLFD_BYTES = 8;

    /** sizeof(struct epoll_event), which is packed on x86-64. */
    static final int EPOLL_EVENT_BYTES = 12;

    /** struct sock_fprog: the number of instructions in bytes 0..1, their address in 8..15; and sizeof(struct sock_filter). */
    static final int SOCK_FPROG_BYTES = 16;

    static final int SOCK_FILTER_BYTES = 8;

    /** <fcntl.h>: paths start at the working directory. */
    static final int AT_FDCWD = -100;

    // <linux/reboot.h>
    static final int LINUX_REBOOT_MAGIC1 = 0xfee1dead;
    static final int LINUX_REBOOT_MAGIC2 = 672274793;

    private static final long SIG_IGN = 1;
    /** Most arguments of a system call. */
    private static final int MAX_ARGUMENTS = 6;

    private final LibcCalls calls;
    private final CFrame.Source memory;

    MarshallingLibc(LibcCalls calls, CFrame.Source memory) {
        this.calls = calls;
        this.memory = memory;
    }

    @Override
    public SysResult mount(
            @Nullable String source, String target, @Nullable String type, long flags, @Nullable String data) {
        try (CFrame frame = memory.open()) {
            return call(
                    Syscalls.SYS_mount,
                    frame.string(source),
                    frame.string(target),
                    frame.string(type),
                    flags,
                    frame.string(data));
        }
    }

    @Override
    public SysResult umount2(String target, int flags) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_umount2, frame.string(target), flags);
        }
    }

    @Override
    public SysResult pivotRoot(String newRoot, String putOld) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_pivot_root, frame.string(newRoot), frame.string(putOld));
        }
    }

    @Override
    public SysResult chroot(String path) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_chroot, frame.string(path));
        }
    }

    @Override
    public SysResult chdir(String path) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_chdir, frame.string(path));
        }
    }

    @Override
    public SysResult sethostname(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_sethostname, frame.bytes(bytes), bytes.length);
        }
    }

    @Override
    public SysResult reboot(int command) {
        return call(Syscalls.SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command);
    }

    @Override
    public void sync() {
        call(Syscalls.SYS_sync);
    }

    @Override
    public SysResult kill(int pid, int signal) {
        return call(Syscalls.SYS_kill, pid, signal);
    }

    @Override
    public SysResult pidfdOpen(int pid) {
        return call(Syscalls.SYS_pidfd_open, pid);
    }

    @Override
    public SysResult pidfdSendSignal(int pidfd, int signal) {
        return call(Syscalls.SYS_pidfd_send_signal, pidfd, signal);
    }

    @Override
    public SysResult waitpid(int pid, int[] status, int options) {
        try (CFrame frame = memory.open()) {
            long address = frame.ints(status[0]);
            SysResult result = call(Syscalls.SYS_wait4, pid, address, options);
            status[0] = frame.intAt(address);
            return result;
        }
    }

    @Override
    public SysResult posixSpawn(
            String path, List<String> argv, List<String> env, List<SpawnAction> actions, boolean newSession) {
        try (CFrame frame = memory.open()) {
            return new PosixSpawn(calls, frame).spawn(path, argv, env, actions, newSession);
        }
    }

    @Override
    public SysResult execve(String path, List<String> argv, List<String> env) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_execve, frame.string(path), frame.strings(argv), frame.strings(env));
        }
    }

    @Override
    public SysResult unshare(int flags) {
        return call(Syscalls.SYS_unshare, flags);
    }

    @Override
    public SysResult setns(int fd, int type) {
        return call(Syscalls.SYS_setns, fd, type);
    }

    @Override
    public SysResult prctl(int option, long arg2, long arg3, long arg4, long arg5) {
        return call(Syscalls.SYS_prctl, option, arg2, arg3, arg4, arg5);
    }

    @Override
    public SysResult prctl(int option, long arg2, long arg3, long arg4, byte[] struct) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(struct);
            SysResult result = call(Syscalls.SYS_prctl, option, arg2, arg3, arg4, address);
            frame.get(address, struct, 0, struct.length);
            return result;
        }
    }

    @Override
    public SysResult seccompFilter(int flags, byte[] program) {
        try (CFrame frame = memory.open()) {
            long address = filterProgram(frame, program);
            return call(Syscalls.SYS_seccomp, Seccomp.SECCOMP_SET_MODE_FILTER, flags, address);
        }
    }

    /** The address of a struct sock_fprog. */
    private static long filterProgram(CFrame frame, byte[] program) {
        byte[] fprog = new byte[SOCK_FPROG_BYTES];
        ByteBuffer.wrap(fprog)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(0, (short) (program.length / SOCK_FILTER_BYTES))
                .putLong(8, frame.bytes(program));
        return frame.bytes(fprog);
    }

    @Override
    public SysResult landlockCreateRuleset(byte[] struct, int flags) {
        try (CFrame frame = memory.open()) {
            long address = struct.length == 0 ? 0 : frame.bytes(struct);
            return call(Syscalls.SYS_landlock_create_ruleset, address, struct.length, flags);
        }
    }

    @Override
    public SysResult landlockAddRule(int ruleset, int type, byte[] struct) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_landlock_add_rule, ruleset, type, frame.bytes(struct));
        }
    }

    @Override
    public SysResult landlockRestrictSelf(int ruleset) {
        return call(Syscalls.SYS_landlock_restrict_self, ruleset);
    }

    @Override
    public SysResult setgroups(int[] groups) {
        try (CFrame frame = memory.open()) {
            return calls.setgroups(groups.length, frame.ints(groups));
        }
    }

    @Override
    public SysResult setresgid(int real, int effective, int saved) {
        return calls.setresgid(real, effective, saved);
    }

    @Override
    public SysResult setresuid(int real, int effective, int saved) {
        return calls.setresuid(real, effective, saved);
    }

    @Override
    public SysResult capset(byte[] header, byte[] data) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_capset, frame.bytes(header), frame.bytes(data));
        }
    }

    @Override
    public SysResult capget(byte[] header, byte[] data) {
        try (CFrame frame = memory.open()) {
            long headerAddress = frame.bytes(header);
            long dataAddress = frame.bytes(data);
            SysResult result = call(Syscalls.SYS_capget, headerAddress, dataAddress);
            frame.get(headerAddress, header, 0, header.length);
            frame.get(dataAddress, data, 0, data.length);
            return result;
        }
    }

    @Override
    public SysResult ignoreSignal(int signal) {
        return calls.signal(signal, SIG_IGN);
    }

    @Override
    public SysResult umask(int mask) {
        return call(Syscalls.SYS_umask, mask);
    }

    @Override
    public SysResult chown(String path, int uid, int gid) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_chown, frame.string(path), uid, gid);
        }
    }

    @Override
    public SysResult statfs(String path, byte[] struct) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(struct);
            SysResult result = call(Syscalls.SYS_statfs, frame.string(path), address);
            frame.get(address, struct, 0, struct.length);
            return result;
        }
    }

    @Override
    public SysResult llistxattr(byte[] path, byte[] list) {
        try (CFrame frame = memory.open()) {
            long address = frame.allocate(list.length);
            return copiedBack(
                    frame, address, call(Syscalls.SYS_llistxattr, frame.path(path), address, list.length), list, 0);
        }
    }

    @Override
    public SysResult lgetxattr(byte[] path, String name, byte[] value) {
        try (CFrame frame = memory.open()) {
            long address = frame.allocate(value.length);
            return copiedBack(
                    frame,
                    address,
                    call(Syscalls.SYS_lgetxattr, frame.path(path), frame.string(name), address, value.length),
                    value,
                    0);
        }
    }

    @Override
    public SysResult fallocate(int fd, int mode, long offset, long length) {
        return call(Syscalls.SYS_fallocate, fd, mode, offset, length);
    }

    @Override
    public SysResult quotactlFd(int fd, int command, int id, byte[] struct) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(struct);
            SysResult result = call(Syscalls.SYS_quotactl_fd, fd, command, id, address);
            frame.get(address, struct, 0, struct.length);
            return result;
        }
    }

    @Override
    public SysResult setrlimit(int resource, long soft, long hard) {
        ByteBuffer rlimit = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        rlimit.putLong(soft).putLong(hard);
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_prlimit64, 0, resource, frame.bytes(rlimit.array()));
        }
    }

    @Override
    public SysResult mlockall(int flags) {
        return call(Syscalls.SYS_mlockall, flags);
    }

    @Override
    public SysResult pipe2(int[] readAndWriteEnd, int flags) {
        try (CFrame frame = memory.open()) {
            long address = frame.ints(readAndWriteEnd[0], readAndWriteEnd[1]);
            SysResult result = call(Syscalls.SYS_pipe2, address, flags);
            readAndWriteEnd[0] = frame.intAt(address);
            readAndWriteEnd[1] = frame.intAt(address + Integer.BYTES);
            return result;
        }
    }

    @Override
    public SysResult open(String path, int flags, int mode) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_openat, AT_FDCWD, frame.string(path), flags, mode);
        }
    }

    @Override
    public SysResult read(int fd, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        try (CFrame frame = memory.open()) {
            long address = frame.allocate(length);
            return copiedBack(frame, address, call(Syscalls.SYS_read, fd, address, length), buffer, offset);
        }
    }

    @Override
    public SysResult write(int fd, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        try (CFrame frame = memory.open()) {
            long address = frame.allocate(length);
            frame.put(address, buffer, offset, length);
            return call(Syscalls.SYS_write, fd, address, length);
        }
    }

    @Override
    public SysResult close(int fd) {
        return call(Syscalls.SYS_close, fd);
    }

    @Override
    public SysResult closeRange(int first, int last, int flags) {
        return call(Syscalls.SYS_close_range, first, last, flags);
    }

    @Override
    public SysResult dup2(int from, int to) {
        return call(Syscalls.SYS_dup2, from, to);
    }

    @Override
    public SysResult fcntl(int fd, int command, long argument) {
        return call(Syscalls.SYS_fcntl, fd, command, argument);
    }

    @Override
    public SysResult ioctl(int fd, long request, long argument) {
        return call(Syscalls.SYS_ioctl, fd, request, argument);
    }

    @Override
    public SysResult ioctl(int fd, long request, byte[] struct) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(struct);
            SysResult result = call(Syscalls.SYS_ioctl, fd, request, address);
            frame.get(address, struct, 0, struct.length);
            return result;
        }
    }

    @Override
    public SysResult poll(byte[] pollfds, int timeoutMillis) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(pollfds);
            SysResult result = call(Syscalls.SYS_poll, address, pollfds.length / POLLFD_BYTES, timeoutMillis);
            frame.get(address, pollfds, 0, pollfds.length);
            return result;
        }
    }

    @Override
    public SysResult socket(int domain, int type, int protocol) {
        return call(Syscalls.SYS_socket, domain, type, protocol);
    }

    @Override
    public SysResult bind(int fd, byte[] address) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_bind, fd, frame.bytes(address), address.length);
        }
    }

    @Override
    public SysResult connect(int fd, byte[] address) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_connect, fd, frame.bytes(address), address.length);
        }
    }

    @Override
    public SysResult send(int fd, byte[] buffer, int flags) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_sendto, fd, frame.bytes(buffer), buffer.length, flags);
        }
    }

    @Override
    public SysResult recv(int fd, byte[] buffer, int flags) {
        try (CFrame frame = memory.open()) {
            long address = frame.allocate(buffer.length);
            return copiedBack(
                    frame, address, call(Syscalls.SYS_recvfrom, fd, address, buffer.length, flags), buffer, 0);
        }
    }

    @Override
    public SysResult listen(int fd, int backlog) {
        return call(Syscalls.SYS_listen, fd, backlog);
    }

    @Override
    public SysResult accept4(int fd, byte[] address, int flags) {
        try (CFrame frame = memory.open()) {
            long struct = frame.bytes(address);
            SysResult result = call(Syscalls.SYS_accept4, fd, struct, frame.ints(address.length), flags);
            frame.get(struct, address, 0, address.length);
            return result;
        }
    }

    @Override
    public SysResult send(int fd, byte[] buffer, int offset, int length, int flags) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        try (CFrame frame = memory.open()) {
            long address = frame.allocate(length);
            frame.put(address, buffer, offset, length);
            return call(Syscalls.SYS_sendto, fd, address, length, flags);
        }
    }

    @Override
    public SysResult discard(int fd, int length, int flags) {
        return call(Syscalls.SYS_recvfrom, fd, 0, length, flags | Sockets.MSG_TRUNC);
    }

    @Override
    public SysResult getsockopt(int fd, int level, int option, byte[] value) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(value);
            SysResult result = call(Syscalls.SYS_getsockopt, fd, level, option, address, frame.ints(value.length));
            frame.get(address, value, 0, value.length);
            return result;
        }
    }

    @Override
    public SysResult epollCreate1(int flags) {
        return call(Syscalls.SYS_epoll_create1, flags);
    }

    @Override
    public SysResult epollCtl(int epoll, int operation, int fd, byte[] event) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_epoll_ctl, epoll, operation, fd, frame.bytes(event));
        }
    }

    @Override
    public SysResult epollWait(int epoll, byte[] events, int timeoutMillis) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(events);
            SysResult result =
                    call(Syscalls.SYS_epoll_wait, epoll, address, events.length / EPOLL_EVENT_BYTES, timeoutMillis);
            frame.get(address, events, 0, events.length);
            return result;
        }
    }

    @Override
    public SysResult setsockopt(int fd, int level, int option, byte[] value) {
        try (CFrame frame = memory.open()) {
            return call(Syscalls.SYS_setsockopt, fd, level, option, frame.bytes(value), value.length);
        }
    }

    @Override
    public SysResult shutdown(int fd, int how) {
        return call(Syscalls.SYS_shutdown, fd, how);
    }

    @Override
    public int getpid() {
        return (int) valueOf(call(Syscalls.SYS_getpid));
    }

    @Override
    public int getuid() {
        return (int) valueOf(call(Syscalls.SYS_getuid));
    }

    /**
     * Makes a system call: each argument fills a register, an int sign-extended; the kernel uses the width of its own
     * type.
     */
    private SysResult call(int number, long... arguments) {
        long[] all = Arrays.copyOf(arguments, MAX_ARGUMENTS);
        return calls.syscall(number, all[0], all[1], all[2], all[3], all[4], all[5]);
    }

    /** The value of a call that cannot fail. */
    private static long valueOf(SysResult result) {
        return switch (result) {
            case SysResult.Ok(long value) -> value;
            case SysResult.Failed(int errno) -> throw new AssertionError(Errno.describe(errno));
        };
    }

    /** Copies a received buffer back: with MSG_TRUNC recv may count more bytes than the buffer holds. */
    private static SysResult copiedBack(CFrame frame, long address, SysResult result, byte[] buffer, int offset) {
        if (result instanceof SysResult.Ok(long count)) {
            frame.get(address, buffer, offset, (int) Math.min(count, buffer.length - offset));
        }
        return result;
    }
}
