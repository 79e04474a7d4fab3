package dev.nullbox.service.seccomp;

import static dev.nullbox.natives.linux.Bpf.*;
import static dev.nullbox.natives.linux.Seccomp.*;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Allow list of system calls as a seccomp filter: any other call ends the process by SIGSYS. */
public final class AllowList {
    private static final Pattern RUNTIME_CALL = Pattern.compile("([0-9]{1,3}) ([a-z0-9_]+): (.+)");

    private final FilterProgram program = new FilterProgram();

    private AllowList() {}

    /**
     * Installs the list, irrevocably; needs no_new_privs.
     *
     * @param flags SECCOMP_FILTER_FLAG_*: 0 for the calling thread and its descendants, also after execve
     */
    public static void install(Libc libc, int flags, List<ListedCall> calls) throws SyscallException {
        libc.seccompFilter(flags, compile(calls)).orThrow("seccomp SECCOMP_SET_MODE_FILTER");
    }

    /**
     * Calls that a Java runtime makes by itself, from a resource: a number, name and reason a line. A native image
     * holds no resources but those it was built with, and has none of these; then there are no further calls.
     */
    public static List<ListedCall> ofRuntime(String resource) throws IOException {
        try (InputStream lines = ClassLoader.getSystemResourceAsStream(resource)) {
            return lines == null
                    ? List.of()
                    : parse(resource, new String(lines.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Parses lines to calls, each with any arguments. */
    public static List<ListedCall> parse(String resource, String lines) throws IOException {
        List<ListedCall> calls = new ArrayList<>();
        for (String line : lines.lines().toList()) {
            Matcher call = RUNTIME_CALL.matcher(line);
            if (!call.matches()) {
                throw new IOException(resource + ": \"" + line + "\" is not NUMBER NAME: REASON");
            }
            calls.add(new ListedCall.Allowed(Integer.parseInt(call.group(1)), List.of(), true, call.group(3)));
        }
        return calls;
    }

    /** Compiles to an array of struct sock_filter. Of two lines with the same number the first counts. */
    public static byte[] compile(List<ListedCall> calls) {
        AllowList filter = new AllowList();
        calls.forEach(filter::add);
        filter.program.returnAction(SECCOMP_RET_KILL_PROCESS);
        return filter.program.bytes();
    }

    /** Emits the answer for one number; another number stays loaded. */
    private void add(ListedCall call) {
        switch (call) {
            case ListedCall.Absent(int number, int errno, String _) -> {
                program.jump(BPF_JEQ, number, 0, 1);
                program.returnAction(SECCOMP_RET_ERRNO | errno);
            }
            case ListedCall.Allowed(int number, List<ListedCall.Bound> bounds, boolean _, String _) -> {
                int length = bounds.stream().mapToInt(AllowList::length).sum() + 1;
                program.jump(BPF_JEQ, number, 0, length);
                bounds.forEach(this::add);
                program.returnAction(SECCOMP_RET_ALLOW);
            }
        }
    }

    /** Number of instructions of a bound. */
    private static int length(ListedCall.Bound bound) {
        return switch (bound) {
            case ListedCall.Bound.OneOf(int _, List<Integer> values, Set<Integer> _) -> values.size() + 2;
            case ListedCall.Bound.Without _ -> 3;
        };
    }

    private void add(ListedCall.Bound bound) {
        program.loadArgument(bound.argument());
        switch (bound) {
            case ListedCall.Bound.OneOf(int _, List<Integer> values, Set<Integer> _) -> {
                for (int i = 0; i < values.size(); i++) {
                    program.jump(BPF_JEQ, values.get(i), values.size() - i, 0);
                }
            }
            case ListedCall.Bound.Without(int _, int bits) -> program.jump(BPF_JSET, bits, 0, 1);
        }
        program.returnAction(SECCOMP_RET_KILL_PROCESS);
    }
}
