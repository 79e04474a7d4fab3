package dev.nullbox.cage.jail;

import static dev.nullbox.natives.linux.Bpf.*;
import static dev.nullbox.natives.linux.Seccomp.*;
import static dev.nullbox.natives.linux.Syscalls.*;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.service.seccomp.FilterProgram;
import java.util.List;

/** Seccomp filter of refused system calls. */
final class SyscallFilter {
    /**
     * Made each time a guest leaves to its VMM (KVM_RUN). No rule is about it, and the rules are compared one by one by an
     * interpreter: the appliance's kernel compiles no filters.
     */
    private static final int MOST_FREQUENT = SYS_ioctl;

    private final FilterProgram program = new FilterProgram();

    private SyscallFilter() {}

    /**
     * Installs the rules for the calling thread and its descendants, also after execve. The thread must have
     * no_new_privs.
     */
    static void install(Libc libc, List<SyscallRule> rules) throws SyscallException {
        libc.seccompFilter(0, compile(rules)).orThrow("seccomp SECCOMP_SET_MODE_FILTER");
    }

    /** Compiles to an array of struct sock_filter. */
    static byte[] compile(List<SyscallRule> rules) {
        if (rules.stream().anyMatch(rule -> rule.number() == MOST_FREQUENT)) {
            throw new IllegalArgumentException("a rule about ioctl(2), which is allowed before all rules");
        }
        SyscallFilter filter = new SyscallFilter();
        filter.program.jump(BPF_JEQ, MOST_FREQUENT, 0, 1);
        filter.program.returnAction(SECCOMP_RET_ALLOW);
        rules.forEach(filter::add);
        filter.program.returnAction(SECCOMP_RET_ALLOW);
        return filter.program.bytes();
    }

    /** Emits a rule; the call's number stays loaded for the next. */
    private void add(SyscallRule rule) {
        int refusal = SECCOMP_RET_ERRNO | rule.errno();
        switch (rule) {
            case SyscallRule.Never(int number, int _, String _) -> {
                program.jump(BPF_JEQ, number, 0, 1);
                program.returnAction(refusal);
            }
            case SyscallRule.NotWithFlags(int number, int flags, int _, String _) -> {
                program.jump(BPF_JEQ, number, 0, 4);
                program.loadArgument(0);
                program.jump(BPF_JSET, flags, 0, 1);
                program.returnAction(refusal);
                program.loadNumber();
            }
            case SyscallRule.OnlyWith(int number, List<Integer> values, int _, String _) -> {
                program.jump(BPF_JEQ, number, 0, values.size() + 3);
                program.loadArgument(0);
                for (int i = 0; i < values.size(); i++) {
                    program.jump(BPF_JEQ, values.get(i), values.size() - i, 0);
                }
                program.returnAction(refusal);
                program.loadNumber();
            }
        }
    }
}
