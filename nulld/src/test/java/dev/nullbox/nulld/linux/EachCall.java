package dev.nullbox.nulld.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.FakeLibc;
import java.util.Optional;
import java.util.function.Consumer;

/** Drives something once to learn the system calls it makes, and then once for each of them with that one failing. */
public final class EachCall {
    private EachCall() {}

    /** Something that makes system calls; what it gives back is judged. */
    @FunctionalInterface
    public interface Drive<T> {
        T run(FakeLibc libc) throws Exception;
    }

    /**
     * Result of a run.
     *
     * @param call the call that failed, as {@link FakeLibc} writes it; empty in the healthy run
     * @param errno what it failed with
     * @param result what was given back, when nothing was thrown
     * @param thrown what was thrown
     */
    public record Outcome<T>(String call, int errno, FakeLibc libc, Optional<T> result, Optional<Throwable> thrown) {
        /** True when the failed call is one of this function. */
        public boolean failed(String function) {
            return call.startsWith(function + "(");
        }
    }

    /** Checks the healthy run, and one run for each call and errno. */
    public static <T> void fails(Drive<T> drive, Consumer<Outcome<T>> check, int... errnos) {
        FakeLibc healthy = new FakeLibc();
        check.accept(outcome(drive, healthy, 0, 0));
        int calls = healthy.calls().size();
        assertThat(calls).as("calls to fail").isPositive();
        for (int call = 1; call <= calls; call++) {
            for (int errno : errnos) {
                check.accept(outcome(drive, new FakeLibc().failCall(call, errno), call, errno));
            }
        }
    }

    @SuppressWarnings("IllegalCatch") // whatever is thrown is the outcome
    private static <T> Outcome<T> outcome(Drive<T> drive, FakeLibc libc, int call, int errno) {
        Optional<T> result = Optional.empty();
        Optional<Throwable> thrown = Optional.empty();
        try {
            result = Optional.of(drive.run(libc));
        } catch (Throwable e) {
            thrown = Optional.of(e);
        }
        return new Outcome<>(call == 0 ? "" : libc.calls().get(call - 1), errno, libc, result, thrown);
    }
}
