package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.linux.Bpf;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The list as data. In the kernel: VmmFilterIT. */
class VmmPolicyTest {
    @Test
    void eachCallHasOneLineWithItsReason() {
        assertThat(VmmPolicy.CALLS.stream().map(VmmCall::number)).doesNotHaveDuplicates();
        assertThat(VmmPolicy.CALLS).allSatisfy(call -> assertThat(call.why()).isNotBlank());
    }

    /** What no test reaches says where it is called. */
    @Test
    void unseenLinesNameTheirSource() {
        assertThat(VmmPolicy.CALLS.stream()
                        .filter(call -> call instanceof VmmCall.Allowed allowed && !allowed.isSeen()))
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.why()).matches(".*(\\.rs|\\.c|vDSO|kernel).*"));
    }

    @Test
    void theFirstStageRefusesNothingOfIt() {
        assertThat(VmmPolicy.CALLS.stream()
                        .filter(VmmCall.Allowed.class::isInstance)
                        .map(VmmCall::number))
                .doesNotContainAnyElementsOf(SyscallPolicy.RULES.stream()
                        .filter(SyscallRule.Never.class::isInstance)
                        .map(SyscallRule::number)
                        .toList());
    }

    @Test
    void theProgramIsFarBelowTheKernelsLimit() {
        assertThat(VmmFilter.compile(VmmPolicy.CALLS).length / 8).isBetween(150, Bpf.BPF_MAXINSNS / 8);
    }

    @Test
    void aLineOfARuntimeThatIsNoneIsRefused() {
        assertThatThrownBy(() -> VmmFilter.parse("10 mprotect: code\nall of them\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("\"all of them\" is not NUMBER NAME: REASON");
    }
}
