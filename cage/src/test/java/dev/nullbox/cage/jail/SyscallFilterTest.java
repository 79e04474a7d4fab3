package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.linux.Bpf;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Namespaces;
import dev.nullbox.natives.linux.Seccomp;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.natives.linux.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compiled filter's actions, by an interpreter of the instructions that it may have. The kernel's: SyscallFilterIT. */
class SyscallFilterTest {
    private static final int READ = 0;
    private static final int EXECVE = 59;
    private static final int I386 = 0x40000003;

    private final byte[] program = SyscallFilter.compile(SyscallPolicy.RULES);

    private int answer(int architecture, int number, long firstArgument) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, number).putInt(4, architecture).putLong(16, firstArgument);
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        int loaded = 0;
        for (int at = 0; ; at++) {
            int operation = Short.toUnsignedInt(code.getShort(at * 8));
            int ifTrue = Byte.toUnsignedInt(code.get(at * 8 + 2));
            int ifFalse = Byte.toUnsignedInt(code.get(at * 8 + 3));
            int operand = code.getInt(at * 8 + 4);
            switch (operation) {
                case Bpf.BPF_LD | Bpf.BPF_W | Bpf.BPF_ABS -> loaded = data.getInt(operand);
                case Bpf.BPF_JMP | Bpf.BPF_JEQ | Bpf.BPF_K -> at += loaded == operand ? ifTrue : ifFalse;
                case Bpf.BPF_JMP | Bpf.BPF_JGE | Bpf.BPF_K ->
                    at += Integer.compareUnsigned(loaded, operand) >= 0 ? ifTrue : ifFalse;
                case Bpf.BPF_JMP | Bpf.BPF_JSET | Bpf.BPF_K -> at += (loaded & operand) != 0 ? ifTrue : ifFalse;
                case Bpf.BPF_RET | Bpf.BPF_K -> {
                    return operand;
                }
                default -> throw new IllegalStateException("instruction " + at + " is " + operation);
            }
        }
    }

    private int answer(int number, long firstArgument) {
        return answer(Seccomp.AUDIT_ARCH_X86_64, number, firstArgument);
    }

    private static int refusal(int errno) {
        return Seccomp.SECCOMP_RET_ERRNO | errno;
    }

    @Test
    void deniedCallIsRefusedWithEveryArgument() {
        assertThat(SyscallPolicy.RULES).hasSizeGreaterThan(50);
        for (SyscallRule rule : SyscallPolicy.RULES) {
            if (rule instanceof SyscallRule.Never) {
                assertThat(answer(rule.number(), 0)).as("call %s", rule).isEqualTo(refusal(rule.errno()));
                assertThat(answer(rule.number(), -1)).as("call %s", rule).isEqualTo(refusal(rule.errno()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {READ, 1, 9, 16, EXECVE, 231, 257, 450})
    void allElseIsAllowed(int number) {
        assertThat(answer(number, -1)).isEqualTo(Seccomp.SECCOMP_RET_ALLOW);
    }

    @Test
    void ruleAboutTheCallThatIsAllowedFirstIsRefused() {
        SyscallRule rule = new SyscallRule.Never(Syscalls.SYS_ioctl, Errno.EPERM, "a test");
        assertThatThrownBy(() -> SyscallFilter.compile(List.of(rule))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {Syscalls.SYS_clone, Syscalls.SYS_unshare})
    void namespacesAreRefusedAndThreadsAllowed(int number) {
        int threadFlags = 0x3d0f00;
        assertThat(answer(number, threadFlags)).isEqualTo(Seccomp.SECCOMP_RET_ALLOW);
        for (int namespace : new int[] {Namespaces.CLONE_NEWNET, Namespaces.CLONE_NEWNS, Namespaces.CLONE_NEWUSER}) {
            assertThat(answer(number, threadFlags | namespace)).isEqualTo(refusal(Errno.EPERM));
        }
    }

    @Test
    void socketsAreThoseOfTheGuest() {
        for (int family : new int[] {Sockets.AF_UNIX, Sockets.AF_INET, Sockets.AF_INET6}) {
            assertThat(answer(Syscalls.SYS_socket, family)).isEqualTo(Seccomp.SECCOMP_RET_ALLOW);
        }
        for (int family : new int[] {0, Sockets.AF_NETLINK, 17, 38, 40}) {
            assertThat(answer(Syscalls.SYS_socket, family)).isEqualTo(refusal(Errno.EAFNOSUPPORT));
        }
        // The kernel takes an int: what stands in the upper half must not matter.
        assertThat(answer(Syscalls.SYS_socket, (1L << 32) | Sockets.AF_NETLINK)).isEqualTo(refusal(Errno.EAFNOSUPPORT));
    }

    @Test
    void otherAbisAreKilled() {
        assertThat(answer(I386, READ, 0)).isEqualTo(Seccomp.SECCOMP_RET_KILL_PROCESS);
        assertThat(answer(0x40000000 | READ, 0)).isEqualTo(Seccomp.SECCOMP_RET_KILL_PROCESS);
        assertThat(answer(-1, 0)).isEqualTo(Seccomp.SECCOMP_RET_KILL_PROCESS);
    }

    @Test
    void eachRuleHasItsReasonAndACallOneRule() {
        assertThat(SyscallPolicy.RULES)
                .allSatisfy(rule -> assertThat(rule.why()).isNotBlank());
        assertThat(SyscallPolicy.RULES.stream().map(SyscallRule::number)).doesNotHaveDuplicates();
    }
}
