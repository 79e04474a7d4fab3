package dev.nullbox.service.seccomp;

import static dev.nullbox.natives.linux.Bpf.*;
import static dev.nullbox.natives.linux.Seccomp.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Builder of a seccomp filter: classic BPF over struct seccomp_data. It begins by killing callers of any ABI but
 * x86-64's, as the numbers are that ABI's, and leaves the call's number loaded. Source: seccomp(2),
 * Documentation/userspace-api/seccomp_filter.rst.
 */
public final class FilterProgram {
    private static final int INSTRUCTION_BYTES = 8;
    /** Offsets in struct seccomp_data. */
    private static final int NUMBER = 0;

    private static final int ARCHITECTURE = 4;
    private static final int FIRST_ARGUMENT = 16;
    private static final int ARGUMENT_BYTES = 8;
    /** Bit of calls of the x32 ABI, whose numbers have other meanings. */
    private static final int X32_BIT = 0x40000000;

    private final ByteBuffer program =
            ByteBuffer.allocate(BPF_MAXINSNS * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** A program that kills callers of another ABI, and has the number loaded. */
    public FilterProgram() {
        load(ARCHITECTURE);
        jump(BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0);
        returnAction(SECCOMP_RET_KILL_PROCESS);
        loadNumber();
        jump(BPF_JGE, X32_BIT, 0, 1);
        returnAction(SECCOMP_RET_KILL_PROCESS);
    }

    /** Loads the call's number. */
    public void loadNumber() {
        load(NUMBER);
    }

    /** Loads the low half of an argument, 0 to 5. */
    public void loadArgument(int argument) {
        load(FIRST_ARGUMENT + argument * ARGUMENT_BYTES);
    }

    /** Skips instructions, by the outcome of a comparison. */
    public void jump(int comparison, int operand, int ifTrue, int ifFalse) {
        put(BPF_JMP | comparison | BPF_K, ifTrue, ifFalse, operand);
    }

    /** Returns an action: SECCOMP_RET_*. */
    public void returnAction(int action) {
        put(BPF_RET | BPF_K, 0, 0, action);
    }

    /** The program as an array of struct sock_filter. */
    public byte[] bytes() {
        byte[] bytes = new byte[program.position()];
        program.duplicate().flip().get(bytes);
        return bytes;
    }

    private void load(int offset) {
        put(BPF_LD | BPF_W | BPF_ABS, 0, 0, offset);
    }

    private void put(int code, int ifTrue, int ifFalse, int operand) {
        if ((ifTrue | ifFalse) >> Byte.SIZE != 0) {
            throw new IllegalArgumentException("a jump of more than 255 instructions: " + Math.max(ifTrue, ifFalse));
        }
        program.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(operand);
    }
}
