package dev.nullbox.nulld.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.filesystem.LoopMount;
import dev.nullbox.natives.filesystem.ProjectQuota;
import dev.nullbox.natives.linux.Gcc;
import dev.nullbox.nulld.linux.BlockDevice;
import dev.nullbox.nulld.linux.Cmdline;
import dev.nullbox.nulld.linux.Mounter;
import dev.nullbox.nulld.linux.SystemClock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real partitions: made, mounted, damaged and mended by the real tools. Needs root, xfsprogs and XFS_QUOTA. */
@Timeout(300)
class DataPartitionIT {
    private static final long BYTES = 320L << 20;
    /** The inode of a fresh XFS that mounting reads and no file is lost with: the realtime bitmap's. */
    private static final int BITMAP_INODE = 129;

    private static final int INODE_BYTES = 512;
    private static final int ENOUGH_FOR_THE_LOG = 6_000;

    @TempDir
    private Path root;

    private final Libc libc = Natives.libc();
    private final List<String> problems = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private Path image;
    private String loop = "";

    @BeforeEach
    void partition() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/sbin/mkfs.xfs")), "NOT RUN: no mkfs.xfs (Debian package: xfsprogs)");
        LoopMount.xfs(Files.createDirectory(root.resolve("probe")), "prjquota").close();
        image = root.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        attach();
        Path entry = Files.createDirectories(root.resolve("sys/class/block/vdb"));
        Files.writeString(entry.resolve("uevent"), "DEVNAME=vdb\nPARTNAME=nullbox-data\n");
        Files.writeString(entry.resolve("size"), BYTES / 512 + "\n");
        Files.createDirectories(root.resolve("data"));
    }

    @AfterEach
    void detach() throws Exception {
        unmount();
        if (!loop.isEmpty()) {
            tool("losetup", "-d", loop);
        }
    }

    private void attach() throws Exception {
        loop = tool("losetup", "-f", "--show", image.toString()).strip();
        Path node = Files.createDirectories(root.resolve("dev")).resolve("vdb");
        Files.deleteIfExists(node);
        Files.createSymbolicLink(node, Path.of(loop));
    }

    /** The machine is off: the image's bytes can be changed behind the kernel's back. */
    private void damage(long offset, byte[] bytes) throws Exception {
        unmount();
        tool("losetup", "-d", loop);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(offset);
            file.write(bytes);
        }
        attach();
    }

    private void unmount() {
        var _ = libc.umount2(root.resolve("data").toString(), 0);
    }

    private static String tool(String... command) throws Exception {
        Gcc.Outcome outcome = Gcc.run(List.of(command));
        assertThat(outcome.code()).as(outcome.printed()).isZero();
        return outcome.printed();
    }

    private DataPartition.Mounted boot(String cmdline) throws Exception {
        unmount();
        problems.clear();
        said.clear();
        return new DataPartition(libc, new SystemClock(), root, "", new Mounter(libc, root), problems::add, said::add)
                .mount(Cmdline.parse(cmdline));
    }

    private Path file() {
        return root.resolve("data/kept");
    }

    @Test
    void blankPartitionIsMadeOnceAndKept() throws Exception {
        assertThat(boot("").isVolatile()).isTrue();
        assertThat(problems).singleElement().asString().contains("nullbox.data=format");
        assertThat(boot("nullbox.data=format").type()).as(problems + " " + said).isEqualTo("xfs");
        assertThat(problems).isEmpty();
        assertThat(ProjectQuota.isEnforced(libc, root.resolve("data"))).isTrue();
        Files.writeString(file(), "a file");
        assertThat(boot("nullbox.data=format").type()).isEqualTo("xfs");
        assertThat(file()).hasContent("a file");
    }

    @Test
    void ext4IsServedUntilItsUuidIsNamed() throws Exception {
        tool("mke2fs", "-q", "-F", "-t", "ext4", loop);
        assertThat(boot("nullbox.data=format").type()).isEqualTo("ext4");
        Files.writeString(file(), "a file");
        assertThat(boot("nullbox.data=erase:" + DataContentTest.ID).type()).isEqualTo("ext4");
        assertThat(file()).hasContent("a file");
        DataContent content = DataContent.of(BlockDevice.list(root).getFirst());
        assertThat(content).isInstanceOf(DataContent.Ext4.class);
        String erase = DataRequest.erase(((DataContent.Ext4) content).uuid());
        assertThat(said).last().asString().endsWith(erase);
        assertThat(boot(erase).type()).as(problems + " " + said).isEqualTo("xfs");
        assertThat(file()).doesNotExist();
    }

    @Test
    void damagedPartitionIsMendedOnRequest() throws Exception {
        boot("nullbox.data=format");
        Files.writeString(file(), "a file");
        damage((long) BITMAP_INODE * INODE_BYTES, new byte[2]);
        assertThat(boot("").isVolatile()).isTrue();
        assertThat(problems).singleElement().asString().contains("EUCLEAN").contains("nullbox.data=repair");
        assertThat(boot("nullbox.data=repair").type()).as(problems + " " + said).isEqualTo("xfs");
        assertThat(file()).hasContent("a file");
        assertThat(said).anySatisfy(line -> assertThat(line).contains("bad magic number"));
        assertThat(said).last().asString().contains("is repaired");
    }

    @Test
    void damagedLogIsDiscardedOnRequest() throws Exception {
        boot("nullbox.data=format");
        Files.writeString(file(), "a file");
        boot("");
        for (int i = 0; i < ENOUGH_FOR_THE_LOG; i++) {
            Files.createFile(root.resolve("data/" + i));
        }
        shutDown();
        byte[] damage = new byte[300 << 9];
        Arrays.fill(damage, (byte) -1);
        damage(logStart() + (20 << 9), damage);
        assertThat(boot("").isVolatile()).isTrue();
        assertThat(problems).singleElement().asString().contains("nullbox.data=repair");
        assertThat(boot("nullbox.data=repair").type()).as(problems + " " + said).isEqualTo("xfs");
        assertThat(said).anySatisfy(line -> assertThat(line).contains("what was changed last is lost"));
        assertThat(file()).hasContent("a file");
    }

    /** XFS_IOC_GOINGDOWN with XFS_FSOP_GOING_FLAGS_LOGFLUSH: the log is written, what it describes is not. */
    private void shutDown() throws IOException {
        int fd = libc.open(root.resolve("data").toString(), 0, 0).orThrow("open");
        try {
            libc.ioctl(fd, 0x8004587DL, new byte[] {1, 0, 0, 0}).orThrow("XFS_IOC_GOINGDOWN");
        } finally {
            libc.close(fd);
        }
    }

    /** From the superblock: sb_logstart at 48, sb_agblocks at 84, sb_agblklog at 124, sb_blocksize at 4. */
    private long logStart() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
            byte[] sector = new byte[512];
            file.readFully(sector);
            ByteBuffer superblock = ByteBuffer.wrap(sector);
            long block = superblock.getLong(48);
            int bits = superblock.get(124);
            long group = block >> bits;
            return (group * superblock.getInt(84) + (block & ((1L << bits) - 1))) * superblock.getInt(4);
        }
    }
}
