package dev.nullbox.cage.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.jail.Spawner;
import dev.nullbox.manifest.GuestPath;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.service.EventSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Power cuts at each step of making disks and moving former shares into them: before it, in its middle, and with all lost
 * that was not synced. The contents are then in the share or on the disk, and the next start ends what was begun.
 */
@Timeout(300)
class DiskPowerCutIT {
    private static final AgentName AGENT = new AgentName("writer");
    private static final DiskRequest REQUEST = new DiskRequest(
            DiskRequest.Layer.PERSISTENT, 64, 64, List.of(new GuestPath("/work")), List.of(new GuestPath("/work/in")));

    @TempDir
    private Path directory;

    private final Libc libc = Natives.libc();
    private final Mke2fs mke2fs = new Mke2fs(libc, Spawner.start(libc), E2fsprogs.find("mke2fs"));

    @Test
    void nothingIsLostWhereverThePowerFails() throws Exception {
        for (boolean loses : new boolean[] {false, true}) {
            int step = 0;
            while (isCut(Files.createDirectory(directory.resolve(loses + "-" + step)), step, loses)) {
                step++;
            }
            assertThat(step).as("steps of a start").isGreaterThan(15);
        }
    }

    /** True when the power failed before all was done. */
    private boolean isCut(Path data, int step, boolean loses) throws Exception {
        String as = "power fails at step " + step + (loses ? ", what was not synced is lost" : "");
        Path share = Files.createDirectories(data.resolve("shares/writer/work"));
        Files.writeString(share.resolve("own"), "of the agent");
        Files.writeString(Files.createDirectory(share.resolve("in")).resolve("given"), "to the agent");
        PowerCut power = new PowerCut(mke2fs, data.resolveSibling("lost-" + data.getFileName()), step);
        boolean isCut = false;
        try {
            open(data, power).prepare(AGENT, 0, REQUEST);
        } catch (PowerFailedException e) {
            isCut = true;
        }
        if (loses) {
            power.lose();
        }
        Path disks = data.resolve("disks/writer");
        if (!holds(disks.resolve("volume"), "/write/work/own", "of the agent")) {
            assertThat(share.resolve("own")).as(as).hasContent("of the agent");
        }
        if (!holds(disks.resolve("read"), "/read/work/in/given", "to the agent")) {
            assertThat(share.resolve("in/given")).as(as).hasContent("to the agent");
        }
        DiskStore next = open(data, new DiskFiles(mke2fs));
        RunDisks made = next.prepare(AGENT, 0, REQUEST);
        assertThat(holds(made.volume().orElseThrow(), "/write/work/own", "of the agent"))
                .as(as)
                .isTrue();
        assertThat(holds(made.read().orElseThrow(), "/read/work/in/given", "to the agent"))
                .as(as)
                .isTrue();
        E2fsprogs.check(made.layer().orElseThrow());
        assertThat(data.resolve("shares")).as(as).isEmptyDirectory();
        try (Stream<Path> files = Files.list(disks)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as(as)
                    .containsExactlyInAnyOrder("layer", "volume", "read");
        }
        return isCut;
    }

    private DiskStore open(Path data, DiskFiles files) throws IOException {
        return DiskStore.open(libc, data, files, new EventSink(new ByteArrayOutputStream()));
    }

    /** True when the disk is there; then it must be whole. */
    private static boolean holds(Path disk, String file, String content) throws Exception {
        if (!Files.exists(disk)) {
            return false;
        }
        E2fsprogs.check(disk);
        assertThat(E2fsprogs.cat(disk, file)).isEqualTo(content);
        return true;
    }

    /** The end of the power. */
    private static final class PowerFailedException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Files of a machine whose power fails at a step, and that can lose what was not synced. */
    private static final class PowerCut extends DiskFiles {
        /** Change of a directory that is not on the disk, and how to take it back. */
        private record Change(Path directory, Reversal reversal) {}

        private interface Reversal {
            void run() throws IOException;
        }

        private final Path attic;
        private final List<Change> changes = new ArrayList<>();
        private final List<Object> unsynced = new ArrayList<>();
        private int left;
        private int kept;

        PowerCut(Mke2fs mke2fs, Path attic, int step) throws IOException {
            super(mke2fs);
            this.attic = Files.createDirectory(attic);
            this.left = step;
        }

        private void step() throws IOException {
            if (left-- <= 0) {
                throw new PowerFailedException();
            }
        }

        private static Object inode(Path file) throws IOException {
            return Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
        }

        @Override
        void make(Path file, Mke2fs.Plan plan) throws IOException {
            if (left <= 0) {
                Files.writeString(file, "the beginning of a file system");
            }
            step();
            super.make(file, plan);
            unsynced.add(inode(file));
            changes.add(new Change(parent(file), () -> Files.deleteIfExists(file)));
        }

        @Override
        void sync(Path path) throws IOException {
            step();
            super.sync(path);
            if (Files.isDirectory(path)) {
                changes.removeIf(change -> change.directory().equals(path));
            } else {
                unsynced.remove(inode(path));
            }
        }

        @Override
        void replace(Path file, byte[] bytes) throws IOException {
            step();
            super.replace(file, bytes);
            changes.removeIf(change -> change.directory().equals(parent(file)));
        }

        @Override
        void rename(Path from, Path to) throws IOException {
            step();
            super.rename(from, to);
            changes.add(new Change(parent(to), () -> super.rename(to, from)));
        }

        @Override
        void delete(Path file) throws IOException {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                putAway(file);
            }
        }

        @Override
        void deleteTree(Path tree) throws IOException {
            if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
                putAway(tree);
            }
        }

        private void putAway(Path path) throws IOException {
            step();
            Path away = attic.resolve(Integer.toString(kept++));
            Files.move(path, away);
            changes.add(new Change(parent(path), () -> {
                // A stage may have been made anew since, and is removed before it is used; what lay in a directory is
                // gone
                // with it.
                if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS) && Files.isDirectory(parent(path))) {
                    Files.move(away, path);
                }
            }));
        }

        /** Takes back what was not synced: names first, the last change first, then contents. */
        void lose() throws IOException {
            for (Change change : changes.reversed()) {
                change.reversal().run();
            }
            try (Stream<Path> files = Files.walk(attic.resolveSibling(""))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (unsynced.contains(inode(file))) {
                        Files.writeString(file, "lost");
                    }
                }
            }
        }

        private static Path parent(Path path) {
            return path.resolveSibling("");
        }
    }
}
