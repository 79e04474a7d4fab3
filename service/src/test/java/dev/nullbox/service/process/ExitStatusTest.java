package dev.nullbox.service.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExitStatusTest {
    @Test
    void readsTheBitsOfAWaitStatus() {
        assertThat(ExitStatus.of(0)).isEqualTo(new ExitStatus.Code(0));
        assertThat(ExitStatus.of(3 << 8)).isEqualTo(new ExitStatus.Code(3));
        assertThat(ExitStatus.of(255 << 8)).isEqualTo(new ExitStatus.Code(255));
        assertThat(ExitStatus.of(9)).isEqualTo(new ExitStatus.Signal(9));
        assertThat(ExitStatus.of(11 | 0x80)).as("with a core").isEqualTo(new ExitStatus.Signal(11));
    }

    @Test
    void successIsExitCodeZeroAlone() {
        assertThat(new ExitStatus.Code(0).isSuccess()).isTrue();
        assertThat(new ExitStatus.Code(1).isSuccess()).isFalse();
        assertThat(new ExitStatus.Signal(15).isSuccess()).isFalse();
        assertThat(new ExitStatus.OutOfMemory(64).isSuccess()).isFalse();
    }

    @Test
    void describesEachEnd() {
        assertThat(new ExitStatus.Code(3).describe()).isEqualTo("exit code 3");
        assertThat(new ExitStatus.Code(127).describe())
                .isEqualTo("exit code 127: its program is missing or cannot be executed");
        assertThat(new ExitStatus.Signal(9).describe()).isEqualTo("signal 9");
        assertThat(new ExitStatus.OutOfMemory(64).describe())
                .isEqualTo("out of memory: killed by the kernel; its limit is 64 MiB");
    }
}
