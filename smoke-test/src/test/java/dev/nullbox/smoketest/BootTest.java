package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class BootTest {
    private static final Boot.Medium DIRECT = new Boot.Medium.Direct(Path.of("/k"), Path.of("/i"), Path.of("/r"));

    private static List<String> command(Boot boot) {
        return boot.command(Path.of("/qemu"), Path.of("/credentials"), Path.of("/boot"), 1234);
    }

    @Test
    void theRootIsAReadOnlyDisk() {
        assertThat(command(Boot.of(DIRECT, Accelerator.TCG)))
                .startsWith("/qemu", "-M", "q35")
                .containsSequence("-drive", "if=none,id=root,format=raw,file=/r,readonly=on")
                .containsSequence(
                        "-append",
                        "console=ttyS0 quiet kvm_amd.nested=0 kvm_intel.nested=0 nullbox.events=ttyS1 no_timer_check")
                .contains("name=opt/nullbox/server.p12,file=/credentials/server.p12");
    }

    @Test
    void theTestsServersAppearInTheAppliancesNetwork() throws IOException {
        try (TestServer server = TestServer.start("hi")) {
            assertThat(command(Boot.of(DIRECT, Accelerator.KVM).withServer(7001, server)))
                    .contains("user,id=net,hostfwd=tcp:127.0.0.1:1234-:7443,guestfwd=tcp:10.0.2.100:7001"
                            + "-cmd:/bin/bash /boot/relay.sh " + server.port());
        }
    }

    @Test
    void efiFirmwareHasVariablesOfItsOwn() {
        Boot.Medium medium = new Boot.Medium.EfiCdRom(Path.of("/iso"), Path.of("/ovmf"));
        assertThat(command(Boot.of(medium, Accelerator.TCG)))
                .contains("if=pflash,format=raw,file=/ovmf/OVMF_CODE.fd,readonly=on")
                .contains("if=pflash,format=raw,file=/boot/OVMF_VARS.fd");
    }

    @Test
    void writtenMediumIsAllThatAMachineHas() {
        Boot.Medium medium =
                new Boot.Medium.Written(Path.of("/stick"), Boot.Socket.UAS, "igb", Optional.of(Path.of("/ovmf")));
        assertThat(command(Boot.of(medium, Accelerator.TCG)))
                .containsSequence("-device", "igb,netdev=net,romfile=")
                .containsSequence("-drive", "if=none,id=medium,format=raw,file=/stick")
                .containsSequence(
                        "-device",
                        "usb-ehci,id=usb",
                        "-device",
                        "usb-uas,id=uas,bus=usb.0",
                        "-device",
                        "scsi-hd,bus=uas.0,drive=medium,bootindex=1")
                .contains("if=pflash,format=raw,file=/boot/OVMF_VARS.fd")
                .doesNotContain("-fw_cfg");
    }
}
