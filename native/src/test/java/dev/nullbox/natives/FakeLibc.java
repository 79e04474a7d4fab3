package dev.nullbox.natives;

import dev.nullbox.natives.linux.Errno;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A C library that does nothing but record. Each call is one readable string, as {@code mount(proc, /proc, proc, 14,
 * null)}; it returns what was scripted for its function, else 0 (or the next free descriptor or pid where the function
 * gives one). An errno can be injected at the n-th call of all, so that a test can try each in turn. Safe for several
 * threads.
 */
public final class FakeLibc implements Libc {
    private final List<String> calls = new ArrayList<>();
    private final Map<String, Deque<Reply>> scripts = new HashMap<>();
    private final Map<Integer, Integer> errnoAtCall = new HashMap<>();
    private final Set<Integer> openFds = new TreeSet<>();
    private int nextFd = 100;
    private int nextPid = 1000;
    private int pid = 1;
    private int uid;

    /** A fake with nothing scripted: pid 1, uid 0. */
    public FakeLibc() {}

    /** Scripted reply of a function, given once: a result, and bytes or integers for its output parameter. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and never leaves this class
    private record Reply(SysResult result, byte[] bytes, int status) {}

    /** The next call of the function (its Java name) gives this; several are given in order, then the default again. */
    public synchronized FakeLibc on(String function, SysResult result) {
        return reply(function, new Reply(result, new byte[0], 0));
    }

    /** The next call of the function succeeds with this value. */
    public FakeLibc returns(String function, long value) {
        return on(function, new SysResult.Ok(value));
    }

    /** The next call of the function fails with this errno. */
    public FakeLibc fails(String function, int errno) {
        return on(function, new SysResult.Failed(errno));
    }

    /** The next read, recv, capget or struct ioctl gives these bytes; read and recv return their count. */
    public synchronized FakeLibc gives(String function, byte[] bytes) {
        return reply(function, new Reply(new SysResult.Ok(bytes.length), bytes.clone(), 0));
    }

    /** The next waitpid returns this pid and wait status. */
    public synchronized FakeLibc child(int childPid, int waitStatus) {
        return reply("waitpid", new Reply(new SysResult.Ok(childPid), new byte[0], waitStatus));
    }

    /** The n-th call from now on since creation, counted from 1 over all functions, fails with this errno. */
    public synchronized FakeLibc failCall(int n, int errno) {
        errnoAtCall.put(n, errno);
        return this;
    }

    /** Sets the results of getpid and getuid. */
    public synchronized FakeLibc identity(int ownPid, int ownUid) {
        pid = ownPid;
        uid = ownUid;
        return this;
    }

    /** The calls so far. */
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    /** The calls of one function so far. */
    public synchronized List<String> calls(String function) {
        return calls.stream().filter(call -> call.startsWith(function + "(")).toList();
    }

    /** The descriptors that it gave out and that are not closed, in order. A close that fails closes, as on Linux. */
    public synchronized Set<Integer> openFds() {
        return new TreeSet<>(openFds);
    }

    private synchronized FakeLibc reply(String function, Reply reply) {
        scripts.computeIfAbsent(function, name -> new ArrayDeque<>()).add(reply);
        return this;
    }

    private synchronized Reply call(String function, long byDefault, @Nullable Object... arguments) {
        String list = Arrays.toString(arguments);
        calls.add(function + "(" + list.substring(1, list.length() - 1) + ")");
        Integer errno = errnoAtCall.get(calls.size());
        if (errno != null) {
            return new Reply(new SysResult.Failed(errno), new byte[0], 0);
        }
        Deque<Reply> script = scripts.get(function);
        Reply scripted = script == null ? null : script.poll();
        return scripted == null ? new Reply(new SysResult.Ok(byDefault), new byte[0], 0) : scripted;
    }

    private SysResult result(String function, @Nullable Object... arguments) {
        return call(function, 0, arguments).result();
    }

    private SysResult newFd(String function, @Nullable Object... arguments) {
        int fd = nextFd();
        SysResult result = call(function, fd, arguments).result();
        if (result instanceof SysResult.Ok(long given)) {
            opened((int) given);
        }
        return result;
    }

    private synchronized void opened(int... fds) {
        for (int fd : fds) {
            openFds.add(fd);
        }
    }

    private synchronized int nextFd() {
        return nextFd++;
    }

    private static SysResult copied(Reply reply, byte[] to, int offset, int room) {
        System.arraycopy(reply.bytes(), 0, to, offset, Math.min(reply.bytes().length, room));
        return reply.result();
    }

    @Override
    public SysResult mount(
            @Nullable String source, String target, @Nullable String type, long flags, @Nullable String data) {
        return result("mount", source, target, type, flags, data);
    }

    @Override
    public SysResult umount2(String target, int flags) {
        return result("umount2", target, flags);
    }

    @Override
    public SysResult pivotRoot(String newRoot, String putOld) {
        return result("pivotRoot", newRoot, putOld);
    }

    @Override
    public SysResult chroot(String path) {
        return result("chroot", path);
    }

    @Override
    public SysResult chdir(String path) {
        return result("chdir", path);
    }

    @Override
    public SysResult sethostname(String name) {
        return result("sethostname", name);
    }

    @Override
    public SysResult reboot(int command) {
        return result("reboot", Integer.toHexString(command));
    }

    @Override
    public void sync() {
        result("sync");
    }

    @Override
    public SysResult kill(int target, int signal) {
        return result("kill", target, signal);
    }

    @Override
    public SysResult pidfdOpen(int child) {
        return newFd("pidfdOpen", child);
    }

    @Override
    public SysResult pidfdSendSignal(int pidfd, int signal) {
        return result("pidfdSendSignal", pidfd, signal);
    }

    /** By default ECHILD: a fake has no children but those given by {@link #child}. */
    @Override
    public SysResult waitpid(int child, int[] status, int options) {
        Reply reply = call("waitpid", -1, child, options);
        if (reply.result() instanceof SysResult.Ok(long value) && value < 0) {
            return new SysResult.Failed(Errno.ECHILD);
        }
        status[0] = reply.status();
        return reply.result();
    }

    @Override
    public synchronized SysResult posixSpawn(
            String path, List<String> argv, List<String> env, List<SpawnAction> actions, boolean newSession) {
        return call("posixSpawn", nextPid++, path, argv, env, actions, newSession)
                .result();
    }

    @Override
    public SysResult execve(String path, List<String> argv, List<String> env) {
        return result("execve", path, argv, env);
    }

    @Override
    public SysResult unshare(int flags) {
        return result("unshare", Integer.toHexString(flags));
    }

    @Override
    public SysResult setns(int fd, int type) {
        return result("setns", fd, Integer.toHexString(type));
    }

    @Override
    public SysResult prctl(int option, long second, long third, long fourth, long fifth) {
        return result("prctl", option, second, third, fourth, fifth);
    }

    @Override
    public SysResult prctl(int option, long second, long third, long fourth, byte[] struct) {
        return filled("prctl", struct, option, second, third, fourth, hex(struct));
    }

    @Override
    public SysResult seccompFilter(int flags, byte[] program) {
        return result("seccompFilter", flags, hex(program));
    }

    @Override
    public SysResult landlockCreateRuleset(byte[] struct, int flags) {
        return newFd("landlockCreateRuleset", hex(struct), flags);
    }

    @Override
    public SysResult landlockAddRule(int ruleset, int type, byte[] struct) {
        return result("landlockAddRule", ruleset, type, hex(struct));
    }

    @Override
    public SysResult landlockRestrictSelf(int ruleset) {
        return result("landlockRestrictSelf", ruleset);
    }

    @Override
    public SysResult setgroups(int[] groups) {
        return result("setgroups", Arrays.toString(groups));
    }

    @Override
    public SysResult setresgid(int real, int effective, int saved) {
        return result("setresgid", real, effective, saved);
    }

    @Override
    public SysResult setresuid(int real, int effective, int saved) {
        return result("setresuid", real, effective, saved);
    }

    @Override
    public SysResult capset(byte[] header, byte[] data) {
        return result("capset", hex(header), hex(data));
    }

    @Override
    public SysResult capget(byte[] header, byte[] data) {
        return copied(call("capget", 0, hex(header)), data, 0, data.length) instanceof SysResult.Failed failed
                ? failed
                : new SysResult.Ok(0);
    }

    @Override
    public SysResult ignoreSignal(int signal) {
        return result("ignoreSignal", signal);
    }

    @Override
    public SysResult umask(int mask) {
        return result("umask", Integer.toOctalString(mask));
    }

    @Override
    public SysResult chown(String path, int owner, int group) {
        return result("chown", path, owner, group);
    }

    @Override
    public SysResult llistxattr(byte[] path, byte[] list) {
        return filled("llistxattr", list, new String(path, StandardCharsets.UTF_8));
    }

    @Override
    public SysResult lgetxattr(byte[] path, String name, byte[] value) {
        return filled("lgetxattr", value, new String(path, StandardCharsets.UTF_8), name);
    }

    @Override
    public SysResult statfs(String path, byte[] struct) {
        return filled("statfs", struct, path);
    }

    @Override
    public SysResult fallocate(int fd, int mode, long offset, long length) {
        return result("fallocate", fd, mode, offset, length);
    }

    @Override
    public SysResult quotactlFd(int fd, int command, int id, byte[] struct) {
        return filled("quotactlFd", struct, fd, Integer.toHexString(command), id, hex(struct));
    }

    @Override
    public SysResult setrlimit(int resource, long soft, long hard) {
        return result("setrlimit", resource, soft, hard);
    }

    @Override
    public SysResult mlockall(int flags) {
        return result("mlockall", flags);
    }

    @Override
    public SysResult pipe2(int[] readAndWriteEnd, int flags) {
        readAndWriteEnd[0] = nextFd();
        readAndWriteEnd[1] = nextFd();
        SysResult result = result("pipe2", flags);
        if (result.isOk()) {
            opened(readAndWriteEnd);
        }
        return result;
    }

    @Override
    public SysResult open(String path, int flags, int mode) {
        return newFd("open", path, flags, Integer.toOctalString(mode));
    }

    @Override
    public SysResult read(int fd, byte[] buffer, int offset, int length) {
        return copied(call("read", 0, fd, length), buffer, offset, length);
    }

    /** By default all is written. The record shows the content only by its length: it may be a secret. */
    @Override
    public SysResult write(int fd, byte[] buffer, int offset, int length) {
        return call("write", length, fd, length).result();
    }

    @Override
    public synchronized SysResult close(int fd) {
        openFds.remove(fd);
        return result("close", fd);
    }

    @Override
    public SysResult closeRange(int first, int last, int flags) {
        return result("closeRange", first, last, flags);
    }

    @Override
    public SysResult dup2(int from, int to) {
        return call("dup2", to, from, to).result();
    }

    @Override
    public SysResult fcntl(int fd, int command, long argument) {
        return result("fcntl", fd, command, argument);
    }

    @Override
    public SysResult ioctl(int fd, long request, long argument) {
        return result("ioctl", fd, Long.toHexString(request), argument);
    }

    @Override
    public SysResult ioctl(int fd, long request, byte[] struct) {
        return filled("ioctl", struct, fd, Long.toHexString(request), hex(struct));
    }

    private SysResult filled(String function, byte[] struct, @Nullable Object... arguments) {
        Reply reply = call(function, 0, arguments);
        copied(reply, struct, 0, struct.length);
        return reply.bytes().length > 0 ? new SysResult.Ok(0) : reply.result();
    }

    @Override
    public SysResult poll(byte[] pollfds, int timeoutMillis) {
        Reply reply = call("poll", 0, hex(pollfds), timeoutMillis);
        copied(reply, pollfds, 0, pollfds.length);
        return reply.bytes().length > 0 ? new SysResult.Ok(1) : reply.result();
    }

    @Override
    public SysResult socket(int domain, int type, int protocol) {
        return newFd("socket", domain, type, protocol);
    }

    @Override
    public SysResult bind(int fd, byte[] address) {
        return result("bind", fd, hex(address));
    }

    @Override
    public SysResult connect(int fd, byte[] address) {
        return result("connect", fd, hex(address));
    }

    @Override
    public SysResult send(int fd, byte[] buffer, int flags) {
        return call("send", buffer.length, fd, hex(buffer), flags).result();
    }

    @Override
    public SysResult recv(int fd, byte[] buffer, int flags) {
        return copied(call("recv", 0, fd, buffer.length, flags), buffer, 0, buffer.length);
    }

    @Override
    public SysResult listen(int fd, int backlog) {
        return result("listen", fd, backlog);
    }

    @Override
    public SysResult accept4(int fd, byte[] address, int flags) {
        return newFd("accept4", fd, address.length, flags);
    }

    @Override
    public SysResult send(int fd, byte[] buffer, int offset, int length, int flags) {
        return send(fd, Arrays.copyOfRange(buffer, offset, offset + length), flags);
    }

    @Override
    public SysResult discard(int fd, int length, int flags) {
        return call("discard", length, fd, length, flags).result();
    }

    @Override
    public SysResult getsockopt(int fd, int level, int option, byte[] value) {
        Reply reply = call("getsockopt", 0, fd, level, option, value.length);
        System.arraycopy(reply.bytes(), 0, value, 0, Math.min(reply.bytes().length, value.length));
        return reply.result();
    }

    @Override
    public SysResult epollCreate1(int flags) {
        return newFd("epollCreate1", flags);
    }

    @Override
    public SysResult epollCtl(int epoll, int operation, int fd, byte[] event) {
        return result("epollCtl", epoll, operation, fd, hex(event));
    }

    @Override
    public SysResult epollWait(int epoll, byte[] events, int timeoutMillis) {
        return result("epollWait", epoll, events.length, timeoutMillis);
    }

    @Override
    public SysResult setsockopt(int fd, int level, int option, byte[] value) {
        return result("setsockopt", fd, level, option, hex(value));
    }

    @Override
    public SysResult shutdown(int fd, int how) {
        return result("shutdown", fd, how);
    }

    @Override
    public synchronized int getpid() {
        return pid;
    }

    @Override
    public synchronized int getuid() {
        return uid;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
