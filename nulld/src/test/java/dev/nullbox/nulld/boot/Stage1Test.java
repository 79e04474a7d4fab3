package dev.nullbox.nulld.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.EachCall;
import dev.nullbox.nulld.linux.ManualClock;
import dev.nullbox.nulld.log.Journal;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Stage1Test {
    private static final int IMAGE_BYTES = 4096;

    @TempDir
    private Path root;

    private final FakeLibc libc = new FakeLibc();
    private final ManualClock clock = new ManualClock();

    @BeforeEach
    void initramfs() throws IOException {
        Files.createDirectories(root.resolve("sys/class/block"));
        Files.createDirectories(root.resolve("dev"));
        Files.write(root.resolve("root.superblock"), superblock((byte) 1));
        Files.writeString(root.resolve("init"), "x");
    }

    @Test
    void entersTheRootThatCarriesItsSuperblock() throws IOException {
        disk("vda", superblock((byte) 2), IMAGE_BYTES);
        disk("vdb", superblock((byte) 1), IMAGE_BYTES);
        libc.fails("execve", Errno.ENOENT);
        assertThatThrownBy(this::run).hasMessageContaining("/sbin/nulld").hasMessageContaining("ENOENT");
        assertThat(libc.calls("mount"))
                .contains("mount(" + root + "/dev/vdb, " + root + "/newroot, squashfs, 7, null)")
                .contains("mount(" + root + "/proc, " + root + "/newroot/proc, null, 8192, null)")
                .contains("mount(., /, null, 8192, null)");
        assertThat(libc.calls("chroot")).containsExactly("chroot(.)");
        assertThat(libc.calls("execve")).singleElement().asString().contains("nulld, vdb");
        assertThat(root.resolve("init")).doesNotExist();
        assertThat(root.resolve("newroot")).exists();
    }

    @Test
    void saysThatTheImageIsTruncatedAndBySoManyBytes() throws IOException {
        disk("vda", superblock((byte) 1), 2048);
        assertThatThrownBy(this::run)
                .isInstanceOf(BootException.class)
                .hasMessageContaining("truncated SquashFS")
                .hasMessageContaining("has 2048 bytes")
                .hasMessageContaining("4096");
        assertThat(clock.millis()).isBetween(5_000L, 6_000L);
    }

    @Test
    void givesUpAfterThirtySecondsAndSaysWhatItSaw() throws IOException {
        disk("vda", superblock((byte) 2), IMAGE_BYTES);
        assertThatThrownBy(this::run)
                .hasMessageContaining("after 30 s")
                .hasMessageContaining("dev/vda holds something else");
    }

    @Test
    void refusesASuperblockThatIsNone() throws IOException {
        Files.write(root.resolve("root.superblock"), new byte[96]);
        assertThatThrownBy(this::run).hasMessageContaining("no SquashFS superblock");
    }

    @Test
    void findsTheRootOnAnIsoMedium() throws IOException {
        medium();
        libc.returns("ioctl", 3).fails("execve", Errno.ENOENT);
        assertThatThrownBy(this::run).hasMessageContaining("execve");
        assertThat(libc.calls("mount"))
                .contains("mount(" + root + "/dev/sr0, " + root + "/iso, iso9660, 15, null)")
                .contains("mount(" + root + "/dev/loop3, " + root + "/newroot, squashfs, 7, null)");
        assertThat(libc.calls("umount2")).containsExactly("umount2(" + root + "/iso, 2)");
    }

    @Test
    void everyFailingSystemCallEndsInOneMessageWithARemedy() throws IOException {
        disk("vdb", superblock((byte) 1), IMAGE_BYTES);
        FakeLibc healthy = new FakeLibc().fails("execve", Errno.ENOENT);
        var _ = catchThrowable(() -> new Stage1(healthy, clock, new Journal(clock), root).run());
        int calls = healthy.calls().size();
        assertThat(calls).isGreaterThan(9);
        for (int call = 1; call <= calls; call++) {
            initramfs();
            disk("vdb", superblock((byte) 1), IMAGE_BYTES);
            FakeLibc failing = new FakeLibc().failCall(call, Errno.EIO).fails("execve", Errno.ENOENT);
            Throwable thrown = catchThrowable(() -> new Stage1(failing, clock, new Journal(clock), root).run());
            assertThat(thrown)
                    .as("call %d: %s", call, failing.calls().getLast())
                    .isInstanceOf(BootException.class);
            assertThat(((BootException) thrown).remedy()).isNotEmpty();
        }
    }

    @Test
    void failingCallsOfAMediumGiveOneMessageAndLeaveNoDescriptor() throws IOException {
        medium();
        EachCall.fails(
                libc -> {
                    initramfs();
                    medium();
                    libc.returns("ioctl", 3).fails("execve", Errno.ENOENT);
                    new Stage1(libc, clock, new Journal(clock), root).run();
                    return libc;
                },
                outcome -> {
                    assertThat(outcome.thrown().orElseThrow())
                            .as(outcome.call())
                            .isInstanceOfSatisfying(
                                    BootException.class,
                                    e -> assertThat(e.remedy()).isNotEmpty());
                    assertThat(outcome.libc().openFds()).as(outcome.call()).isEmpty();
                },
                Errno.EIO,
                Errno.ENXIO);
    }

    /** An ISO 9660 medium with the root on it. */
    private void medium() throws IOException {
        byte[] medium = new byte[40_000];
        medium[0] = 'x';
        System.arraycopy(new byte[] {'C', 'D', '0', '0', '1'}, 0, medium, 32_769, 5);
        disk("sr0", medium, medium.length);
        Files.createDirectories(root.resolve("iso/nullbox"));
        Files.write(root.resolve("iso/nullbox/root.squashfs"), image((byte) 1));
    }

    private void run() throws BootException {
        new Stage1(libc, clock, new Journal(clock), root).run();
    }

    private void disk(String name, byte[] start, int bytes) throws IOException {
        Path device = Files.createDirectories(root.resolve("sys/class/block/" + name));
        Files.writeString(device.resolve("size"), bytes / 512 + "\n");
        Files.writeString(device.resolve("uevent"), "DEVNAME=" + name + "\n");
        Files.createDirectories(root.resolve("dev"));
        Files.write(root.resolve("dev/" + name), start);
        try (RandomAccessFile file =
                new RandomAccessFile(root.resolve("dev/" + name).toFile(), "rw")) {
            file.setLength(bytes);
        }
    }

    private static byte[] image(byte id) {
        byte[] image = new byte[IMAGE_BYTES];
        System.arraycopy(superblock(id), 0, image, 0, 96);
        return image;
    }

    private static byte[] superblock(byte id) {
        byte[] bytes = new byte[96];
        bytes[0] = 'h';
        bytes[1] = 's';
        bytes[2] = 'q';
        bytes[3] = 's';
        bytes[8] = id;
        bytes[41] = IMAGE_BYTES >> 8;
        return bytes;
    }
}
