package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.linux.Bpf;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Seccomp;
import dev.nullbox.service.seccomp.AllowList;
import dev.nullbox.service.seccomp.ListedCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The list as data. In the kernel: VmmFilterIT. */
class VmmPolicyTest {
    @Test
    void eachCallHasOneLineWithItsReason() {
        assertThat(VmmPolicy.CALLS.stream().map(ListedCall::number)).doesNotHaveDuplicates();
        assertThat(VmmPolicy.CALLS).allSatisfy(call -> assertThat(call.why()).isNotBlank());
    }

    /** Calls that no test makes name the source that makes them. */
    @Test
    void unseenLinesNameTheirSource() {
        assertThat(VmmPolicy.CALLS.stream()
                        .filter(call -> call instanceof ListedCall.Allowed allowed && !allowed.isSeen()))
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.why()).matches(".*(\\.rs|\\.c|vDSO|kernel).*"));
    }

    @Test
    void theFirstStageRefusesNothingOfIt() {
        assertThat(VmmPolicy.CALLS.stream()
                        .filter(ListedCall.Allowed.class::isInstance)
                        .map(ListedCall::number))
                .doesNotContainAnyElementsOf(SyscallPolicy.RULES.stream()
                        .filter(SyscallRule.Never.class::isInstance)
                        .map(SyscallRule::number)
                        .toList());
    }

    @Test
    void theProgramIsFarBelowTheKernelsLimit() {
        assertThat(AllowList.compile(VmmPolicy.CALLS).length / 8).isBetween(150, Bpf.BPF_MAXINSNS / 8);
    }

    /** Not a thread of it, which would leave the others running, and not a refusal, which would let it try the next. */
    @Test
    void unlistedCallKillsTheWholeProcess() {
        ByteBuffer program = ByteBuffer.wrap(AllowList.compile(VmmPolicy.CALLS)).order(ByteOrder.LITTLE_ENDIAN);
        List<Integer> answers = new ArrayList<>();
        while (program.hasRemaining()) {
            int code = program.getShort();
            program.getShort();
            int operand = program.getInt();
            if (code == (Bpf.BPF_RET | Bpf.BPF_K)) {
                answers.add(operand);
            }
        }
        assertThat(answers).endsWith(Seccomp.SECCOMP_RET_KILL_PROCESS);
        assertThat(Set.copyOf(answers))
                .containsExactlyInAnyOrder(
                        Seccomp.SECCOMP_RET_KILL_PROCESS,
                        Seccomp.SECCOMP_RET_ALLOW,
                        Seccomp.SECCOMP_RET_ERRNO | Errno.ENOSYS);
    }

    @Test
    void aLineOfARuntimeThatIsNoneIsRefused() {
        assertThatThrownBy(() -> AllowList.parse("calls", "10 mprotect: code\nall of them\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("\"all of them\" is not NUMBER NAME: REASON");
    }
}
