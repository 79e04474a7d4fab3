package dev.nullbox.nulld.log;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
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

/**
 * The real C library, of which one call fails. A call's name is the place in nulld that makes it and the function:
 * {@code Spawner.pipe/pipe2}; the first call of that name fails once, without being made (but close closes).
 */
public final class FaultyLibc {
    /** What would hurt the machine of the tests when it is called outside of a pid namespace of its own. */
    private static final Set<String> ONLY_PID_1 =
            Set.of("kill", "reboot", "mount", "umount2", "sethostname", "pivotRoot", "chroot");

    private static final StackWalker WALKER = StackWalker.getInstance();

    private final Libc real;
    private final String failing;
    private final int errno;
    private final Optional<Path> record;
    private final Set<String> names = new LinkedHashSet<>();
    private boolean failed;

    private FaultyLibc(Libc real, String failing, int errno, Optional<Path> record) {
        this.real = real;
        this.failing = failing;
        this.errno = errno;
        this.record = record;
    }

    /** None fails. */
    public static FaultyLibc healthy(Libc real) {
        return new FaultyLibc(real, "", 0, Optional.empty());
    }

    /** None fails; the names of all calls are appended to the file as they are first made. */
    public static FaultyLibc learning(Libc real, Path record) {
        return new FaultyLibc(real, "", 0, Optional.of(record));
    }

    /** The first call of this name throws: a bug of the caller's thread, for all that it can tell. */
    public static FaultyLibc throwing(Libc real, String name) {
        return new FaultyLibc(real, name, 0, Optional.empty());
    }

    /** The first call of this name fails. */
    public static FaultyLibc failing(Libc real, String name, int errno) {
        return new FaultyLibc(real, name, errno, Optional.empty());
    }

    public Libc libc() {
        return (Libc) Proxy.newProxyInstance(
                Libc.class.getClassLoader(), new Class<?>[] {Libc.class}, (self, method, arguments) -> {
                    if (ONLY_PID_1.contains(method.getName()) && real.getpid() != 1) {
                        throw new AssertionError(method.getName() + " outside of a namespace for tests");
                    }
                    boolean fails = fails(method);
                    if (fails && errno == 0) {
                        throw new IllegalStateException("a thread that dies for the test");
                    }
                    Object result = fails && !method.getName().equals("close") ? null : call(method, arguments);
                    return fails ? new SysResult.Failed(errno) : result;
                });
    }

    /** The names of all calls so far, in the order of their first. */
    synchronized List<String> names() {
        return new ArrayList<>(names);
    }

    /** Whether the call that was to fail has been made. */
    synchronized boolean hasFailed() {
        return failed;
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private synchronized boolean fails(Method method) {
        if (method.getReturnType() != SysResult.class) {
            return false;
        }
        String name = caller() + "/" + method.getName();
        if (names.add(name)) {
            record.ifPresent(file -> write(file, name));
        }
        if (failed || !name.equals(failing)) {
            return false;
        }
        failed = true;
        return true;
    }

    private static String caller() {
        return WALKER.walk(frames -> frames.filter(frame -> frame.getClassName().startsWith("dev.nullbox.nulld.")
                        && !frame.getClassName().contains("FaultyLibc"))
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
