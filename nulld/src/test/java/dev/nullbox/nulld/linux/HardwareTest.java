package dev.nullbox.nulld.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices with and without a driver, on a tree like /sys. */
class HardwareTest {
    @TempDir
    private Path root;

    private Path device(String bus, String name, String... files) throws IOException {
        Path device = Files.createDirectories(root.resolve("sys/bus/" + bus + "/devices/" + name));
        for (int i = 0; i < files.length; i += 2) {
            Files.writeString(device.resolve(files[i]), files[i + 1] + "\n");
        }
        return device;
    }

    @Test
    void devicesForDisksAndNetworksAreNamed() throws IOException {
        device("pci", "0000:01:00.0", "class", "0x020000", "vendor", "0x8086", "device", "0x1592");
        device("pci", "0000:02:00.0", "class", "0x010400", "vendor", "0x1000", "device", "0x0016");
        device("pci", "0000:03:00.0", "class", "0x0c0330", "vendor", "0x1b36", "device", "0x000d");
        device("usb", "1-2", "idVendor", "0bda", "idProduct", "c811");
        device("usb", "1-2:1.0", "bInterfaceClass", "ff");
        assertThat(Hardware.withoutDriver(root))
                .containsExactly(
                        "network card 8086:1592 (PCI 0000:01:00.0)",
                        "disk controller 1000:0016 (PCI 0000:02:00.0)",
                        "USB controller 1b36:000d (PCI 0000:03:00.0)",
                        "device of its maker's own kind 0bda:c811 (USB 1-2:1.0)");
    }

    @Test
    void devicesWithADriverAndOthersAreNot() throws IOException {
        Path card = device("pci", "0000:01:00.0", "class", "0x020000", "vendor", "0x8086", "device", "0x10d3");
        Files.createDirectories(card.resolve("driver"));
        device("pci", "0000:00:00.0", "class", "0x060000", "vendor", "0x8086", "device", "0x29c0");
        device("pci", "0000:00:02.0", "class", "0x030000", "vendor", "0x1234", "device", "0x1111");
        device("usb", "1-1", "idVendor", "046d", "idProduct", "c31c");
        device("usb", "1-1:1.0", "bInterfaceClass", "0e");
        assertThat(Hardware.withoutDriver(root)).isEmpty();
    }

    @Test
    void machineWithoutBusesAndOneWithManyDevices() throws IOException {
        assertThat(Hardware.withoutDriver(root)).isEmpty();
        for (int i = 0; i < 2 * Hardware.MOST_LINES; i++) {
            device("pci", "0000:01:00." + i, "class", "nonsense");
            device("pci", "0000:02:00." + i, "class", "0x020000");
        }
        assertThat(Hardware.withoutDriver(root))
                .hasSize(Hardware.MOST_LINES)
                .allMatch(line -> line.startsWith("network card 0000:0000 (PCI 0000:02:00."));
    }

    @Test
    void allDevicesAreListedWithTheirDriversThoseWithoutFirst() throws IOException {
        Path card = device("pci", "0000:01:00.0", "class", "0x020000", "vendor", "0x8086", "device", "0x10d3");
        Path driver = Files.createDirectories(root.resolve("sys/bus/pci/drivers/e1000e"));
        Files.createSymbolicLink(card.resolve("driver"), driver);
        device("pci", "0000:00:02.0", "class", "0x030000", "vendor", "0x1234", "device", "0x1111");
        device("pci", "0000:00:03.0", "class", "0x118000", "vendor", "0x1234", "device", "0x2222");
        device("usb", "1-1", "idVendor", "046d", "idProduct", "c31c");
        device("usb", "1-1:1.0", "bInterfaceClass", "0e");
        assertThat(Hardware.all(root))
                .containsExactly(
                        new Hardware.Device(
                                "graphics card", false, "1234:1111", "pci", "0000:00:02.0", Optional.empty()),
                        new Hardware.Device(
                                "device of class 118000", false, "1234:2222", "pci", "0000:00:03.0", Optional.empty()),
                        new Hardware.Device(
                                "device of class 0e", false, "046d:c31c", "usb", "1-1:1.0", Optional.empty()),
                        new Hardware.Device(
                                "network card", true, "8086:10d3", "pci", "0000:01:00.0", Optional.of("e1000e")));
        for (int i = 0; i < 2 * Hardware.MOST; i++) {
            device("pci", "0000:02:00." + i, "class", "0x060000");
        }
        assertThat(Hardware.all(root)).hasSize(Hardware.MOST);
    }
}
