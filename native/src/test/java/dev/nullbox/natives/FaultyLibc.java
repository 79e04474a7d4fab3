package dev.nullbox.natives;

import dev.nullbox.natives.linux.Errno;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The real C library, of which one call on certain threads fails, or throws as a bug does; it is chosen by its number or
 * by its name. A name is the place in NullBox that makes the call, and the function: {@code ChildProcess.pipe/pipe2}. The
 * failing call is not made, but a failing close closes: what it leaks is ours. Safe for several threads.
 */
public final class FaultyLibc {
    /** Functions that would hurt the machine of the tests when called outside of a pid namespace of its own. */
    private static final Set<String> ONLY_PID_1 =
            Set.of("kill", "reboot", "mount", "umount2", "sethostname", "pivotRoot", "chroot");

    private static final StackWalker WALKER = StackWalker.getInstance();

    private final Libc real;
    private final Predicate<Thread> concerned;
    private final Set<String> names = new LinkedHashSet<>();
    private final List<byte[]> written = new ArrayList<>();
    private Optional<Path> record = Optional.empty();
    private boolean guarded;
    private int calls;
    private int firstWrite;
    private int failingCall;
    private String failingName = "";
    private int errno;
    private boolean isBug;
    private String failed = "";

    /** None fails yet; only calls on threads that are concerned ever do. */
    public FaultyLibc(Libc real, Predicate<Thread> concerned) {
        this.real = real;
        this.concerned = concerned;
    }

    /** None fails, and what would end the machine of the tests, were it called outside of a namespace, is refused. */
    public static FaultyLibc healthy(Libc real) {
        FaultyLibc libc = new FaultyLibc(real, thread -> true);
        libc.guarded = true;
        return libc;
    }

    /** Likewise; the names of all calls are appended to the file as they are first made. */
    public static FaultyLibc learning(Libc real, Path record) {
        FaultyLibc libc = healthy(real);
        libc.record = Optional.of(record);
        return libc;
    }

    /** Likewise, but the first call of this name throws: a bug of the caller's thread, for all that it can tell. */
    public static FaultyLibc throwing(Libc real, String name) {
        FaultyLibc libc = failing(real, name, 0);
        libc.isBug = true;
        return libc;
    }

    /** Likewise, but the first call of this name fails. */
    public static FaultyLibc failing(Libc real, String name, int errno) {
        FaultyLibc libc = healthy(real);
        libc.failingName = name;
        libc.errno = errno;
        return libc;
    }

    /** Counts anew, and fails the n-th call from now with EIO; none when 0. */
    public synchronized void failAt(int n) {
        isBug = false;
        errno = Errno.EIO;
        failed = "";
        failingCall = n;
        calls = 0;
    }

    /** Likewise, but throws. */
    public synchronized void bugAt(int n) {
        failAt(n);
        isBug = true;
    }

    /** The calls since it began to count. */
    public synchronized int calls() {
        return calls;
    }

    /** The number of the first write ever; 0 when there was none. */
    public synchronized int firstWrite() {
        return firstWrite;
    }

    /** The function that failed, or empty. */
    public synchronized String failed() {
        return failed;
    }

    /** The names of all calls so far, in the order of their first. */
    public synchronized List<String> names() {
        return List.copyOf(names);
    }

    /** The very buffers that were given to write. */
    public synchronized List<byte[]> written() {
        return List.copyOf(written);
    }

    /** The library. */
    public Libc libc() {
        return (Libc) Proxy.newProxyInstance(
                Libc.class.getClassLoader(), new Class<?>[] {Libc.class}, (self, method, arguments) -> {
                    if (guarded && ONLY_PID_1.contains(method.getName()) && real.getpid() != 1) {
                        throw new AssertionError(method.getName() + " outside of a namespace for tests");
                    }
                    if (!fails(method, arguments)) {
                        return call(method, arguments);
                    }
                    if (method.getName().equals("close")) {
                        call(method, arguments);
                    }
                    if (isBug) {
                        throw new IllegalStateException("a thread that dies for the test: s3cr3t");
                    }
                    return new SysResult.Failed(errno);
                });
    }

    private @Nullable Object call(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private synchronized boolean fails(Method method, @Nullable Object @Nullable [] arguments) {
        if (method.getReturnType() != SysResult.class || !concerned.test(Thread.currentThread())) {
            return false;
        }
        calls++;
        String name = caller() + "/" + method.getName();
        if (names.add(name)) {
            record.ifPresent(file -> write(file, name));
        }
        boolean chosen = calls == failingCall || (failed.isEmpty() && name.equals(failingName));
        if (chosen) {
            failed = method.getName();
        } else if (method.getName().equals("write") && arguments != null && arguments[1] instanceof byte[] buffer) {
            firstWrite = firstWrite == 0 ? calls : firstWrite;
            written.add(buffer);
        }
        return chosen;
    }

    private static String caller() {
        return WALKER.walk(frames -> frames.filter(frame -> frame.getClassName().startsWith("dev.nullbox.")
                        && !frame.getClassName().startsWith("dev.nullbox.natives."))
                .findFirst()
                .map(frame -> simple(frame.getClassName()) + "." + plain(frame.getMethodName()))
                .orElse("natives"));
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    /** A lambda's method is named after the one that it stands in. */
    private static String plain(String method) {
        return method.startsWith("lambda$") ? method.split("\\$", -1)[1] : method;
    }

    private static void write(Path file, String name) {
        try {
            Files.writeString(file, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
