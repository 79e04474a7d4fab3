package dev.nullbox.nulld.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.protocol.api.NulldReason;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Installation and formatting on files, judged by sfdisk. */
class DiskWorkTest {
    private static final int MIB = 1 << 20;
    private static final byte[] SETUP = "the operator's certificates".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path directory;

    private final FakeLibc libc = new FakeLibc();
    private final List<String> said = new ArrayList<>();
    private Machine machine;
    private Path medium;

    /** A stick of 40 MiB, whose last partition ends at 32. */
    @BeforeEach
    void stick() throws Exception {
        machine = new Machine(directory);
        medium = machine.disk("sda", 40);
        byte[] content = new byte[31 * MIB];
        new Random(3).nextBytes(content);
        try (RandomAccessFile file = new RandomAccessFile(medium.toFile(), "rw")) {
            file.write(content);
        }
        Machine.partitioned(
                medium, "label: gpt\nstart=2048, size=40960, name=Gap1\nstart=43008, size=20480, name=system\n");
        machine.partition("sda", "sda1", "Gap1", 20);
        machine.partition("sda", "sda2", "system", 10);
    }

    private DiskWork work() {
        return new DiskWork(libc, directory, "sda", said::add);
    }

    private Message ended(DiskWork work) throws InterruptedException {
        Message state = work.progress(Duration.ofSeconds(60));
        assertThat(state.get(NulldContract.RUNNING)).isFalse();
        return state;
    }

    @Test
    void installedDiskIsTheMediumWithStateOfItsOwn() throws Exception {
        Path target = machine.disk("nvme0n1", 1024);
        Machine.partitioned(target, "label: gpt\nname=old\n");
        DiskWork work = work();
        long total = work.install("nvme0n1", Optional.of(SETUP));
        Message state = ended(work);
        assertThat(state.find(NulldContract.ERROR)).isEmpty();
        assertThat(state.get(NulldContract.DONE)).isEqualTo(total);
        String table = Machine.table(target);
        assertThat(table)
                .contains("start=        2048, size=       40960", "name=\"Gap1\"", "name=\"system\"")
                .contains("start=       63488, size=        2048", "name=\"nullbox-setup\"")
                .contains("start=       65536, size=     2029568", "name=\"nullbox-data\"")
                .doesNotContain("old", "corrupt");
        assertThat(table.lines().filter(line -> line.startsWith("label-id")))
                .doesNotContainAnyElementsOf(Machine.table(medium).lines().toList());
        try (RandomAccessFile made = new RandomAccessFile(target.toFile(), "r");
                RandomAccessFile from = new RandomAccessFile(medium.toFile(), "r")) {
            byte[] got = new byte[30 * MIB];
            byte[] wanted = new byte[30 * MIB];
            made.seek(MIB);
            made.readFully(got);
            from.seek(MIB);
            from.readFully(wanted);
            assertThat(Arrays.equals(got, wanted)).isTrue();
            byte[] boot = new byte[440];
            byte[] bootWanted = new byte[440];
            made.seek(0);
            made.readFully(boot);
            from.seek(0);
            from.readFully(bootWanted);
            assertThat(boot).isEqualTo(bootWanted);
            byte[] setup = new byte[SETUP.length];
            made.seek(63488L * 512);
            made.readFully(setup);
            assertThat(setup).isEqualTo(SETUP);
            byte[] data = new byte[17];
            made.seek(65536L * 512);
            made.readFully(data);
            assertThat(new String(data, StandardCharsets.US_ASCII)).isEqualTo("nullbox-data new\n");
        }
        assertThat(said).last().asString().isEqualTo("nvme0n1 is written");
        assertThat(libc.openFds()).isEmpty();
    }

    @Test
    void installedDiskCanBeInstalledFromAgain() throws Exception {
        machine.disk("vda", 1024);
        machine.disk("vdb", 1200);
        DiskWork work = work();
        work.install("vda", Optional.of(SETUP));
        ended(work);
        machine.partition("vda", "vda4", "nullbox-data", 900);
        DiskWork second = new DiskWork(libc, directory, "vda", said::add);
        second.install("vdb", Optional.of(SETUP));
        assertThat(ended(second).find(NulldContract.ERROR)).isEmpty();
        String table = Machine.table(machine.node("vdb"));
        assertThat(table.lines().filter(line -> line.contains("nullbox-setup"))).hasSize(1);
        assertThat(table.lines().filter(line -> line.contains("nullbox-data"))).hasSize(1);
    }

    @Test
    void formattedDiskIsOneDataPartition() throws Exception {
        Path target = machine.disk("sdb", 600);
        DiskWork work = work();
        work.format("sdb");
        assertThat(ended(work).find(NulldContract.ERROR)).isEmpty();
        assertThat(Machine.table(target))
                .contains("label: gpt", "start=        2048, size=     1224704", "name=\"nullbox-data\"");
    }

    @Test
    void disksThatMustNotBeWrittenAreRefused() throws Exception {
        machine.disk("sdb", 600);
        machine.partition("sdb", "sdb7", "nullbox-data", 598);
        Files.writeString(directory.resolve("proc/self/mountinfo"), "36 35 8:7 / /data rw - xfs /dev/sdb7 rw\n");
        machine.disk("sdc", 600);
        Files.writeString(directory.resolve("sys/devices/sdc/ro"), "1\n");
        machine.disk("sdd", 600);
        Files.createDirectories(directory.resolve("sys/devices/sdd/queue"));
        Files.writeString(directory.resolve("sys/devices/sdd/queue/logical_block_size"), "4096\n");
        machine.disk("sde", 600);
        Files.createDirectories(directory.resolve("sys/devices/sde/holders/dm-0"));
        machine.disk("sdf", 400);
        refused("sda", NulldReason.DISK_IN_USE, "runs from it");
        refused("sdb", NulldReason.DISK_IN_USE, "sdb7 is mounted at /data");
        refused("sdc", NulldReason.DISK_IN_USE, "read-only");
        refused("sdd", NulldReason.DISK_IN_USE, "sectors of 4096 bytes");
        refused("sde", NulldReason.DISK_IN_USE, "part of another device");
        refused("sdf", NulldReason.DISK_TOO_SMALL, "has 400 MiB");
        refused("sda1", NulldReason.NO_DISK, "there are sda, sdb, sdc, sdd, sde, sdf");
        refused("../sda", NulldReason.NO_DISK, "no disk '../sda'");
        assertThat(said).isEmpty();
    }

    private void refused(String disk, NulldReason reason, String why) {
        assertThatThrownBy(() -> work().install(disk, Optional.empty()))
                .isInstanceOfSatisfying(DiskRefusedException.class, e -> {
                    assertThat(e.reason()).isEqualTo(reason);
                    assertThat(e.problem()).contains(why);
                });
    }

    @Test
    void bootFromNoMediumCannotBeInstalled() throws Exception {
        machine.disk("sdb", 600);
        machine.disk("vda", 50);
        DiskWork direct = new DiskWork(libc, directory, "vda", said::add);
        assertThatThrownBy(() -> direct.install("sdb", Optional.empty()))
                .hasMessageContaining("which is no medium that boots by itself");
        DiskWork unknown = new DiskWork(libc, directory, "", said::add);
        assertThatThrownBy(() -> unknown.install("sdb", Optional.empty())).hasMessageContaining("not there any more");
    }

    @Test
    void mediumThatCannotBeReadLeavesADiskWithoutATable() throws Exception {
        Path target = machine.disk("sdb", 600);
        Machine.partitioned(target, "label: gpt\nname=old\n");
        DiskWork work = work();
        try (RandomAccessFile file = new RandomAccessFile(medium.toFile(), "rw")) {
            file.setLength(5 * MIB);
        }
        work.install("sdb", Optional.empty());
        assertThat(ended(work).find(NulldContract.ERROR))
                .hasValueSatisfying(why -> assertThat(why).contains("it ends after"));
        try (RandomAccessFile made = new RandomAccessFile(target.toFile(), "r")) {
            byte[] head = new byte[MIB];
            made.readFully(head);
            assertThat(head).containsOnly(0);
        }
        assertThat(said).last().asString().startsWith("sdb is not written: ");
    }
}
