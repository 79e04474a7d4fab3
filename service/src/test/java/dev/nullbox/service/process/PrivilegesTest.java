package dev.nullbox.service.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Capabilities;
import dev.nullbox.natives.linux.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrivilegesTest {
    private static final Privileges EGRESS =
            new Privileges(101, 101, List.of(36), Capabilities.mask(Capabilities.CAP_NET_ADMIN), true);
    private static final Privileges JAIL = new Privileges(10_001, 10_001, List.of(36), 0, true);
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

    private List<String> differences(Privileges privileges, String status) throws IOException {
        return privileges.differences(Privileges.status(Files.writeString(directory.resolve("status"), status)));
    }

    @Test
    void dropsAllButWhatIsKept() throws SyscallException {
        FakeLibc libc = new FakeLibc();
        EGRESS.assume(libc);
        assertThat(libc.calls("setgroups")).containsExactly("setgroups([36])");
        assertThat(libc.calls("setresgid")).containsExactly("setresgid(101, 101, 101)");
        assertThat(libc.calls("setresuid")).containsExactly("setresuid(101, 101, 101)");
        assertThat(libc.calls()).doesNotContain("prctl(24, 12, 0, 0, 0)").contains("prctl(24, 21, 0, 0, 0)");
        assertThat(libc.calls())
                .as("ambient: cleared, one raised")
                .contains("prctl(47, 4, 0, 0, 0)", "prctl(47, 2, 12, 0, 0)");
        assertThat(libc.calls().getLast()).as("no_new_privs").isEqualTo("prctl(38, 1, 0, 0, 0)");
    }

    @Test
    void keepsNothingOfWhatIsNotNamed() throws SyscallException {
        FakeLibc libc = new FakeLibc();
        JAIL.assume(libc);
        for (int number = 0; number <= Capabilities.CAP_LAST_CAP; number++) {
            assertThat(libc.calls()).contains("prctl(24, " + number + ", 0, 0, 0)");
        }
        assertThat(libc.calls("prctl")).noneMatch(call -> call.startsWith("prctl(47, 2,"));
    }

    @Test
    void everyFailingCallIsAFailure() throws SyscallException {
        for (Privileges privileges : List.of(EGRESS, JAIL)) {
            FakeLibc healthy = new FakeLibc();
            privileges.assume(healthy);
            for (int call = 1; call <= healthy.calls().size(); call++) {
                FakeLibc failing = new FakeLibc().failCall(call, Errno.EPERM);
                assertThatThrownBy(() -> privileges.assume(failing))
                        .as(healthy.calls().get(call - 1))
                        .isInstanceOf(SyscallException.class);
                assertThat(failing.calls()).hasSize(call);
            }
        }
    }

    /** A kernel says EINVAL for a capability that it does not know; for one that it must know that is a failure. */
    @Test
    void theKernelsLastCapabilityEndsTheBoundingSet() throws SyscallException {
        int beyond = Capabilities.CAP_LAST_CAP + 2;
        FakeLibc newer = new FakeLibc().failCall(beyond + 1, Errno.EINVAL);
        JAIL.assume(newer);
        assertThat(newer.calls()).contains("prctl(24, " + beyond + ", 0, 0, 0)");
        assertThat(newer.calls()).doesNotContain("prctl(24, " + (beyond + 1) + ", 0, 0, 0)");
        FakeLibc lacking = new FakeLibc().failCall(Capabilities.CAP_LAST_CAP + 1, Errno.EINVAL);
        assertThatThrownBy(() -> JAIL.assume(lacking)).hasMessageContaining("PR_CAPBSET_DROP 40");
    }

    @Test
    void seesThatAllTook() throws IOException {
        assertThat(differences(EGRESS, TOOK)).isEmpty();
        Privileges root = new Privileges(0, 0, List.of(5, 4, 5), 1L << 40 | 1, false);
        assertThat(differences(root, """
                Uid:\t0\t0\t0\t0
                Gid:\t0\t0\t0\t0
                Groups:\t4 5\s
                CapInh:\t0000010000000001
                CapPrm:\t0000010000000001
                CapEff:\t0000010000000001
                CapBnd:\t0000010000000001
                CapAmb:\t0000000000000000
                NoNewPrivs:\t0
                """)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"})
    void seesThatOneIsWrongOrAbsent(String field) throws IOException {
        assertThat(differences(EGRESS, TOOK.replace(field + ":\t", field + ":\t8")))
                .singleElement()
                .asString()
                .startsWith(field + " is 8");
        assertThat(differences(EGRESS, TOOK.replace(field + ":", "X:")))
                .singleElement()
                .asString()
                .startsWith(field + " is absent");
    }

    @Test
    void readsTheStatusOfARealThread() throws IOException {
        assertThat(Privileges.status(Path.of("/proc/thread-self/status")))
                .containsKeys("Uid", "CapBnd", "NoNewPrivs", "Seccomp");
    }
}
