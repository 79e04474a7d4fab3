package dev.nullbox.natives.calls;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SpawnAction;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Prctl;
import dev.nullbox.natives.linux.Seccomp;
import dev.nullbox.natives.linux.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@link Libc} over either way of calling C: strings, arrays and structs go into a frame and back out of it. */
final class MarshallingLibc implements Libc {
    /** sizeof(struct pollfd). */
    static final int POLLFD_BYTES = 8;

    /** struct sock_fprog: the number of instructions in bytes 0..1, their address in 8..15; and sizeof(struct sock_filter). */
    static final int SOCK_FPROG_BYTES = 16;

    static final int SOCK_FILTER_BYTES = 8;

    private static final long SIG_IGN = 1;

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
            return calls.mount(
                    frame.string(source), frame.string(target), frame.string(type), flags, frame.string(data));
        }
    }

    @Override
    public SysResult umount2(String target, int flags) {
        try (CFrame frame = memory.open()) {
            return calls.umount2(frame.string(target), flags);
        }
    }

    @Override
    public SysResult pivotRoot(String newRoot, String putOld) {
        try (CFrame frame = memory.open()) {
            return calls.syscall(Syscalls.SYS_pivot_root, frame.string(newRoot), frame.string(putOld), 0, 0);
        }
    }

    @Override
    public SysResult chroot(String path) {
        try (CFrame frame = memory.open()) {
            return calls.chroot(frame.string(path));
        }
    }

    @Override
    public SysResult chdir(String path) {
        try (CFrame frame = memory.open()) {
            return calls.chdir(frame.string(path));
        }
    }

    @Override
    public SysResult sethostname(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        try (CFrame frame = memory.open()) {
            return calls.sethostname(frame.bytes(bytes), bytes.length);
        }
    }

    @Override
    public SysResult reboot(int command) {
        return calls.reboot(command);
    }

    @Override
    public void sync() {
        calls.sync();
    }

    @Override
    public SysResult kill(int pid, int signal) {
        return calls.kill(pid, signal);
    }

    @Override
    public SysResult pidfdOpen(int pid) {
        return calls.pidfdOpen(pid, 0);
    }

    @Override
    public SysResult pidfdSendSignal(int pidfd, int signal) {
        return calls.pidfdSendSignal(pidfd, signal, 0, 0);
    }

    @Override
    public SysResult waitpid(int pid, int[] status, int options) {
        try (CFrame frame = memory.open()) {
            long address = frame.ints(status[0]);
            SysResult result = calls.waitpid(pid, address, options);
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
            return calls.execve(frame.string(path), frame.strings(argv), frame.strings(env));
        }
    }

    @Override
    public SysResult unshare(int flags) {
        return calls.unshare(flags);
    }

    @Override
    public SysResult setns(int fd, int type) {
        return calls.setns(fd, type);
    }

    @Override
    public SysResult prctl(int option, long arg2, long arg3, long arg4, long arg5) {
        return calls.prctl(option, arg2, arg3, arg4, arg5);
    }

    @Override
    public SysResult prctl(int option, long arg2, long arg3, long arg4, byte[] struct) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(struct);
            SysResult result = calls.prctl(option, arg2, arg3, arg4, address);
            frame.get(address, struct, 0, struct.length);
            return result;
        }
    }

    @Override
    public SysResult setSeccompFilter(byte[] program) {
        try (CFrame frame = memory.open()) {
            return calls.prctl(Prctl.PR_SET_SECCOMP, Seccomp.SECCOMP_MODE_FILTER, filterProgram(frame, program), 0, 0);
        }
    }

    @Override
    public SysResult seccompFilter(int flags, byte[] program) {
        try (CFrame frame = memory.open()) {
            long address = filterProgram(frame, program);
            return calls.syscall(Syscalls.SYS_seccomp, Seccomp.SECCOMP_SET_MODE_FILTER, flags, address, 0);
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
            return calls.syscall(Syscalls.SYS_landlock_create_ruleset, address, struct.length, flags, 0);
        }
    }

    @Override
    public SysResult landlockAddRule(int ruleset, int type, byte[] struct) {
        try (CFrame frame = memory.open()) {
            return calls.syscall(Syscalls.SYS_landlock_add_rule, ruleset, type, frame.bytes(struct), 0);
        }
    }

    @Override
    public SysResult landlockRestrictSelf(int ruleset) {
        return calls.syscall(Syscalls.SYS_landlock_restrict_self, ruleset, 0, 0, 0);
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
            return calls.syscall(Syscalls.SYS_capset, frame.bytes(header), frame.bytes(data), 0, 0);
        }
    }

    @Override
    public SysResult capget(byte[] header, byte[] data) {
        try (CFrame frame = memory.open()) {
            long headerAddress = frame.bytes(header);
            long dataAddress = frame.bytes(data);
            SysResult result = calls.syscall(Syscalls.SYS_capget, headerAddress, dataAddress, 0, 0);
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
        return calls.umask(mask);
    }

    @Override
    public SysResult chown(String path, int uid, int gid) {
        try (CFrame frame = memory.open()) {
            return calls.chown(frame.string(path), uid, gid);
        }
    }

    @Override
    public SysResult statfs(String path, byte[] struct) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(struct);
            SysResult result = calls.statfs(frame.string(path), address);
            frame.get(address, struct, 0, struct.length);
            return result;
        }
    }

    @Override
    public SysResult fallocate(int fd, int mode, long offset, long length) {
        return calls.fallocate(fd, mode, offset, length);
    }

    @Override
    public SysResult quotactlFd(int fd, int command, int id, byte[] struct) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(struct);
            SysResult result = calls.syscall(Syscalls.SYS_quotactl_fd, fd, command, id, address);
            frame.get(address, struct, 0, struct.length);
            return result;
        }
    }

    @Override
    public SysResult setrlimit(int resource, long soft, long hard) {
        ByteBuffer rlimit = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        rlimit.putLong(soft).putLong(hard);
        try (CFrame frame = memory.open()) {
            return calls.setrlimit(resource, frame.bytes(rlimit.array()));
        }
    }

    @Override
    public SysResult mlockall(int flags) {
        return calls.mlockall(flags);
    }

    @Override
    public SysResult pipe2(int[] readAndWriteEnd, int flags) {
        try (CFrame frame = memory.open()) {
            long address = frame.ints(readAndWriteEnd[0], readAndWriteEnd[1]);
            SysResult result = calls.pipe2(address, flags);
            readAndWriteEnd[0] = frame.intAt(address);
            readAndWriteEnd[1] = frame.intAt(address + Integer.BYTES);
            return result;
        }
    }

    @Override
    public SysResult open(String path, int flags, int mode) {
        try (CFrame frame = memory.open()) {
            return calls.open(frame.string(path), flags, mode);
        }
    }

    @Override
    public SysResult read(int fd, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        try (CFrame frame = memory.open()) {
            long address = frame.allocate(length);
            return copiedBack(frame, address, calls.read(fd, address, length), buffer, offset);
        }
    }

    @Override
    public SysResult write(int fd, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        try (CFrame frame = memory.open()) {
            long address = frame.allocate(length);
            frame.put(address, buffer, offset, length);
            return calls.write(fd, address, length);
        }
    }

    @Override
    public SysResult close(int fd) {
        return calls.close(fd);
    }

    @Override
    public SysResult closeRange(int first, int last, int flags) {
        return calls.closeRange(first, last, flags);
    }

    @Override
    public SysResult dup2(int from, int to) {
        return calls.dup2(from, to);
    }

    @Override
    public SysResult fcntl(int fd, int command, long argument) {
        return calls.fcntl(fd, command, argument);
    }

    @Override
    public SysResult ioctl(int fd, long request, long argument) {
        return calls.ioctl(fd, request, argument);
    }

    @Override
    public SysResult ioctl(int fd, long request, byte[] struct) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(struct);
            SysResult result = calls.ioctl(fd, request, address);
            frame.get(address, struct, 0, struct.length);
            return result;
        }
    }

    @Override
    public SysResult poll(byte[] pollfds, int timeoutMillis) {
        try (CFrame frame = memory.open()) {
            long address = frame.bytes(pollfds);
            SysResult result = calls.poll(address, pollfds.length / POLLFD_BYTES, timeoutMillis);
            frame.get(address, pollfds, 0, pollfds.length);
            return result;
        }
    }

    @Override
    public SysResult socket(int domain, int type, int protocol) {
        return calls.socket(domain, type, protocol);
    }

    @Override
    public SysResult bind(int fd, byte[] address) {
        try (CFrame frame = memory.open()) {
            return calls.bind(fd, frame.bytes(address), address.length);
        }
    }

    @Override
    public SysResult connect(int fd, byte[] address) {
        try (CFrame frame = memory.open()) {
            return calls.connect(fd, frame.bytes(address), address.length);
        }
    }

    @Override
    public SysResult send(int fd, byte[] buffer, int flags) {
        try (CFrame frame = memory.open()) {
            return calls.send(fd, frame.bytes(buffer), buffer.length, flags);
        }
    }

    @Override
    public SysResult recv(int fd, byte[] buffer, int flags) {
        try (CFrame frame = memory.open()) {
            long address = frame.allocate(buffer.length);
            return copiedBack(frame, address, calls.recv(fd, address, buffer.length, flags), buffer, 0);
        }
    }

    @Override
    public SysResult setsockopt(int fd, int level, int option, byte[] value) {
        try (CFrame frame = memory.open()) {
            return calls.setsockopt(fd, level, option, frame.bytes(value), value.length);
        }
    }

    @Override
    public int getpid() {
        return calls.getpid();
    }

    @Override
    public int getuid() {
        return calls.getuid();
    }

    /** With MSG_TRUNC recv may count more bytes than the buffer holds. */
    private static SysResult copiedBack(CFrame frame, long address, SysResult result, byte[] buffer, int offset) {
        if (result instanceof SysResult.Ok(long count)) {
            frame.get(address, buffer, offset, (int) Math.min(count, buffer.length - offset));
        }
        return result;
    }
}
