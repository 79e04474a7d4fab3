package dev.nullbox.cage.jail;

import static dev.nullbox.natives.linux.Bpf.*;
import static dev.nullbox.natives.linux.Seccomp.*;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Rules for system calls as a seccomp filter. Source: seccomp(2), Documentation/userspace-api/seccomp_filter.rst. */
final class SyscallFilter {
    private static final int INSTRUCTION_BYTES = 8;
    /** Offsets in struct seccomp_data; of the first argument the low half, which is all that an int has. */
    private static final int NUMBER = 0;

    private static final int ARCHITECTURE = 4;
    private static final int FIRST_ARGUMENT = 16;
    /** Calls of the x32 ABI have this bit: others of the same numbers' meaning. */
    private static final int X32_BIT = 0x40000000;

    private final ByteBuffer program =
            ByteBuffer.allocate(BPF_MAXINSNS * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private SyscallFilter() {}

    /**
     * Puts the rules in force for the calling thread and all that comes of it, over execve too. The thread must have
     * no_new_privs.
     */
    static void install(Libc libc, List<SyscallRule> rules) throws SyscallException {
        libc.setSeccompFilter(compile(rules)).orThrow("prctl PR_SET_SECCOMP");
    }

    /** An array of struct sock_filter. Whoever calls by another ABI than x86-64's is killed: the numbers are its. */
    static byte[] compile(List<SyscallRule> rules) {
        SyscallFilter filter = new SyscallFilter();
        filter.load(ARCHITECTURE);
        filter.jump(BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0);
        filter.returnAction(SECCOMP_RET_KILL_PROCESS);
        filter.load(NUMBER);
        filter.jump(BPF_JGE, X32_BIT, 0, 1);
        filter.returnAction(SECCOMP_RET_KILL_PROCESS);
        rules.forEach(filter::add);
        filter.returnAction(SECCOMP_RET_ALLOW);
        byte[] bytes = new byte[filter.program.position()];
        filter.program.flip().get(bytes);
        return bytes;
    }

    /** Each leaves the number loaded for the next. */
    private void add(SyscallRule rule) {
        int refusal = SECCOMP_RET_ERRNO | rule.errno();
        switch (rule) {
            case SyscallRule.Never(int number, int _, String _) -> {
                jump(BPF_JEQ, number, 0, 1);
                returnAction(refusal);
            }
            case SyscallRule.NotWithFlags(int number, int flags, int _, String _) -> {
                jump(BPF_JEQ, number, 0, 4);
                load(FIRST_ARGUMENT);
                jump(BPF_JSET, flags, 0, 1);
                returnAction(refusal);
                load(NUMBER);
            }
            case SyscallRule.OnlyWith(int number, List<Integer> values, int _, String _) -> {
                jump(BPF_JEQ, number, 0, values.size() + 3);
                load(FIRST_ARGUMENT);
                for (int i = 0; i < values.size(); i++) {
                    jump(BPF_JEQ, values.get(i), values.size() - i, 0);
                }
                returnAction(refusal);
                load(NUMBER);
            }
        }
    }

    private void load(int offset) {
        put(BPF_LD | BPF_W | BPF_ABS, 0, 0, offset);
    }

    /** Skips so many instructions, by the outcome. */
    private void jump(int comparison, int operand, int ifTrue, int ifFalse) {
        put(BPF_JMP | comparison | BPF_K, ifTrue, ifFalse, operand);
    }

    private void returnAction(int action) {
        put(BPF_RET | BPF_K, 0, 0, action);
    }

    private void put(int code, int ifTrue, int ifFalse, int operand) {
        program.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(operand);
    }
}
