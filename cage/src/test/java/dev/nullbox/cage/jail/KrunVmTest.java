package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.linux.Errno;
import dev.nullbox.protocol.Message;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KrunVmTest {
    private static final Set<String> KRUN_1 = Set.of("krun_create_ctx", "krun_set_root");
    private static final Message SPEC = Message.of(
            JailSpec.KRUN_LOG_LEVEL.is(1L),
            VmSpec.ROOT.is("/agent"),
            JailSpec.VM.is(Message.of(
                    VmConfig.VCPUS.is(2L),
                    VmConfig.MEMORY_MIB.is(256L),
                    VmConfig.COMMAND.is(List.of("/bin/agent", "--flag", "x")),
                    VmConfig.ENV.is(List.of("A=b")),
                    VmConfig.PORTS.is(List.of()))));

    @Test
    void configuresInOrderAndStartsNothing() throws Exception {
        FakeKrun krun = new FakeKrun(KRUN_1, "", 0);
        KrunVm vm = KrunVm.configure(krun, SPEC);
        assertThat(krun.calls())
                .containsExactly(
                        "set_log_level 1",
                        "create_ctx ",
                        "set_vm_config [7, 2, 256]",
                        "set_root [7, /agent]",
                        "set_port_map [7, []]",
                        "set_workdir [7, /]",
                        "set_exec [7, /bin/agent, [--flag, x], [A=b]]");
        assertThatThrownBy(vm::start).isInstanceOf(KrunVm.KrunException.class);
        assertThat(krun.calls()).endsWith("start_enter 7");
    }

    @Test
    void givesTheRootByVirtiofsWhereThereIsNoSetRoot() throws Exception {
        FakeKrun krun = new FakeKrun(Set.of("krun_create_ctx", "krun_add_virtiofs3"), "", 0);
        KrunVm.configure(krun, SPEC);
        assertThat(krun.calls())
                .contains("add_virtiofs3 [7, /dev/root, /agent, 0, false]")
                .noneMatch(call -> call.startsWith("set_root"));
    }

    @Test
    void refusesALibraryThatCannotBeGivenARoot() {
        FakeKrun krun = new FakeKrun(Set.of("krun_create_ctx"), "", 0);
        assertThatThrownBy(() -> KrunVm.configure(krun, SPEC))
                .isInstanceOf(KrunVm.KrunException.class)
                .hasMessageContaining("krun_set_root")
                .hasMessageContaining("krun_add_virtiofs3");
    }

    @Test
    void namesTheMissingSymbol() {
        FakeKrun krun = new FakeKrun(Set.of(), "", 0);
        assertThatThrownBy(() -> KrunVm.configure(krun, SPEC))
                .isInstanceOf(KrunVm.KrunException.class)
                .hasMessageContaining("krun_create_ctx");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set_log_level",
                "create_ctx",
                "set_vm_config",
                "set_root",
                "set_port_map",
                "set_workdir",
                "set_exec"
            })
    void stopsAtTheFirstRefusal(String failing) {
        FakeKrun krun = new FakeKrun(KRUN_1, failing, Errno.EINVAL);
        assertThatThrownBy(() -> KrunVm.configure(krun, SPEC))
                .isInstanceOf(KrunVm.KrunException.class)
                .hasMessageContaining("krun_" + failing)
                .hasMessageContaining("EINVAL");
        assertThat(krun.calls().getLast()).startsWith(failing);
    }

    @Test
    void saysWhyTheStartFailed() throws Exception {
        FakeKrun krun = new FakeKrun(KRUN_1, "start_enter", Errno.ENOMEM);
        KrunVm vm = KrunVm.configure(krun, SPEC);
        assertThatThrownBy(vm::start)
                .isInstanceOf(KrunVm.KrunException.class)
                .hasMessageContaining("krun_start_enter")
                .hasMessageContaining("ENOMEM");
    }
}
