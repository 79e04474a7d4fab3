package dev.nullbox.cage.jail;

import static dev.nullbox.natives.linux.Bpf.*;
import static dev.nullbox.natives.linux.Seccomp.*;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Allow-list of a microVM's system calls as a seccomp filter: any other ends the process by SIGSYS. */
final class VmmFilter {
    /**
     * Calls that a Java runtime makes beside its microVM's, a number, name and reason a line: a resource of the test image's
     * JVM variant. A native image holds no resources but those it was built with, and this is none of them.
     */
    private static final String RUNTIME_CALLS = "vmm-calls-of-a-jvm";

    private static final Pattern RUNTIME_CALL = Pattern.compile("([0-9]{1,3}) ([a-z0-9_]+): (.+)");

    private final FilterProgram program = new FilterProgram();

    private VmmFilter() {}

    /** Puts the list in force for all threads of the process, for good. They must have no_new_privs. */
    static void install(Libc libc) throws IOException {
        List<VmmCall> calls = new ArrayList<>(runtimeCalls());
        calls.addAll(VmmPolicy.CALLS);
        install(libc, calls);
    }

    static void install(Libc libc, List<VmmCall> calls) throws SyscallException {
        libc.seccompFilter(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH, compile(calls))
                .orThrow("seccomp SECCOMP_SET_MODE_FILTER for all threads");
    }

    private static List<VmmCall> runtimeCalls() throws IOException {
        try (InputStream lines = ClassLoader.getSystemResourceAsStream(RUNTIME_CALLS)) {
            return lines == null ? List.of() : parse(new String(lines.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Each with any arguments. */
    static List<VmmCall> parse(String lines) throws IOException {
        List<VmmCall> calls = new ArrayList<>();
        for (String line : lines.lines().toList()) {
            Matcher call = RUNTIME_CALL.matcher(line);
            if (!call.matches()) {
                throw new IOException(RUNTIME_CALLS + ": \"" + line + "\" is not NUMBER NAME: REASON");
            }
            calls.add(new VmmCall.Allowed(Integer.parseInt(call.group(1)), List.of(), true, call.group(3)));
        }
        return calls;
    }

    /** An array of struct sock_filter. Of two lines of the same number the first counts. */
    static byte[] compile(List<VmmCall> calls) {
        VmmFilter filter = new VmmFilter();
        calls.forEach(filter::add);
        filter.program.returnAction(SECCOMP_RET_KILL_PROCESS);
        return filter.program.bytes();
    }

    /** Ends with an answer for its number, or leaves another one loaded. */
    private void add(VmmCall call) {
        switch (call) {
            case VmmCall.Absent(int number, int errno, String _) -> {
                program.jump(BPF_JEQ, number, 0, 1);
                program.returnAction(SECCOMP_RET_ERRNO | errno);
            }
            case VmmCall.Allowed(int number, List<VmmCall.Bound> bounds, boolean _, String _) -> {
                int length = bounds.stream().mapToInt(VmmFilter::length).sum() + 1;
                program.jump(BPF_JEQ, number, 0, length);
                bounds.forEach(this::add);
                program.returnAction(SECCOMP_RET_ALLOW);
            }
        }
    }

    /** Instructions of a bound. */
    private static int length(VmmCall.Bound bound) {
        return switch (bound) {
            case VmmCall.Bound.OneOf(int _, List<Integer> values) -> values.size() + 2;
            case VmmCall.Bound.Without _ -> 3;
        };
    }

    private void add(VmmCall.Bound bound) {
        program.loadArgument(bound.argument());
        switch (bound) {
            case VmmCall.Bound.OneOf(int _, List<Integer> values) -> {
                for (int i = 0; i < values.size(); i++) {
                    program.jump(BPF_JEQ, values.get(i), values.size() - i, 0);
                }
            }
            case VmmCall.Bound.Without(int _, int bits) -> program.jump(BPF_JSET, bits, 0, 1);
        }
        program.returnAction(SECCOMP_RET_KILL_PROCESS);
    }
}
