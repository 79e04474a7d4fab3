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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Stage1Test {
    private static final int IMAGE_BYTES = 4096;
    private static final int WITH_TREE = 3 * IMAGE_BYTES;
    private static final String HASH = "5e".repeat(32);
    private static final String SALT = "a5".repeat(32);

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
        commandLine("console=ttyS0 nullbox.verity=" + HASH);
        Files.createDirectories(root.resolve("proc/sys/kernel"));
        Files.writeString(root.resolve("proc/sys/kernel/panic"), "");
        // What FakeLibc's device mapper makes: device 0.
        Files.write(root.resolve("dev/dm-0"), new byte[IMAGE_BYTES]);
    }

    private void commandLine(String words) throws IOException {
        Files.createDirectories(root.resolve("proc"));
        Files.writeString(root.resolve("proc/cmdline"), words + "\n");
    }

    @Test
    void entersTheRootThatCarriesItsSuperblock() throws IOException {
        disk("vda", superblock((byte) 2), IMAGE_BYTES);
        disk("vdb", superblock((byte) 1), WITH_TREE);
        libc.fails("execve", Errno.ENOENT);
        assertThatThrownBy(this::run).hasMessageContaining("/sbin/nulld").hasMessageContaining("ENOENT");
        assertThat(libc.calls("mount"))
                .contains("mount(" + root + "/dev/dm-0, " + root + "/newroot, squashfs, 7, null)")
                .contains("mount(" + root + "/proc, " + root + "/newroot/proc, null, 8192, null)")
                .contains("mount(., /, null, 8192, null)");
        assertThat(libc.calls("chroot")).containsExactly("chroot(.)");
        assertThat(libc.calls("execve")).singleElement().asString().contains("nulld, vdb");
        assertThat(root.resolve("init")).doesNotExist();
        assertThat(root.resolve("newroot")).exists();
    }

    @Test
    void readsTheRootThroughItsTreeOfHashes() throws IOException {
        disk("vdb", superblock((byte) 1), WITH_TREE);
        libc.fails("execve", Errno.ENOENT);
        assertThatThrownBy(this::run).hasMessageContaining("execve");
        String table = "1 " + root + "/dev/vdb " + root + "/dev/vdb 4096 4096 1 2 sha256 " + HASH + " " + SALT;
        assertThat(tables()).containsExactly(table, table + " 1 panic_on_corruption");
    }

    @Test
    void corruptedBlockStopsTheMachineOnRequest() throws IOException {
        disk("vdb", superblock((byte) 1), WITH_TREE);
        unreadableRoot();
        commandLine("nullbox.on-corruption=stop nullbox.verity=" + HASH);
        assertThatThrownBy(this::run).hasMessageContaining("first block");
        assertThat(root.resolve("proc/sys/kernel/panic")).hasContent("0");
        commandLine("nullbox.on-corruption=halt nullbox.verity=" + HASH);
        assertThatThrownBy(this::run).hasMessage("nullbox.on-corruption=halt is not known");
    }

    @Test
    void refusesACommandLineWithoutAHash() throws IOException {
        disk("vdb", superblock((byte) 1), WITH_TREE);
        commandLine("console=ttyS0");
        assertThatThrownBy(this::run).hasMessageContaining("has no nullbox.verity=");
        commandLine("nullbox.verity=" + HASH.substring(1));
        assertThatThrownBy(this::run).hasMessageContaining("is no SHA-256");
        assertThat(libc.calls("mount")).noneMatch(call -> call.contains("squashfs"));
    }

    @Test
    void refusesARootWhoseFirstBlockCannotBeVerified() throws IOException {
        disk("vdb", superblock((byte) 1), WITH_TREE);
        unreadableRoot();
        assertThatThrownBy(this::run)
                .hasMessageContaining("the root is not the one whose hash the kernel command line has");
        assertThat(tables()).singleElement().asString().doesNotContain("panic");
        assertThat(libc.calls("mount")).noneMatch(call -> call.contains("squashfs"));
        assertThat(root.resolve("proc/sys/kernel/panic")).hasContent("10");
    }

    /** Makes reading the root fail, as the kernel does for a wrong hash: a directory cannot be read either. */
    private void unreadableRoot() throws IOException {
        Files.delete(root.resolve("dev/dm-0"));
        Files.createDirectories(root.resolve("dev/dm-0"));
    }

    @Test
    void refusesATreeThatIsNotTheBuilds() throws IOException {
        record Damage(int at, int value, String cause) {}
        for (Damage damage : List.of(
                new Damage(0, 'V', "has no tree of hashes behind its root"),
                new Damage(8, 2, "its version is 2, not 1"),
                new Damage(12, 0, "its hash type is 0, not 1"),
                new Damage(35, '1', "is not one of SHA-256"),
                new Damage(65, 0x20, "its data block is 8192, not 4096"),
                new Damage(69, 0x20, "its hash block is 8192, not 4096"),
                new Damage(72, 2, "its number of data blocks is 2, not 1"),
                new Damage(80, 31, "its salt's length is 31, not 32"),
                new Damage(83, 1, "something where zeros belong"),
                new Damage(121, 1, "something where zeros belong"),
                new Damage(511, 1, "something where zeros belong"))) {
            disk("vdb", superblock((byte) 1), WITH_TREE);
            try (RandomAccessFile file =
                    new RandomAccessFile(root.resolve("dev/vdb").toFile(), "rw")) {
                file.seek(IMAGE_BYTES + damage.at());
                file.write(damage.value());
            }
            assertThatThrownBy(this::run).isInstanceOf(BootException.class).hasMessageContaining(damage.cause());
        }
        disk("vdb", superblock((byte) 1), IMAGE_BYTES);
        assertThatThrownBy(this::run).hasMessageContaining("ends where its tree of hashes should begin");
        assertThat(libc.calls("ioctl")).isEmpty();
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
        assertThat(tables().getFirst())
                .startsWith("1 " + root + "/dev/loop3 " + root + "/dev/loop3 4096 4096 1 2 sha256 ");
        assertThat(libc.calls("mount"))
                .contains("mount(" + root + "/dev/sr0, " + root + "/iso, iso9660, 15, null)")
                .contains("mount(" + root + "/dev/dm-0, " + root + "/newroot, squashfs, 7, null)");
        assertThat(libc.calls("umount2")).containsExactly("umount2(" + root + "/iso, 2)");
    }

    @Test
    void everyFailingSystemCallEndsInOneMessageWithARemedy() throws IOException {
        disk("vdb", superblock((byte) 1), WITH_TREE);
        FakeLibc healthy = new FakeLibc().fails("execve", Errno.ENOENT);
        var _ = catchThrowable(() -> new Stage1(healthy, clock, new Journal(clock), root).run());
        int calls = healthy.calls().size();
        assertThat(calls).isGreaterThan(9);
        for (int call = 1; call <= calls; call++) {
            initramfs();
            disk("vdb", superblock((byte) 1), WITH_TREE);
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
        Files.write(root.resolve("dev/loop3"), image((byte) 1));
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
            if (bytes >= WITH_TREE && start.length == 96) {
                file.seek(IMAGE_BYTES);
                file.write(tree());
            }
        }
    }

    /** Superblock of a tree of hashes over one block, as veritysetup writes it. */
    private static byte[] tree() {
        ByteBuffer tree = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        tree.put(0, "verity".getBytes(StandardCharsets.US_ASCII)).putInt(8, 1).putInt(12, 1);
        tree.put(32, "sha256".getBytes(StandardCharsets.US_ASCII));
        tree.putInt(64, 4096).putInt(68, 4096).putLong(72, 1).putShort(80, (short) 32);
        tree.put(88, HexFormat.of().parseHex(SALT));
        return tree.array();
    }

    /** Parameters of the tables that were loaded. */
    private List<String> tables() {
        return libc.calls("ioctl").stream()
                .filter(call -> call.contains(", c138fd09, "))
                .map(call -> HexFormat.of().parseHex(call.substring(call.lastIndexOf(' ') + 1, call.length() - 1)))
                .map(struct ->
                        new String(struct, 352, struct.length - 352, StandardCharsets.US_ASCII).replace("\0", ""))
                .toList();
    }

    private static byte[] image(byte id) {
        byte[] image = new byte[WITH_TREE];
        System.arraycopy(superblock(id), 0, image, 0, 96);
        System.arraycopy(tree(), 0, image, IMAGE_BYTES, 512);
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
