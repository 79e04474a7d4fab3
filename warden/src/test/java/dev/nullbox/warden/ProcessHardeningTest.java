package dev.nullbox.warden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.SyscallException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessHardeningTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void readsBackThatNobodyElseSeesIt() throws Exception {
        FakeLibc libc = new FakeLibc();
        new ProcessHardening(libc, directory).hide();
        assertThat(libc.calls()).containsExactly("setrlimit(4, 0, 0)", "prctl(4, 0, 0, 0, 0)", "prctl(3, 0, 0, 0, 0)");
        assertThatThrownBy(() ->
                        new ProcessHardening(new FakeLibc().returns("prctl", 0).returns("prctl", 1), directory).hide())
                .hasMessageContaining("had no effect");
        for (int call = 1; call <= 3; call++) {
            FakeLibc refusing = new FakeLibc().failCall(call, 1);
            assertThatThrownBy(() -> new ProcessHardening(refusing, directory).hide())
                    .isInstanceOf(SyscallException.class);
        }
    }

    @Test
    void locksOnlyWhereNothingCanFailForIt() throws Exception {
        FakeLibc libc = new FakeLibc();
        Path limits = directory.resolve("limits");
        Files.writeString(limits, "Max open files 1 1 files\nMax locked memory 8388608 8388608 bytes\n");
        assertThat(new ProcessHardening(libc, limits).lock()).isPresent();
        assertThat(libc.calls()).isEmpty();
        Files.writeString(limits, "Max locked memory unlimited unlimited bytes\n");
        assertThat(new ProcessHardening(libc, limits).lock()).isEmpty();
        assertThat(libc.calls()).containsExactly("mlockall(7)");
        assertThat(new ProcessHardening(new FakeLibc().fails("mlockall", 12), limits).lock())
                .contains("mlockall failed with errno 12");
    }
}
