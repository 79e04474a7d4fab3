package dev.nullbox.nulld.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** PCI and USB devices that carry disks or networks and that no driver of this kernel has taken. */
public final class Hardware {
    /** Lines of one answer: a machine with more of them has been told enough. */
    static final int MOST = 16;

    private static final int STORAGE = 0x01;
    private static final int NETWORK = 0x02;
    private static final int WIRELESS = 0x0d;
    private static final int USB_CONTROLLER = 0x0c03;
    private static final int USB_COMMUNICATION = 0x02;
    private static final int USB_STORAGE = 0x08;
    private static final int USB_WIRELESS = 0xe0;
    private static final int USB_OF_ITS_MAKER = 0xff;

    private Hardware() {}

    /**
     * Devices without a driver, each as people look it up: {@code "network card 8086:1592 (PCI 0000:01:00.0)"}.
     *
     * @param root {@code /}
     */
    public static List<String> withoutDriver(Path root) {
        List<String> found = new ArrayList<>();
        for (Path device : undriven(root.resolve("sys/bus/pci/devices"))) {
            pciKind(number(device.resolve("class")))
                    .ifPresent(kind -> found.add(
                            kind + " " + id(device, "vendor", "device") + " (PCI " + device.getFileName() + ")"));
        }
        for (Path part : undriven(root.resolve("sys/bus/usb/devices"))) {
            // Of a device's directory, 1-2, a function's, 1-2:1.0, is one below it; both stand in this list.
            String name = String.valueOf(part.getFileName());
            int colon = name.indexOf(':');
            if (colon > 0) {
                Path device = part.resolveSibling(name.substring(0, colon));
                usbKind(number(part.resolve("bInterfaceClass")))
                        .ifPresent(kind ->
                                found.add(kind + " " + id(device, "idVendor", "idProduct") + " (USB " + name + ")"));
            }
        }
        return found.subList(0, Math.min(found.size(), MOST));
    }

    private static Optional<String> pciKind(int type) {
        return switch (type >> 16) {
            case STORAGE -> Optional.of("disk controller");
            case NETWORK -> Optional.of("network card");
            case WIRELESS -> Optional.of("wireless card");
            default -> type >> 8 == USB_CONTROLLER ? Optional.of("USB controller") : Optional.empty();
        };
    }

    private static Optional<String> usbKind(int type) {
        return switch (type) {
            case USB_STORAGE -> Optional.of("USB disk");
            case USB_COMMUNICATION -> Optional.of("network card or modem");
            case USB_WIRELESS -> Optional.of("wireless device");
            case USB_OF_ITS_MAKER -> Optional.of("device of its maker's own kind");
            default -> Optional.empty();
        };
    }

    private static List<Path> undriven(Path directory) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (!Files.exists(entry.resolve("driver"))) {
                    found.add(entry);
                }
            }
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
