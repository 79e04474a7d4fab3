package dev.nullbox.nulld.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.Cmdline;
import dev.nullbox.nulld.linux.ManualClock;
import dev.nullbox.nulld.linux.Mounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Partitions with each content and each request: nothing is overwritten but what the operator names. */
@Timeout(60)
class DataPartitionTest {
    /** The pid that the fake gives first. */
    private static final int FIRST_PID = 1000;
    /** struct pollfd of a pidfd whose process has ended. */
    private static final byte[] PIDFD = {0, 0, 0, 0, 0, 0, 1, 0};
    /** struct pollfd of the three pipes of a program, each with POLLHUP. */
    private static final byte[] ENDED = new byte[3 * 8];

    static {
        for (int fd = 0; fd < 3; fd++) {
            ENDED[fd * 8 + 6] = 0x10;
        }
    }

    @TempDir
    private Path root;

    private final FakeLibc libc = new FakeLibc();
    private final List<String> problems = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private int pid = FIRST_PID;
    private String medium = "";

    @BeforeEach
    void memory() throws IOException {
        partition("vdb", DataContentTest.xfs(), 1024);
    }

    private void partition(String name, byte[] head, long mib) throws IOException {
        Path entry = Files.createDirectories(root.resolve("sys/class/block").resolve(name));
        Files.writeString(entry.resolve("uevent"), "DEVNAME=" + name + "\nPARTNAME=nullbox-data\n");
        Files.writeString(entry.resolve("size"), mib * 2048 + "\n");
        Files.write(Files.createDirectories(root.resolve("dev")).resolve(name), head);
    }

    private DataPartition.Mounted mount(String cmdline) throws BootException {
        return new DataPartition(
                        libc, new ManualClock(), root, medium, new Mounter(libc, root), problems::add, said::add)
                .mount(Cmdline.parse(cmdline));
    }

    /** The next program exits with this code, without a word. */
    private void program(int code) {
        libc.gives("poll", ENDED).gives("poll", PIDFD).child(pid++, code << 8);
    }

    private void assertInMemory(DataPartition.Mounted mounted, String why) {
        assertThat(mounted.describe()).isEqualTo("memory");
        assertThat(problems).singleElement().asString().contains(why).contains("state is in memory");
    }

    @Test
    void xfsIsMountedWithProjectQuotas() throws Exception {
        DataPartition.Mounted mounted = mount("");
        String node = root.resolve("dev/vdb").toString();
        assertThat(mounted.describe()).isEqualTo("xfs on " + node);
        assertThat(libc.calls("mount"))
                .containsExactly("mount(" + node + ", " + root.resolve("data") + ", xfs, 14, prjquota)");
        assertThat(problems).isEmpty();
        assertThat(libc.calls("posixSpawn")).isEmpty();
    }

    @Test
    void ext4IsServedAndSaysWhatItLacks() throws Exception {
        partition("vdb", DataContentTest.ext4(), 64);
        assertThat(mount("").describe()).contains("ext4 on ").contains("no quotas and no reflinks");
        assertThat(libc.calls("mount")).singleElement().asString().contains("ext4, 14, errors=remount-ro");
        assertThat(said).singleElement().asString().contains("nullbox.data=erase:" + DataContentTest.ID);
        assertThat(problems).isEmpty();
    }

    @Test
    void oneThatAsksForAFileSystemIsFormattedWithoutAWord() throws Exception {
        partition("vdb", DataContent.requested(), 1024);
        program(0);
        // The fake mkfs.xfs writes nothing, so that it still asks.
        assertInMemory(mount(""), "it still asks for a file system after one was made");
        assertThat(libc.calls("posixSpawn"))
                .singleElement()
                .asString()
                .contains("/sbin/mkfs.xfs")
                .contains(", -f,");
    }

    @Test
    void theRootsOwnDiskIsTaken() throws Exception {
        partition("vda4", DataContentTest.xfs(), 1024);
        assertThat(mount("").describe()).endsWith("dev/vda4");
        medium = "vdb";
        assertThat(mount("").describe()).endsWith("dev/vdb");
    }

    @Test
    void blankOneIsFormattedOnRequestAlone() throws Exception {
        partition("vdb", DataContentTest.blank(), 1024);
        assertInMemory(mount(""), "it is blank: boot once with nullbox.data=format");
        assertThat(libc.calls("posixSpawn")).isEmpty();
        problems.clear();
        program(0);
        // The fake mkfs.xfs writes nothing, so that it is still blank.
        assertInMemory(mount("nullbox.data=format"), "it is blank");
        assertThat(libc.calls("posixSpawn"))
                .singleElement()
                .asString()
                .contains("/sbin/mkfs.xfs")
                .contains("reflink=1")
                .contains(root.resolve("dev/vdb").toString())
                .doesNotContain(", -f,");
        assertThat(said).first().asString().contains("1024 MiB: XFS");
        assertThat(libc.openFds()).isEmpty();
    }

    @Test
    void requestThatStaysOnTheCommandLineChangesNothing() throws Exception {
        for (String request : List.of("format", "repair", "wait", "erase:00000000-0000-0000-0000-000000000000")) {
            assertThat(mount("nullbox.data=" + request).type()).isEqualTo("xfs");
        }
        assertThat(libc.calls("posixSpawn")).isEmpty();
        assertThat(problems).isEmpty();
        assertThat(said).singleElement().asString().contains("names no file system");
    }

    @Test
    void fileSystemIsErasedWhenItsUuidIsNamed() throws Exception {
        partition("vdb", DataContentTest.ext4(), 1024);
        program(0);
        mount("nullbox.data=erase:" + DataContentTest.ID);
        assertThat(libc.calls("posixSpawn")).singleElement().asString().contains("-f");
    }

    @Test
    void foreignContentIsNeverOverwritten() throws Exception {
        byte[] foreign = DataContentTest.blank();
        foreign[5000] = 1;
        partition("vdb", foreign, 1024);
        assertInMemory(mount("nullbox.data=format"), "it holds neither XFS nor ext4");
        assertThat(libc.calls("posixSpawn")).isEmpty();
    }

    @Test
    void smallPartitionIsRefusedWithBothSizes() throws Exception {
        partition("vdb", DataContentTest.blank(), 299);
        assertInMemory(mount("nullbox.data=format"), "it has 299 MiB, and XFS needs 300 MiB at least");
        assertThat(libc.calls("posixSpawn")).isEmpty();
    }

    @Test
    void noneOfTwoIsFormatted() throws Exception {
        partition("vdb", DataContentTest.blank(), 1024);
        partition("vdc", DataContentTest.blank(), 1024);
        assertInMemory(mount("nullbox.data=format"), "2 partitions have the label");
        assertThat(libc.calls("posixSpawn")).isEmpty();
    }

    @Test
    void failedFormatIsSaid() throws Exception {
        partition("vdb", DataContentTest.blank(), 1024);
        program(1);
        assertInMemory(mount("nullbox.data=format"), "mkfs.xfs failed: exit code 1");
    }

    @Test
    void damageIsMendedOnRequestAlone() throws Exception {
        libc.fails("mount", Errno.EUCLEAN);
        assertInMemory(mount(""), "EUCLEAN (117); boot once with nullbox.data=repair");
        assertThat(libc.calls("posixSpawn")).isEmpty();
        problems.clear();
        libc.fails("mount", Errno.EUCLEAN);
        program(0);
        assertThat(mount("nullbox.data=repair").type()).isEqualTo("xfs");
        assertThat(libc.calls("posixSpawn"))
                .singleElement()
                .asString()
                .contains("/sbin/xfs_repair")
                .doesNotContain("-L");
        assertThat(said).last().asString().contains("repaired");
        assertThat(problems).isEmpty();
    }

    /** xfs_repair ends with 2 when the log must be replayed first, which mounting could not. */
    @Test
    void logThatCannotBeReplayedIsDiscardedAndThatIsSaid() throws Exception {
        libc.fails("mount", Errno.EUCLEAN);
        program(2);
        program(0);
        libc.fails("mount", Errno.EUCLEAN);
        assertInMemory(mount("nullbox.data=repair"), "boot once with nullbox.data=erase:" + DataContentTest.ID);
        assertThat(libc.calls("posixSpawn")).hasSize(2).last().asString().contains("-L");
        assertThat(said).anySatisfy(line -> assertThat(line).contains("what was changed last is lost"));
    }

    @Test
    void unknownRequestIsSaidAndThePartitionServed() throws Exception {
        assertThat(mount("nullbox.data=formt").type()).isEqualTo("xfs");
        assertThat(problems).singleElement().asString().contains("nullbox.data=formt is not a request");
    }

    @Test
    void partitionThatIsAskedForAndMissingIsSaid() throws Exception {
        Files.delete(root.resolve("sys/class/block/vdb/uevent"));
        assertInMemory(mount("nullbox.data=format"), "no partition labelled nullbox-data appeared within 30 s");
    }

    @Test
    void unreadablePartitionIsSaid() throws Exception {
        Files.delete(root.resolve("dev/vdb"));
        assertInMemory(mount(""), "vdb is not used");
    }
}
