package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Written media in the other sockets, beside the other network cards: each checkpoint, and the operator let in. */
final class MetalVmLong {
    @ParameterizedTest
    @CsvSource({
        "NVME, igb, true",
        "UAS, vmxnet3, false",
        "SATA, e1000, true",
        "VIRTIO, virtio-net-pci, false",
        "USB_3, e1000e, false",
        "USB_2, rtl8139, true"
    })
    void writtenMediumLetsItsOperatorIn(Boot.Socket socket, String card, boolean efi, @TempDir Path directory)
            throws Exception {
        Path image = WrittenBoot.written(directory.resolve("medium.img"), Inputs.credentials());
        Boot.Medium medium =
                new Boot.Medium.Written(image, socket, card, efi ? Optional.of(Inputs.ovmf()) : Optional.empty());
        try (HelloAppliance hello = HelloAppliance.start(medium, UnaryOperator.identity())) {
            for (Checkpoint checkpoint : Checkpoint.all()) {
                hello.appliance().awaitEvent(checkpoint.event(), Appliance.LONG, checkpoint.what());
            }
            hello.helloSucceeds(0);
            assertThat(hello.status().get("data").getAsString()).isEqualTo("memory");
            hello.powersOffByTheOperator();
        }
    }
}
