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
    private static final Set<String> KRUN_1 = Set.of("krun_create_ctx", "krun_set_kernel");
    private static final Message SPEC = Message.of(
            JailSpec.KRUN_LOG_LEVEL.is(1L),
            JailSpec.VM.is(Message.of(
                    VmConfig.VCPUS.is(2L),
                    VmConfig.MEMORY_MIB.is(256L),
                    VmConfig.SLOT.is(258L),
                    VmConfig.DISKS.is(List.of(disk("root", true), disk("layer", false))))));

    private static Message disk(String id, boolean isReadOnly) {
        return Message.of(
                VmConfig.DISK_ID.is(id), VmConfig.HOST_PATH.is("/data/" + id), VmConfig.READ_ONLY.is(isReadOnly));
    }

    @Test
    void configuresInOrderAndStartsNothing() throws Exception {
        FakeKrun krun = new FakeKrun(KRUN_1, "", 0);
        KrunVm vm = KrunVm.configure(krun, SPEC);
        assertThat(krun.calls())
                .containsExactly(
                        "set_log_level 1",
                        "create_ctx ",
                        "set_vm_config [7, 2, 256]",
                        "set_kernel [7, /usr/lib/nullbox/guest/vmlinux, 1, null, console=hvc0 quiet panic=-1 reboot=k"
                                + " root=/dev/vda rootfstype=erofs ro init=/init swiotlb=noforce]",
                        "add_disk [7, root, /disks/root, true]",
                        "add_disk [7, layer, /disks/layer, false]",
                        "add_net_tap [7, tap0, 026e62000102, 6531, 0]",
                        "add_vsock_port2 [7, 7000, /control/guest.sock, false]");
        assertThatThrownBy(vm::start).isInstanceOf(KrunVm.KrunException.class);
        assertThat(krun.calls()).endsWith("start_enter 7");
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
                "set_kernel",
                "add_disk",
                "add_net_tap",
                "add_vsock_port2"
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
