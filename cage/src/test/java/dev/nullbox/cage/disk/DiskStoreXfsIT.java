package dev.nullbox.cage.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.cage.jail.Spawner;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.filesystem.FilesystemStat;
import dev.nullbox.natives.filesystem.LoopMount;
import dev.nullbox.natives.filesystem.ProjectQuota;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.service.EventSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks on a real XFS: clones of one template, beneath a quota. */
@Timeout(120)
class DiskStoreXfsIT {
    private static final int MIB = 1 << 20;
    private static final AgentName ONE = new AgentName("one");
    private static final AgentName TWO = new AgentName("two");
    private static final DiskRequest REQUEST =
            new DiskRequest(DiskRequest.Layer.EPHEMERAL, 64, 64, List.of(), List.of());

    @TempDir
    private Path directory;

    private final Libc libc = Natives.libc();

    private DiskStore open(Path data) throws IOException {
        return DiskStore.open(
                libc,
                Spawner.start(libc),
                new DiskStore.Settings(data, E2fsprogs.find("mke2fs")),
                new EventSink(new ByteArrayOutputStream()));
    }

    /** Bytes that are no zeros, from an offset on. */
    private static void write(Path file, long offset, int mib) throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] bytes = new byte[MIB];
            bytes[0] = 1;
            out.seek(offset);
            for (int i = 0; i < mib; i++) {
                out.write(bytes);
            }
            out.getFD().sync();
        }
    }

    @Test
    void freshLayersShareTheirBlocksUntilTheyAreWrittenTo() throws Exception {
        try (LoopMount xfs = LoopMount.xfs(directory, "nosuid")) {
            DiskStore store = open(xfs.point());
            Path one = store.prepare(ONE, 0, REQUEST).layer().orElseThrow();
            Path two = store.prepare(TWO, 0, REQUEST).layer().orElseThrow();
            E2fsprogs.check(one);
            assertThat(Files.mismatch(one, two)).isEqualTo(-1);
            assertThat(Extents.allocated(libc, one)).isZero();
            write(one, 0, 2);
            assertThat(Extents.allocated(libc, one)).isGreaterThanOrEqualTo(2 * MIB);
            E2fsprogs.check(two);
            store.release(ONE);
            E2fsprogs.check(store.prepare(ONE, 0, REQUEST).layer().orElseThrow());
            open(xfs.point());
            assertThat(xfs.point().resolve("disks/.templates")).doesNotExist();
        }
    }

    @Test
    void quotaKeepsTheReserveWhateverDisksTake() throws Exception {
        try (LoopMount xfs = LoopMount.xfs(directory, "prjquota")) {
            Path data = xfs.point();
            Path service = Files.createDirectory(data.resolve("warden"));
            DiskStore store = open(data);
            Path layer = store.prepare(ONE, 0, REQUEST).layer().orElseThrow();
            ProjectQuota.Usage quota = ProjectQuota.usage(libc, data, DataSpace.PROJECT);
            long free = FilesystemStat.of(libc, data).availableBytes();
            assertThat(quota.bytesLimit())
                    .isBetween(free - DataSpace.MIN_RESERVE, free - DataSpace.MIN_RESERVE + quota.bytes() + MIB);
            assertThat(quota.inodesLimit()).isEqualTo(DataSpace.MAX_INODES);
            // A VMM that is taken over can make its file longer than it was promised.
            assertThatThrownBy(() -> write(layer, 0, 320)).isInstanceOf(IOException.class);
            write(service.resolve("vault"), 0, 60);
            store.release(ONE);
            E2fsprogs.check(store.prepare(TWO, 0, REQUEST).layer().orElseThrow());
        }
    }
}
