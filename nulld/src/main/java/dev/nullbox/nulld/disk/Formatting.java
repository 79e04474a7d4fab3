package dev.nullbox.nulld.disk;

import dev.nullbox.natives.Libc;
import dev.nullbox.nulld.boot.DataContent;
import dev.nullbox.nulld.boot.DataPartition;
import dev.nullbox.protocol.api.NulldReason;
import java.io.IOException;
import java.util.UUID;

/** A disk as one data partition, which the next boot gives a file system. */
final class Formatting implements DiskWork.Task {
    private static final long LEAST = 514L * GuidTable.MIB;

    private final Disks.Disk target;

    private Formatting(Disks.Disk target) {
        this.target = target;
    }

    /** @throws DiskRefusedException when the disk is in use or too small */
    static Formatting plan(Disks disks, String device) throws DiskRefusedException {
        Disks.Disk target = disks.free(device);
        if (target.device().bytes() < LEAST) {
            throw new DiskRefusedException(
                    NulldReason.DISK_TOO_SMALL,
                    device + " has " + (target.device().bytes() >> 20) + " MiB, and " + (LEAST >> 20) + " are needed");
        }
        return new Formatting(target);
    }

    @Override
    public String device() {
        return target.device().name();
    }

    @Override
    public long total() {
        return 2 * GuidTable.MIB;
    }

    @Override
    public void run(Libc libc, DiskWork.Progress progress) throws IOException {
        long sectors = target.device().bytes() / GuidTable.SECTOR;
        GuidTable table =
                GuidTable.empty(UUID.randomUUID()).withRest(GuidTable.MIB_SECTORS, sectors, DataPartition.LABEL);
        try (RawDisk to = RawDisk.open(libc, target.device().node())) {
            Installation.clear(to, target);
            progress.done(GuidTable.MIB);
            to.write(GuidTable.MIB, DataContent.requested());
            Installation.write(to, table.second(sectors));
            to.flush();
            to.write(0, Installation.withTable(protective(), table.first(sectors), sectors));
            to.flush();
            progress.done(total());
        }
    }

    /** A first MiB with the MBR of a disk that has a GUID partition table (UEFI 2.10, section 5.2.3). */
    private static byte[] protective() {
        byte[] first = new byte[GuidTable.MIB];
        first[446 + 2] = 2;
        first[446 + 4] = (byte) 0xEE;
        first[446 + 5] = (byte) 0xFF;
        first[446 + 6] = (byte) 0xFF;
        first[446 + 7] = (byte) 0xFF;
        first[446 + 8] = 1;
        first[510] = 0x55;
        first[511] = (byte) 0xAA;
        return first;
    }
}
