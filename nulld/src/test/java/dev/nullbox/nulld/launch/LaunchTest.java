package dev.nullbox.nulld.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.nulld.linux.Accounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchTest {
    private static final Accounts ACCOUNTS = new Accounts(
            List.of("root:x:0:0::/:/none", "egress:x:101:101::/:/none"), List.of("kvm:x:36:", "egress:x:101:"));
    private static final LaunchPlan PLAN = LaunchPlan.parse(List.of(
            "--user", "egress", "--groups", "kvm", "--caps", "CAP_NET_ADMIN", "--no-new-privs", "--", "/sbin/x", "a"));
    private static final String TOOK = """
            Uid:\t101\t101\t101\t101
            Gid:\t101\t101\t101\t101
            Groups:\t36
            CapInh:\t0000000000001000
            CapPrm:\t0000000000001000
            CapEff:\t0000000000001000
            CapBnd:\t0000000000001000
            CapAmb:\t0000000000001000
            NoNewPrivs:\t1
            """;

    @TempDir
    private Path directory;

    private Path status = Path.of("/");

    @BeforeEach
    void status() throws IOException {
        status = directory.resolve("status");
        Files.writeString(status, TOOK);
    }

    @Test
    void dropsEverythingBeforeItExecutes() {
        FakeLibc libc = new FakeLibc();
        assertThat(catchThrowable(() -> new Launch(libc, ACCOUNTS, status).run(PLAN, List.of("A=b"))))
                .isNull();
        assertThat(libc.calls("setgroups")).containsExactly("setgroups([36])");
        assertThat(libc.calls("setresuid")).containsExactly("setresuid(101, 101, 101)");
        assertThat(libc.calls()).doesNotContain("prctl(24, 12, 0, 0, 0)").contains("prctl(24, 21, 0, 0, 0)");
        assertThat(libc.calls().getLast()).isEqualTo("execve(/sbin/x, [/sbin/x, a], [A=b])");
    }

    @Test
    void everyFailingSystemCallRefuses() {
        FakeLibc healthy = new FakeLibc();
        var _ = catchThrowable(() -> new Launch(healthy, ACCOUNTS, status).run(PLAN, List.of()));
        for (int call = 1; call <= healthy.calls().size(); call++) {
            FakeLibc failing = new FakeLibc().failCall(call, Errno.EPERM);
            assertThatThrownBy(() -> new Launch(failing, ACCOUNTS, status).run(PLAN, List.of()))
                    .as("call %d: %s", call, failing.calls())
                    .isInstanceOf(Launch.Refused.class);
            boolean last = call == healthy.calls().size();
            assertThat(failing.calls("execve")).hasSize(last ? 1 : 0);
        }
    }

    @Test
    void refusesWhenTheKernelSaysOtherwise() throws IOException {
        Files.writeString(status, TOOK.replace("NoNewPrivs:\t1", "NoNewPrivs:\t0"));
        FakeLibc libc = new FakeLibc();
        assertThatThrownBy(() -> new Launch(libc, ACCOUNTS, status).run(PLAN, List.of()))
                .hasMessageContaining("NoNewPrivs is 0, not 1");
        assertThat(libc.calls("execve")).isEmpty();
    }

    @Test
    void saysThatTheProgramIsMissing() {
        FakeLibc libc = new FakeLibc().fails("execve", Errno.ENOENT);
        assertThatThrownBy(() -> new Launch(libc, ACCOUNTS, status).run(PLAN, List.of()))
                .hasMessageContaining("/sbin/x")
                .hasMessageContaining("the image lacks it")
                .satisfies(e -> assertThat(((Launch.Refused) e).exitCode()).isEqualTo(127));
    }

    @Test
    void readsItsOwnArgumentsBack() {
        assertThat(LaunchPlan.parse(PLAN.arguments())).isEqualTo(PLAN);
    }

    /** The runtime took warden's -Xmx for launch's own, and warden had too small a heap to open a vault. */
    @Test
    void keepsRuntimeOptionsOfTheProgramFromItsOwnRuntime() {
        LaunchPlan plan = new LaunchPlan(
                "warden", List.of(), List.of(), true, Optional.empty(), List.of("/sbin/warden", "-Xmx192m", "word"));
        assertThat(plan.arguments()).noneMatch(word -> word.startsWith("-X"));
        assertThat(LaunchPlan.parse(plan.arguments())).isEqualTo(plan);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> LaunchPlan.parse(List.of("--user", "x", "--caps", "CAP_FLY", "--", "/x")))
                .hasMessageContaining("CAP_FLY");
        assertThatThrownBy(() -> LaunchPlan.parse(List.of("--user", "x", "--", "x")))
                .hasMessageContaining("absolute path");
        assertThatThrownBy(() -> LaunchPlan.parse(List.of("--", "/x"))).hasMessageContaining("--user is missing");
        assertThatThrownBy(() -> LaunchPlan.parse(List.of("--wings", "2", "--", "/x")))
                .hasMessageContaining("--wings");
    }
}
