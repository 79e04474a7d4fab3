package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Written media in the other sockets, beside the other network cards: each checkpoint, and the operator let in. */
final class MetalVmLong {
    private static final int DATA_MIB = 8 << 10;

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

    @ParameterizedTest
    @CsvSource({"disk.img, NVME, igb, true", "disk.qcow2, SATA, e1000, false"})
    void diskKeepsItsStateAndItsCertificates(
            String file, Boot.Socket socket, String card, boolean efi, @TempDir Path directory) throws Exception {
        Path disk = directory.resolve(file);
        List<String> arguments = new ArrayList<>(List.of("nullbox.events=ttyS1"));
        arguments.addAll(Inputs.accelerator().kernelArguments());
        DataDisk.run(List.of(
                "/usr/bin/env",
                "NB_KERNEL=" + Inputs.kernel().getParent(),
                "NB_IMAGE=" + Inputs.root().getParent(),
                "NB_KERNEL_ARGS=" + String.join(" ", arguments),
                Inputs.diskImageMaker().toString(),
                disk.toString(),
                Inputs.credentials().toString(),
                String.valueOf(DATA_MIB)));
        Boot.Medium medium =
                new Boot.Medium.Written(disk, socket, card, efi ? Optional.of(Inputs.ovmf()) : Optional.empty());
        servesFromTheDisk(medium, true);
        servesFromTheDisk(medium, false);
    }

    /** Boots it; its certificates are new to the data partition, or are there from the boot before. */
    private static void servesFromTheDisk(Boot.Medium medium, boolean first) throws Exception {
        try (HelloAppliance hello = HelloAppliance.start(medium, UnaryOperator.identity())) {
            hello.helloSucceeds(0);
            assertThat(hello.status().get("data").getAsString()).startsWith("xfs on /dev/");
            String kept = "kept server.p12 on the data partition by the boot medium's";
            assertThat(hello.appliance().console().contains(kept)).isEqualTo(first);
            hello.powersOffByTheOperator();
        }
    }
}
