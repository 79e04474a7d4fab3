package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A real C library whose n-th call on certain threads fails with EIO, or throws as a bug does. A failing close closes: what
 * it leaks is ours.
 */
public final class FaultyLibc {
    private final Libc real;
    private final Predicate<Thread> concerned;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger firstWrite = new AtomicInteger();
    private final List<byte[]> written = new CopyOnWriteArrayList<>();
    private volatile int failing;
    private volatile boolean isBug;
    private volatile String failed = "";

    public FaultyLibc(Libc real, Predicate<Thread> concerned) {
        this.real = real;
        this.concerned = concerned;
    }

    /** Counts anew, and fails the n-th call from now; none when 0. */
    public void failAt(int n) {
        isBug = false;
        failFrom(n);
    }

    /** Likewise, but throws. */
    public void bugAt(int n) {
        isBug = true;
        failFrom(n);
    }

    private void failFrom(int n) {
        failed = "";
        failing = n;
        calls.set(0);
    }

    public int calls() {
        return calls.get();
    }

    /** Which of the calls was the first write ever; 0 when none was. */
    public int firstWrite() {
        return firstWrite.get();
    }

    /** The function that failed, or empty. */
    public String failed() {
        return failed;
    }

    /** The very buffers that were given to write. */
    public List<byte[]> written() {
        return List.copyOf(written);
    }

    public Libc libc() {
        return (Libc) Proxy.newProxyInstance(
                Libc.class.getClassLoader(), new Class<?>[] {Libc.class}, (proxy, method, arguments) -> {
                    boolean counts =
                            method.getReturnType() == SysResult.class && concerned.test(Thread.currentThread());
                    if (counts && calls.incrementAndGet() == failing) {
                        failed = method.getName();
                        if (failed.equals("close")) {
                            invoke(method, arguments);
                        }
                        if (isBug) {
                            throw new IllegalStateException("s3cr3t");
                        }
                        return new SysResult.Failed(Errno.EIO);
                    }
                    if (counts && method.getName().equals("write") && arguments[1] instanceof byte[] buffer) {
                        firstWrite.compareAndSet(0, calls.get());
                        written.add(buffer);
                    }
                    return invoke(method, arguments);
                });
    }

    private @Nullable Object invoke(java.lang.reflect.Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
