package dev.nullbox.nulld.disk;

import dev.nullbox.nulld.linux.BlockDevice;
import dev.nullbox.protocol.api.NulldReason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whole disks of the machine, by the kernel's files. Source: Documentation/ABI/stable/sysfs-block. */
public final class Disks {
    private static final String READ_ONLY = "1";

    private final Path root;
    private final String medium;

    /**
     * @param root {@code /}
     * @param medium the disk or partition that the root was found on, by its name; empty when unknown
     */
    public Disks(Path root, String medium) {
        this.root = root;
        this.medium = medium;
    }

    /**
     * A disk.
     *
     * @param device itself
     * @param model as its maker names it, or empty
     * @param partitions of it, by name
     * @param use why it cannot be written; empty when it can
     * @param isMedium whether the root was found on it
     */
    public record Disk(
            BlockDevice device, String model, List<BlockDevice> partitions, Optional<String> use, boolean isMedium) {}

    /** All of them, by name; drives without a medium are left out. */
    public List<Disk> all() {
        List<BlockDevice> devices = BlockDevice.list(root);
        return devices.stream()
                .filter(device -> device.disk().equals(device.name()) && device.bytes() > 0)
                .map(device -> disk(device, devices))
                .toList();
    }

    /**
     * A disk that can be written.
     *
     * @throws DiskRefusedException when there is none of the name, or it is in use
     */
    public Disk free(String name) throws DiskRefusedException {
        List<Disk> all = all();
        Disk found = all.stream()
                .filter(disk -> disk.device().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new DiskRefusedException(
                        NulldReason.NO_DISK,
                        "there is no disk '" + name + "'; there are "
                                + String.join(
                                        ", ",
                                        all.stream()
                                                .map(disk -> disk.device().name())
                                                .toList())));
        if (found.use().isPresent()) {
            throw new DiskRefusedException(
                    NulldReason.DISK_IN_USE, name + ": " + found.use().get());
        }
        return found;
    }

    /** The disk that the root was found on. */
    Optional<Disk> medium() {
        return all().stream().filter(Disk::isMedium).findFirst();
    }

    private Disk disk(BlockDevice device, List<BlockDevice> all) {
        List<BlockDevice> partitions = all.stream()
                .filter(one -> one.disk().equals(device.name()) && !one.name().equals(device.name()))
                .toList();
        boolean isMedium = medium.equals(device.name())
                || partitions.stream().anyMatch(one -> one.name().equals(medium));
        return new Disk(
                device,
                text(device, "device/model"),
                partitions,
                isMedium ? Optional.of("the appliance runs from it") : use(device, partitions),
                isMedium);
    }

    private Optional<String> use(BlockDevice device, List<BlockDevice> partitions) {
        if (text(device, "ro").equals(READ_ONLY)) {
            return Optional.of("it is read-only");
        }
        String sector = text(device, "queue/logical_block_size");
        if (!sector.isEmpty() && !sector.equals(String.valueOf(GuidTable.SECTOR))) {
            return Optional.of("it has sectors of " + sector + " bytes; only disks of 512 are served");
        }
        for (BlockDevice one :
                Stream.concat(Stream.of(device), partitions.stream()).toList()) {
            Optional<String> mount = mount(one);
            if (mount.isPresent()) {
                return Optional.of(one.name() + " is mounted at " + mount.get());
            }
            if (hasHolders(one)) {
                return Optional.of(one.name() + " is part of another device");
            }
        }
        return Optional.empty();
    }

    /** The place where a device is mounted: proc_pid_mountinfo(5), whose third field is the device's number. */
    private Optional<String> mount(BlockDevice device) {
        String number = text(device, "dev");
        try {
            return Files.readAllLines(root.resolve("proc/self/mountinfo")).stream()
                    .map(line -> line.split(" ", -1))
                    .filter(fields -> fields.length > 4 && fields[2].equals(number))
                    .map(fields -> fields[4])
                    .findFirst();
        } catch (IOException e) {
            // Whatever cannot be shown to be free counts as in use.
            return Optional.of("an unknown place: " + e.getMessage());
        }
    }

    private boolean hasHolders(BlockDevice device) {
        Path holders = directory(device).resolve("holders");
        if (!Files.exists(holders)) {
            return false;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(holders)) {
            return entries.iterator().hasNext();
        } catch (IOException e) {
            return true;
        }
    }

    private String text(BlockDevice device, String file) {
        try {
            return Files.readString(directory(device).resolve(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private Path directory(BlockDevice device) {
        return root.resolve("sys/class/block").resolve(device.name());
    }
}
