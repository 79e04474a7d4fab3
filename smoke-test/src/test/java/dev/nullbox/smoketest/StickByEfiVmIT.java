package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A stick in a USB 3 port, by EFI firmware; from it the appliance is installed on a disk, which then boots by itself. */
final class StickByEfiVmIT extends WrittenBoot {
    private static final long DISK_BYTES = 2L << 30;

    private final Path disk = Files.createTempFile("installed", ".img");

    StickByEfiVmIT() throws IOException, InterruptedException {
        super(Boot.Socket.USB_3, "e1000e", true);
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(DISK_BYTES);
        }
    }

    @Override
    Boot change(Boot boot) {
        return boot.withDataDisk(disk);
    }

    @AfterAll
    void deleteTheDisk() throws IOException {
        Files.delete(disk);
    }

    @Order(3)
    @Test
    void theOperatorInstallsItOnADisk() throws Exception {
        Nullctl nullctl = hello().nullctl();
        Nullctl.Result list = nullctl.run("disk", "list");
        assertThat(list.code()).as(list.errors()).isZero();
        assertThat(list.output()).containsPattern("sda .*runs from it").containsPattern("vda +2.0 GiB");
        Nullctl.Result unsure = nullctl.run("disk", "install", "vda");
        assertThat(unsure.code()).isNotZero();
        assertThat(unsure.errors()).contains("2.0 GiB, no partitions", "--yes");
        Nullctl.Result wrong = nullctl.run("disk", "install", "sda", "--yes");
        assertThat(wrong.code()).isNotZero();
        assertThat(wrong.errors()).contains("DISK_IN_USE", "the appliance runs from it");
        Nullctl.Result installed = nullctl.run("disk", "install", "vda", "--yes");
        assertThat(installed.code()).as(installed.errors()).isZero();
        assertThat(installed.output()).contains("vda is installed");
    }

    @Order(5)
    @Test
    void theDiskBootsByItselfAndKeepsState() throws Exception {
        Boot.Medium medium = new Boot.Medium.Written(disk, Boot.Socket.NVME, "igb", Optional.of(Inputs.ovmf()));
        try (HelloAppliance hello = HelloAppliance.start(medium, UnaryOperator.identity())) {
            hello.helloSucceeds(0);
            assertThat(hello.status().get("data").getAsString()).startsWith("xfs on /dev/nvme0n1p");
            hello.powersOffByTheOperator();
        }
    }
}
