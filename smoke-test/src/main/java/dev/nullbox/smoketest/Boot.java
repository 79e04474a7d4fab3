package dev.nullbox.smoketest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Specification of a boot.
 *
 * @param medium where kernel and root come from
 * @param processor QEMU's arguments for accelerator and processors
 * @param memoryMib of the appliance
 * @param dataDisk a disk with the partition nullbox-data
 * @param network the first three numbers of QEMU's own network: this machine is 2 in it, the test's servers are 100
 * @param guestForwards forwards at 100: port there to TCP port on this machine's loopback
 * @param kernelArguments added to the usual ones
 */
record Boot(
        Medium medium,
        List<String> processor,
        int memoryMib,
        Optional<Path> dataDisk,
        String network,
        Map<Integer, Integer> guestForwards,
        List<String> kernelArguments) {
    /** QEMU's own choice. */
    private static final String USUAL_NETWORK = "10.0.2";

    /** Source of kernel and root. */
    sealed interface Medium {
        /** Kernel and initramfs by QEMU, the root on a virtio disk. */
        record Direct(Path kernel, Path initramfs, Path root) implements Medium {}

        /** The ISO as it is on a SATA disk, by the BIOS. */
        record BiosDisk(Path iso) implements Medium {}

        /** The ISO on a CD-ROM, by EFI firmware; the directory holds OVMF_CODE.fd and OVMF_VARS.fd. */
        record EfiCdRom(Path iso, Path firmware) implements Medium {}

        /**
         * A medium as {@code ./nullbox write} makes it, in a machine that has nothing of QEMU's own: no credentials by
         * fw_cfg, no virtio card.
         *
         * @param socket socket that the medium is plugged into
         * @param card QEMU's name of the network card
         * @param firmware the directory with OVMF_CODE.fd and OVMF_VARS.fd; without it the BIOS boots
         */
        record Written(Path image, Socket socket, String card, Optional<Path> firmware) implements Medium {}

        /** The directory of the EFI firmware, unless the BIOS boots. */
        default Optional<Path> efi() {
            return switch (this) {
                case Direct _, BiosDisk _ -> Optional.empty();
                case EfiCdRom(var _, var firmware) -> Optional.of(firmware);
                case Written(var _, var _, var _, var firmware) -> firmware;
            };
        }
    }

    /** Socket for a medium, as QEMU's devices with blanks between; the last one is the disk. */
    enum Socket {
        /** A USB 3 port, bulk-only transport. */
        USB_3("qemu-xhci,id=usb usb-storage,bus=usb.0,removable=on"),
        /** A USB 2 port. */
        USB_2("usb-ehci,id=usb usb-storage,bus=usb.0,removable=on"),
        /** USB Attached SCSI, at a USB 2 port: SeaBIOS and EDK II boot from none at USB 3. */
        UAS("usb-ehci,id=usb usb-uas,id=uas,bus=usb.0 scsi-hd,bus=uas.0"),
        SATA("ide-hd"),
        NVME("nvme,serial=nullbox"),
        VIRTIO("virtio-blk-pci");

        private final String devices;

        Socket(String devices) {
            this.devices = devices;
        }

        private List<String> with(Path image) {
            String format = image.toString().endsWith(".qcow2") ? "qcow2" : "raw";
            List<String> words =
                    new ArrayList<>(List.of("-drive", "if=none,id=medium,format=" + format + ",file=" + image));
            for (String device : (devices + ",drive=medium,bootindex=1").split(" ", -1)) {
                words.addAll(List.of("-device", device));
            }
            return words;
        }
    }

    Boot {
        processor = List.copyOf(processor);
        guestForwards = Map.copyOf(guestForwards);
        kernelArguments = List.copyOf(kernelArguments);
    }

    /** Boot with the default settings. */
    static Boot of(Medium medium, Accelerator accelerator) {
        return new Boot(
                medium,
                accelerator.arguments(),
                1024,
                Optional.empty(),
                USUAL_NETWORK,
                Map.of(),
                accelerator.kernelArguments());
    }

    /** The same with another prefix of QEMU's network: its first three numbers. */
    Boot withNetwork(String prefix) {
        return new Boot(medium, processor, memoryMib, dataDisk, prefix, guestForwards, kernelArguments);
    }

    Boot withDataDisk(Path disk) {
        return new Boot(medium, processor, memoryMib, Optional.of(disk), network, guestForwards, kernelArguments);
    }

    Boot withMemory(int mib) {
        return new Boot(medium, processor, mib, dataDisk, network, guestForwards, kernelArguments);
    }

    Boot withServer(int port, TestServer server) {
        return withServer(port, server.port());
    }

    /** @param here a port of this machine's loopback */
    Boot withServer(int port, int here) {
        Map<Integer, Integer> more = new TreeMap<>(guestForwards);
        more.put(port, here);
        return new Boot(medium, processor, memoryMib, dataDisk, network, more, kernelArguments);
    }

    Boot withProcessor(List<String> other) {
        return new Boot(medium, other, memoryMib, dataDisk, network, guestForwards, kernelArguments);
    }

    Boot withKernelArgument(String argument) {
        List<String> more = new ArrayList<>(kernelArguments);
        more.add(argument);
        return new Boot(medium, processor, memoryMib, dataDisk, network, guestForwards, more);
    }

    /**
     * QEMU's command line.
     *
     * @param directory of this boot: relay.sh, console.log, and events.sock and chaos.sock, whose listeners exist
     *     already
     * @param managementPort on this machine's loopback, forwarded to the appliance's port 7443
     */
    List<String> command(Path qemu, Path credentials, Path directory, int managementPort) {
        List<String> words = new ArrayList<>(List.of(qemu.toString(), "-M", "q35", "-nodefaults", "-no-user-config"));
        words.addAll(List.of("-display", "none", "-no-reboot", "-m", String.valueOf(memoryMib)));
        words.addAll(processor);
        words.addAll(List.of("-serial", "file:" + directory.resolve("console.log")));
        words.addAll(serial(directory.resolve("events.sock"), "events"));
        words.addAll(serial(directory.resolve("chaos.sock"), "chaos"));
        words.addAll(List.of("-device", "virtio-rng-pci", "-netdev", networkArgument(directory, managementPort)));
        words.addAll(List.of("-device", card() + ",netdev=net,romfile="));
        if (!(medium instanceof Medium.Written)) {
            words.addAll(credential("server.p12", credentials));
            words.addAll(credential("ca.pem", credentials));
        }
        words.addAll(mediumArguments());
        if (medium.efi().isPresent()) {
            words.addAll(flash(medium.efi().orElseThrow().resolve("OVMF_CODE.fd"), true));
            words.addAll(flash(directory.resolve("OVMF_VARS.fd"), false));
        }
        dataDisk.ifPresent(disk -> words.addAll(disk("data", disk, false)));
        return words;
    }

    // QEMU's "-tcp:" would connect once, at its start: only a command is started for each connection.
    private String networkArgument(Path directory, int managementPort) {
        String relay = "-cmd:/bin/bash " + directory.resolve("relay.sh") + " ";
        String other = network.equals(USUAL_NETWORK) ? "" : "net=" + network + ".0/24,";
        StringBuilder text = new StringBuilder("user,id=net,")
                .append(other)
                .append("hostfwd=tcp:127.0.0.1:")
                .append(managementPort)
                .append("-:7443");
        new TreeMap<>(guestForwards)
                .forEach((port, here) -> text.append(",guestfwd=tcp:")
                        .append(network)
                        .append(".100:")
                        .append(port)
                        .append(relay)
                        .append(here));
        return text.toString();
    }

    private String card() {
        return medium instanceof Medium.Written(var _, var _, var card, var _) ? card : "virtio-net-pci";
    }

    private List<String> mediumArguments() {
        return switch (medium) {
            case Medium.Direct(var kernel, var initramfs, var root) -> {
                List<String> words = new ArrayList<>(disk("root", root, true));
                words.addAll(List.of("-kernel", kernel.toString(), "-initrd", initramfs.toString()));
                words.addAll(List.of("-append", kernelCommandLine(root)));
                yield words;
            }
            case Medium.BiosDisk(var iso) ->
                List.of(
                        "-drive",
                        "if=none,id=iso,snapshot=on,format=raw,file=" + iso,
                        "-device",
                        "ide-hd,drive=iso,bootindex=1");
            case Medium.EfiCdRom(var iso, var _) -> cdrom(iso);
            case Medium.Written(var image, var socket, var _, var _) -> socket.with(image);
        };
    }

    private String kernelCommandLine(Path root) {
        List<String> words = new ArrayList<>(
                List.of("console=ttyS0", "quiet", "kvm_amd.nested=0", "kvm_intel.nested=0", "nullbox.events=ttyS1"));
        verity(root).ifPresent(words::add);
        words.addAll(kernelArguments);
        return String.join(" ", words);
    }

    /** The word by which stage 1 verifies a root: its hash lies beside it. A file that is no root has none. */
    static Optional<String> verity(Path root) {
        Path hash = root.resolveSibling("root.verity");
        try {
            return Files.exists(hash)
                    ? Optional.of("nullbox.verity=" + Files.readString(hash).strip())
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> serial(Path socket, String id) {
        return List.of("-chardev", "socket,id=" + id + ",path=" + socket, "-serial", "chardev:" + id);
    }

    private static List<String> credential(String file, Path credentials) {
        return List.of("-fw_cfg", "name=opt/nullbox/" + file + ",file=" + credentials.resolve(file));
    }

    private static List<String> disk(String id, Path file, boolean readOnly) {
        String drive = "if=none,id=" + id + ",format=raw,file=" + file + (readOnly ? ",readonly=on" : "");
        return List.of("-drive", drive, "-device", "virtio-blk-pci,drive=" + id);
    }

    private static List<String> cdrom(Path iso) {
        String drive = "if=none,id=cd,media=cdrom,readonly=on,format=raw,file=" + iso;
        return List.of("-drive", drive, "-device", "ide-cd,drive=cd,bootindex=1");
    }

    private static List<String> flash(Path file, boolean readOnly) {
        return List.of("-drive", "if=pflash,format=raw,file=" + file + (readOnly ? ",readonly=on" : ""));
    }
}
