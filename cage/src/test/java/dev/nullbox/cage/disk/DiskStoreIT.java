package dev.nullbox.cage.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.cage.jail.Spawner;
import dev.nullbox.manifest.GuestPath;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.filesystem.FilesystemStat;
import dev.nullbox.natives.linux.Filesystems;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.service.EventSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks made by the real mke2fs, read back by e2fsck and debugfs. */
@Timeout(120)
class DiskStoreIT {
    private static final AgentName AGENT = new AgentName("writer");
    private static final int UID = 0;
    private static final long MIB = 1 << 20;

    @TempDir
    private Path data;

    private final Libc libc = Natives.libc();
    private final Spawner spawner = Spawner.start(libc);
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private DiskStore store;

    @BeforeEach
    void open() throws IOException {
        store = DiskStore.open(
                libc, spawner, new DiskStore.Settings(data, E2fsprogs.find("mke2fs")), new EventSink(told));
    }

    private static DiskRequest request(DiskRequest.Layer layer, int layerMib, int volumeMib, String... write) {
        return new DiskRequest(layer, layerMib, volumeMib, paths(write), List.of());
    }

    private static List<GuestPath> paths(String... paths) {
        return Stream.of(paths).map(GuestPath::new).toList();
    }

    @Test
    void ephemeralLayerIsFreshInEachRunAndGoneAfterIt() throws Exception {
        DiskRequest request = request(DiskRequest.Layer.EPHEMERAL, 64, 64);
        Path layer = store.prepare(AGENT, UID, request).layer().orElseThrow();
        assertThat(Files.size(layer)).isEqualTo(64 * MIB);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(layer)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(layer.getParent())))
                .isEqualTo("rwx------");
        E2fsprogs.check(layer);
        Files.writeString(layer, "what a guest left");
        assertThat(store.prepare(AGENT, UID, request).layer()).contains(layer);
        E2fsprogs.check(layer);
        store.release(AGENT);
        assertThat(layer).doesNotExist();
        store.release(AGENT);
    }

    @Test
    void diskIsSparseAndTheSameEachTime() throws Exception {
        DiskRequest request = request(DiskRequest.Layer.EPHEMERAL, 1024, 64);
        Path layer = store.prepare(AGENT, UID, request).layer().orElseThrow();
        long allocated = Extents.allocated(libc, layer);
        assertThat(allocated).isBetween(1L, 4 * MIB);
        assertThat(E2fsprogs.run("debugfs", "-R", "show_super_stats -h", layer.toString()))
                .contains("has_journal")
                .contains("metadata_csum");
        store.release(AGENT);
        assertThat(Extents.allocated(libc, layer)).isZero();
    }

    @Test
    void persistentLayerAndVolumeAreKept() throws Exception {
        DiskRequest request = request(DiskRequest.Layer.PERSISTENT, 64, 80, "/work");
        RunDisks first = store.prepare(AGENT, UID, request);
        Path layer = first.layer().orElseThrow();
        Path volume = first.volume().orElseThrow();
        assertThat(first.read()).isEmpty();
        Object layerFile = Files.getAttribute(layer, "unix:ino");
        Object volumeFile = Files.getAttribute(volume, "unix:ino");
        store.release(AGENT);
        open();
        RunDisks second = store.prepare(AGENT, UID, request);
        assertThat(second).isEqualTo(first);
        assertThat(Files.getAttribute(layer, "unix:ino")).isEqualTo(layerFile);
        assertThat(Files.getAttribute(volume, "unix:ino")).isEqualTo(volumeFile);
        assertThat(Files.size(volume)).isEqualTo(80 * MIB);
        E2fsprogs.check(volume);
    }

    @Test
    void readOnlyRootHasNoLayerAndNoPathsNoVolume() throws Exception {
        RunDisks disks = store.prepare(AGENT, UID, request(DiskRequest.Layer.NONE, 64, 64));
        assertThat(disks).isEqualTo(new RunDisks(Optional.empty(), Optional.empty(), Optional.empty()));
    }

    @Test
    void diskGrowsWithItsManifestAndNeverShrinks() throws Exception {
        Path volume = store.prepare(AGENT, UID, request(DiskRequest.Layer.NONE, 64, 80, "/work"))
                .volume()
                .orElseThrow();
        store.prepare(AGENT, UID, request(DiskRequest.Layer.NONE, 64, 96, "/work"));
        assertThat(Files.size(volume)).isEqualTo(96 * MIB);
        store.prepare(AGENT, UID, request(DiskRequest.Layer.NONE, 64, 64, "/work"));
        assertThat(Files.size(volume)).isEqualTo(96 * MIB);
    }

    /** A guest's discard of its disk's end cut the file off: with a smaller manifest, its file system no longer fitted. */
    @Test
    void diskThatAVmmCutOrLengthenedHasItsLengthAgain() throws Exception {
        Path volume = store.prepare(AGENT, UID, request(DiskRequest.Layer.NONE, 64, 80, "/work"))
                .volume()
                .orElseThrow();
        for (long bytes : List.of(70 * MIB, 90 * MIB)) {
            Mke2fs.setLength(volume, bytes);
            store.release(AGENT);
            assertThat(Files.size(volume)).isEqualTo(80 * MIB);
        }
        E2fsprogs.check(volume);
    }

    @Test
    void oversizedDiskIsRefusedWithBothFigures() throws Exception {
        int freeMib = (int) (Files.getFileStore(data).getUsableSpace() / MIB);
        store.prepare(AGENT, UID, request(DiskRequest.Layer.EPHEMERAL, 64, 64, "/work"));
        AgentName other = new AgentName("greedy");
        assertThatThrownBy(() -> store.prepare(other, UID, request(DiskRequest.Layer.EPHEMERAL, freeMib, 64, "/work")))
                .isInstanceOf(DiskRefusedException.class)
                .hasMessageMatching("agent greedy: filesystem.max_mb " + freeMib
                        + " \\+ filesystem.volume_mb 64 does not fit: it needs " + (freeMib + 64)
                        + " MiB, and 128 MiB of \\d+ MiB are promised to disks already; ask for less.*");
        assertThat(store.prepare(other, UID, request(DiskRequest.Layer.EPHEMERAL, 64, 64, "/work"))
                        .volume())
                .isPresent();
    }

    /** Two threads that ask for the last room at once were both given it. */
    @Test
    void lastRoomIsPromisedOnce() throws Exception {
        // Without the reserve, a twentieth of the machine's own disk, which is much beside what may be free of it.
        int most = (int) (store.room().limit() / MIB / 5 * 2);
        List<Callable<RunDisks>> asking = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            AgentName name = new AgentName("a" + i);
            asking.add(() -> store.prepare(name, UID, request(DiskRequest.Layer.EPHEMERAL, most, 64)));
        }
        int given = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(asking.size())) {
            for (Future<RunDisks> answer : threads.invokeAll(asking)) {
                given += answer.state() == Future.State.SUCCESS ? 1 : 0;
            }
        }
        assertThat(given).isEqualTo(2);
        for (int i = 0; i < 8; i++) {
            store.release(new AgentName("a" + i));
        }
        assertThat(store.prepare(AGENT, UID, request(DiskRequest.Layer.EPHEMERAL, most, 64))
                        .layer())
                .isPresent();
    }

    @Test
    void formerSharesAreMovedInOnce() throws Exception {
        Path work = Files.createDirectories(data.resolve("shares/writer/var/lib/x"));
        Files.writeString(work.resolve("kept"), "twelve bytes");
        Files.createSymbolicLink(work.resolve("link"), Path.of("/etc/passwd"));
        Path input = Files.createDirectories(data.resolve("shares/writer/in"));
        Files.writeString(input.resolve("given"), "by the operator");
        Files.writeString(
                Files.createDirectories(data.resolve("shares/writer/old")).resolve("file"), "of no path");
        DiskRequest request =
                new DiskRequest(DiskRequest.Layer.NONE, 64, 64, paths("/var/lib/x", "/new"), paths("/in", "/empty"));
        RunDisks disks = store.prepare(AGENT, UID, request);
        Path volume = disks.volume().orElseThrow();
        Path read = disks.read().orElseThrow();
        E2fsprogs.check(volume);
        E2fsprogs.check(read);
        assertThat(E2fsprogs.cat(volume, "/write/var/lib/x/kept")).isEqualTo("twelve bytes");
        assertThat(E2fsprogs.run("debugfs", "-R", "stat /write/var/lib/x/link", volume.toString()))
                .contains("Type: symlink")
                .contains("/etc/passwd");
        assertThat(E2fsprogs.cat(read, "/read/in/given")).isEqualTo("by the operator");
        assertThat(E2fsprogs.run("debugfs", "-R", "stat /read/empty", read.toString()))
                .contains("Type: directory");
        assertThat(E2fsprogs.run("debugfs", "-R", "stat /write/in", volume.toString()))
                .contains("File not found");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(read)))
                .isEqualTo("r--------");
        assertThat(work).doesNotExist();
        assertThat(input).doesNotExist();
        assertThat(data.resolve("shares/writer/old/file")).hasContent("of no path");
        try (Stream<Path> left = Files.list(data.resolve("shares"))) {
            assertThat(left).containsExactly(data.resolve("shares/writer"));
        }
        assertThat(told.toString(StandardCharsets.UTF_8))
                .contains("agent.shares_moved")
                .contains("\"disk\":\"volume\"")
                .contains("\"paths\":[\"/var/lib/x\"]");
    }

    @Test
    void sharesThatDoNotFitAreLeftAsTheyAre() throws Exception {
        Path work = Files.createDirectories(data.resolve("shares/writer/work"));
        byte[] large = new byte[(int) (90 * MIB)];
        Arrays.fill(large, (byte) 1);
        Files.write(work.resolve("large"), large);
        DiskRequest small = request(DiskRequest.Layer.NONE, 64, 64, "/work");
        assertThatThrownBy(() -> store.prepare(AGENT, UID, small))
                .isInstanceOf(DiskRefusedException.class)
                .hasMessageContaining("raise filesystem.volume_mb");
        assertThat(work.resolve("large")).hasSize(90 * MIB);
        assertThat(data.resolve("disks/writer/volume")).doesNotExist();
        store.prepare(AGENT, UID, request(DiskRequest.Layer.NONE, 64, 128, "/work"));
        assertThat(work).doesNotExist();
    }

    /** A link in the place of an inner share would give an agent any directory of the host. */
    @Test
    void linkInThePlaceOfAShareIsNotFollowed() throws Exception {
        Path secret = Files.createDirectories(data.resolve("secret"));
        Files.writeString(secret.resolve("key"), "of the host");
        Files.createSymbolicLink(
                Files.createDirectories(data.resolve("shares/writer/work")).resolve("in"), secret);
        Path volume = store.prepare(AGENT, UID, request(DiskRequest.Layer.NONE, 64, 64, "/work", "/work/in"))
                .volume()
                .orElseThrow();
        assertThat(E2fsprogs.run("debugfs", "-R", "stat /write/work/in", volume.toString()))
                .contains("Type: symlink");
        assertThat(secret.resolve("key")).hasContent("of the host");
        assertThat(Files.exists(data.resolve("shares/writer"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }

    @Test
    void forgottenAgentLeavesNothing() throws Exception {
        store.prepare(AGENT, UID, request(DiskRequest.Layer.PERSISTENT, 64, 64, "/work"));
        Files.createDirectories(data.resolve("shares/writer/old"));
        store.forget(AGENT);
        assertThat(data.resolve("disks/writer")).doesNotExist();
        assertThat(data.resolve("shares/writer")).doesNotExist();
        store.forget(AGENT);
    }

    /** Written by a VMM, pages of a sparse file in memory would count as its own, and it would be killed for them. */
    @Test
    void diskInMemoryTakesItsMemoryAtOnceAndALayerIsTheGuestsOwn() throws Exception {
        Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "disks");
        Assumptions.assumeTrue(
                FilesystemStat.of(libc, memory).type() == Filesystems.TMPFS_MAGIC, "NOT RUN: /dev/shm is no tmpfs");
        try {
            DiskStore inMemory = DiskStore.open(
                    libc, spawner, new DiskStore.Settings(memory, E2fsprogs.find("mke2fs")), new EventSink(told));
            RunDisks disks = inMemory.prepare(AGENT, UID, request(DiskRequest.Layer.EPHEMERAL, 64, 64, "/work"));
            assertThat(disks.layer()).isEmpty();
            Path volume = disks.volume().orElseThrow();
            E2fsprogs.check(volume);
            assertThat(E2fsprogs.run("du", "-m", volume.toString())).startsWith("64\t");
            inMemory.prepare(AGENT, UID, request(DiskRequest.Layer.EPHEMERAL, 64, 80, "/work"));
            assertThat(E2fsprogs.run("du", "-m", volume.toString())).startsWith("80\t");
            inMemory.forget(AGENT);
        } finally {
            new DiskFiles(new Mke2fs(libc, spawner, "")).deleteTree(memory);
        }
    }

    @Test
    void missingMke2fsIsSaid() {
        assertThatThrownBy(() -> DiskStore.open(
                                libc, spawner, new DiskStore.Settings(data, "/no/mke2fs"), new EventSink(told))
                        .prepare(AGENT, UID, request(DiskRequest.Layer.EPHEMERAL, 64, 64)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/no/mke2fs");
        assertThat(data.resolve("disks/writer/layer.run")).doesNotExist();
    }

    /** Two guests that mount one file system destroy it. */
    @Test
    void keptDisksAreInOneRunAtATimeAndLayersInEach() throws Exception {
        DiskRequest withVolume = request(DiskRequest.Layer.EPHEMERAL, 64, 64, "/work");
        RunDisks own = store.prepare(AGENT, UID, withVolume);
        assertThatThrownBy(() -> store.prepareBeside(AGENT, 7, UID + 1, withVolume))
                .isInstanceOf(DiskRefusedException.class)
                .hasMessageContaining("in use by its run " + AGENT);
        store.releaseBeside(AGENT, 7);
        assertThatThrownBy(() -> store.remove(AGENT, "volume")).isInstanceOf(DiskRefusedException.class);
        Path beside = store.prepareBeside(AGENT, 8, UID + 1, request(DiskRequest.Layer.EPHEMERAL, 64, 64))
                .layer()
                .orElseThrow();
        assertThat(beside).exists().isNotEqualTo(own.layer().orElseThrow());
        store.release(AGENT);
        assertThat(beside).exists();
        RunDisks second = store.prepareBeside(AGENT, 9, UID + 1, withVolume);
        assertThat(second.volume()).isEqualTo(own.volume());
        assertThat(Files.getAttribute(second.volume().orElseThrow(), "unix:uid"))
                .isEqualTo(UID + 1);
        assertThatThrownBy(() -> store.prepare(AGENT, UID, withVolume))
                .isInstanceOf(DiskRefusedException.class)
                .hasMessageContaining("in use by its run " + AGENT + ".9");
        store.releaseBeside(AGENT, 8);
        store.releaseBeside(AGENT, 9);
        assertThat(beside.getParent()).doesNotExist();
        assertThat(store.prepare(AGENT, UID, withVolume).volume()).isEqualTo(own.volume());
        store.release(AGENT);
        assertThat(store.remove(AGENT, "volume")).isPresent();
    }
}
