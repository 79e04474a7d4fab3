package dev.nullbox.nulld.disk;

import dev.nullbox.natives.Libc;
import dev.nullbox.nulld.boot.DataContent;
import dev.nullbox.nulld.boot.DataPartition;
import dev.nullbox.nulld.boot.SetupPartition;
import dev.nullbox.nulld.disk.GuidTable.Partition;
import dev.nullbox.nulld.disk.GuidTable.Piece;
import dev.nullbox.protocol.api.NulldReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Copy of the boot medium to a disk, which then boots by itself and keeps its state: the medium's partitions but for its
 * data, GUIDs of its own, the operator's certificates, and a data partition in the rest of the disk that the next boot
 * gives a file system.
 *
 * <p>Order of writes: the old tables go, everything behind the first MiB comes, is read back and compared, and the first
 * MiB with boot code and table comes last.
 */
final class Installation implements DiskWork.Task {
    /** The least that mkfs.xfs takes, and room for state. */
    private static final long LEAST_DATA = 512L * GuidTable.MIB;

    private static final int PROTECTIVE_AT = 446;
    private static final int PROTECTIVE_BYTES = 16;
    private static final int PROTECTIVE_TYPE = 0xEE;
    private static final long MOST_SECTORS_IN_MBR = 0xFFFFFFFFL;

    private final Disks.Disk medium;
    private final Disks.Disk target;
    private final GuidTable table;
    private final long copied;
    private final Optional<byte[]> setup;

    /**
     * An installation that can be done.
     *
     * @param setup content for a partition nullbox-setup, for a medium that has none
     * @throws DiskRefusedException when the boot is from no medium that boots, or the disk is in use or too small
     */
    static Installation plan(Disks disks, String device, Optional<byte[]> setup) throws DiskRefusedException {
        Disks.Disk target = disks.free(device);
        Disks.Disk medium = disks.medium()
                .orElseThrow(() -> new DiskRefusedException(
                        NulldReason.NOT_INSTALLABLE, "the medium that the appliance runs from is not there any more"));
        try {
            GuidTable source = GuidTable.read((offset, length) -> medium.device()
                            .read(offset, length)
                            .orElseThrow(() -> new IOException("it ends before its partition table does")))
                    .orElseThrow(() -> new DiskRefusedException(
                            NulldReason.NOT_INSTALLABLE,
                            "the appliance runs from " + medium.device().name()
                                    + ", which is no medium that boots by itself: boot the ISO, a stick or a disk"));
            boolean hasSetup =
                    source.partitions().stream().anyMatch(one -> one.name().equals(SetupPartition.LABEL));
            return new Installation(
                    medium,
                    target,
                    source.copied(UUID::randomUUID, DataPartition.LABEL),
                    hasSetup ? Optional.empty() : setup);
        } catch (IOException e) {
            throw new DiskRefusedException(
                    NulldReason.NOT_INSTALLABLE, medium.device().name() + ": " + e.getMessage());
        }
    }

    private Installation(Disks.Disk medium, Disks.Disk target, GuidTable source, Optional<byte[]> setup)
            throws DiskRefusedException, IOException {
        this.medium = medium;
        this.target = target;
        this.setup = setup;
        long sectors = target.device().bytes() / GuidTable.SECTOR;
        long end = aligned(source.end());
        copied = source.end() * GuidTable.SECTOR;
        GuidTable made = source;
        if (setup.isPresent()) {
            made = made.with(new Partition(
                    GuidTable.LINUX, UUID.randomUUID(), end, end + GuidTable.MIB_SECTORS - 1, 0, SetupPartition.LABEL));
            end += GuidTable.MIB_SECTORS;
        }
        table = made.withRest(end, sectors, DataPartition.LABEL);
        if ((table.end() - end) * GuidTable.SECTOR < LEAST_DATA) {
            throw new DiskRefusedException(
                    NulldReason.DISK_TOO_SMALL,
                    target.device().name() + " has " + (target.device().bytes() >> 20) + " MiB, and "
                            + (((end * GuidTable.SECTOR + LEAST_DATA) >> 20) + 1) + " are needed");
        }
    }

    @Override
    public String device() {
        return target.device().name();
    }

    /** Bytes that are written and read again. */
    @Override
    public long total() {
        return 2 * copied;
    }

    @Override
    public void run(Libc libc, DiskWork.Progress progress) throws IOException {
        long sectors = target.device().bytes() / GuidTable.SECTOR;
        try (FileChannel from = FileChannel.open(medium.device().node(), StandardOpenOption.READ);
                RawDisk to = RawDisk.open(libc, target.device().node())) {
            clear(to, target);
            byte[] first = RawDisk.read(from, 0, (int) Math.min(GuidTable.MIB, copied));
            for (long at = GuidTable.MIB; at < copied; at += GuidTable.MIB) {
                to.write(at, RawDisk.read(from, at, (int) Math.min(GuidTable.MIB, copied - at)));
                progress.done(at);
            }
            for (Partition one : table.partitions()) {
                long at = one.first() * GuidTable.SECTOR;
                if (one.name().equals(DataPartition.LABEL)) {
                    to.write(at, DataContent.requested());
                } else if (one.name().equals(SetupPartition.LABEL) && setup.isPresent()) {
                    to.write(at, setup.get());
                }
            }
            write(to, table.second(sectors));
            to.flush();
            for (long at = GuidTable.MIB; at < copied; at += GuidTable.MIB) {
                int length = (int) Math.min(GuidTable.MIB, copied - at);
                compare(RawDisk.read(from, at, length), to.read(at, length), at);
                progress.done(copied + at);
            }
            to.write(0, withTable(first, table.first(sectors), sectors));
            to.flush();
            progress.done(total());
        }
    }

    private void compare(byte[] wanted, byte[] got, long at) throws IOException {
        if (!Arrays.equals(wanted, got)) {
            throw new IOException(
                    device() + " does not give back what was written at byte " + at + ": take another disk");
        }
    }

    /** Takes a disk's first and last MiB away, and with them its partition tables. */
    static void clear(RawDisk to, Disks.Disk target) throws IOException {
        to.write(0, new byte[GuidTable.MIB]);
        to.write(target.device().bytes() - GuidTable.MIB, new byte[GuidTable.MIB]);
        to.flush();
    }

    static void write(RawDisk to, List<Piece> pieces) throws IOException {
        for (Piece piece : pieces) {
            to.write(piece.offset(), piece.bytes());
        }
    }

    /** The first MiB with the new table, and a protective entry of the MBR as long as the disk (UEFI 2.10, 5.2.3). */
    static byte[] withTable(byte[] first, List<Piece> pieces, long sectors) {
        byte[] made = first.clone();
        for (Piece piece : pieces) {
            System.arraycopy(piece.bytes(), 0, made, Math.toIntExact(piece.offset()), piece.bytes().length);
        }
        ByteBuffer bytes = ByteBuffer.wrap(made).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 4; i++) {
            int at = PROTECTIVE_AT + i * PROTECTIVE_BYTES;
            if (Byte.toUnsignedInt(made[at + 4]) == PROTECTIVE_TYPE) {
                long from = Integer.toUnsignedLong(bytes.getInt(at + 8));
                bytes.putInt(at + 12, (int) Math.min(sectors - from, MOST_SECTORS_IN_MBR));
            }
        }
        return made;
    }

    private static long aligned(long sector) {
        return (sector + GuidTable.MIB_SECTORS - 1) / GuidTable.MIB_SECTORS * GuidTable.MIB_SECTORS;
    }
}
