package dev.nullbox.nulld.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Devices on PCI and the functions of devices on USB, with their drivers.
 *
 * <p>Source: Documentation/ABI/testing/sysfs-bus-pci and sysfs-bus-usb; classes: the PCI Code and ID Assignment
 * Specification, and the USB-IF's defined class codes.
 */
public final class Hardware {
    /** Devices of one answer: a machine with more of them has been told enough. */
    static final int MOST = 256;
    /** Lines on the console. */
    static final int MOST_LINES = 16;

    private static final int USB_CONTROLLER = 0x0c03;

    private Hardware() {}

    /**
     * Device, or function of one.
     *
     * @param kind what it is for, by its class
     * @param needed whether it is for disks or networks, which an appliance cannot do without
     * @param id maker and product, as people look it up: {@code "8086:1592"}
     * @param bus {@code "pci"} or {@code "usb"}
     * @param slot its name on the bus: {@code "0000:01:00.0"}, {@code "1-2:1.0"}
     * @param driver empty for none
     */
    public record Device(String kind, boolean needed, String id, String bus, String slot, Optional<String> driver) {}

    private record Kind(String name, boolean needed) {}

    /**
     * All devices, those without a driver first.
     *
     * @param root {@code /}
     */
    public static List<Device> all(Path root) {
        return Stream.concat(pci(root), usb(root))
                .sorted(Comparator.comparing(device -> device.driver().isPresent()))
                .limit(MOST)
                .toList();
    }

    /**
     * Devices for disks and networks without a driver, each as a line: {@code "network card 8086:1592 (PCI
     * 0000:01:00.0)"}.
     *
     * @param root {@code /}
     */
    public static List<String> withoutDriver(Path root) {
        return all(root).stream()
                .filter(device -> device.needed() && device.driver().isEmpty())
                .limit(MOST_LINES)
                .map(device -> device.kind() + " " + device.id() + " ("
                        + (device.bus().equals("pci") ? "PCI " : "USB ") + device.slot() + ")")
                .toList();
    }

    private static Stream<Device> pci(Path root) {
        return entries(root.resolve("sys/bus/pci/devices")).stream().map(device -> {
            Kind kind = pciKind(number(device.resolve("class")));
            return new Device(
                    kind.name(),
                    kind.needed(),
                    id(device, "vendor", "device"),
                    "pci",
                    String.valueOf(device.getFileName()),
                    driver(device));
        });
    }

    /** Functions of devices. Of a device's directory, 1-2, that of a function, 1-2:1.0, is one below it; both are listed. */
    private static Stream<Device> usb(Path root) {
        List<Device> found = new ArrayList<>();
        for (Path part : entries(root.resolve("sys/bus/usb/devices"))) {
            String name = String.valueOf(part.getFileName());
            int colon = name.indexOf(':');
            if (colon > 0) {
                Path device = part.resolveSibling(name.substring(0, colon));
                Kind kind = usbKind(number(part.resolve("bInterfaceClass")));
                found.add(new Device(
                        kind.name(), kind.needed(), id(device, "idVendor", "idProduct"), "usb", name, driver(part)));
            }
        }
        return found.stream();
    }

    private static Kind pciKind(int type) {
        return switch (type >> 16) {
            case 0x01 -> new Kind("disk controller", true);
            case 0x02 -> new Kind("network card", true);
            case 0x03 -> new Kind("graphics card", false);
            case 0x04 -> new Kind("sound or video device", false);
            case 0x05 -> new Kind("memory controller", false);
            case 0x06 -> new Kind("bridge", false);
            case 0x07 -> new Kind("serial or parallel port", false);
            case 0x08 -> new Kind("part of the board", false);
            case 0x0d -> new Kind("wireless card", true);
            default ->
                type >> 8 == USB_CONTROLLER
                        ? new Kind("USB controller", true)
                        : new Kind("device of class " + String.format("%06x", type), false);
        };
    }

    private static Kind usbKind(int type) {
        return switch (type) {
            case 0x02 -> new Kind("network card or modem", true);
            case 0x03 -> new Kind("keyboard or the like", false);
            case 0x08 -> new Kind("USB disk", true);
            case 0x09 -> new Kind("hub", false);
            case 0x0a -> new Kind("data of a modem", false);
            case 0xe0 -> new Kind("wireless device", true);
            case 0xff -> new Kind("device of its maker's own kind", true);
            default -> new Kind("device of class " + String.format("%02x", type), false);
        };
    }

    /** Name of the driver that a link leads to. */
    private static Optional<String> driver(Path device) {
        try {
            return Optional.of(
                    String.valueOf(device.resolve("driver").toRealPath().getFileName()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static List<Path> entries(Path directory) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (IOException e) {
            return List.of();
        }
        found.sort(null);
        return found;
    }

    private static String id(Path device, String vendor, String product) {
        return String.format("%04x:%04x", number(device.resolve(vendor)), number(device.resolve(product)));
    }

    /** A hexadecimal number with or without 0x, as the kernel has it in its files; 0 when there is none. */
    private static int number(Path file) {
        try {
            String text = Files.readString(file).strip();
            return Integer.parseInt(text.startsWith("0x") ? text.substring(2) : text, 16);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
