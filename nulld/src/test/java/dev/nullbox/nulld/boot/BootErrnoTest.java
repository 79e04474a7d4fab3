package dev.nullbox.nulld.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.EachCall;
import dev.nullbox.nulld.linux.ManualClock;
import dev.nullbox.nulld.linux.Sysctl;
import dev.nullbox.nulld.linux.SysctlTable;
import dev.nullbox.nulld.linux.TestServices;
import dev.nullbox.nulld.log.Degraded;
import dev.nullbox.nulld.log.EventCheck;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.protocol.id.AgentNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Failures of every system call of the boot phases, one after the other: the boot goes on and reports what is missing,
 * or ends with the cause.
 */
@Timeout(60)
class BootErrnoTest {
    private static final List<String> NEEDED =
            List.of("/dev,", "/proc,", "/sys,", "/run,", "/sys/fs/cgroup,", "/data, tmpfs,");
    private static final int LINK_REPLY_BYTES = 32;
    private static final int ACK_BYTES = 36;

    @TempDir
    private Path directory;

    private int boots;
    private String cmdline = "nullbox.hostname=box";
    private byte[] head = DataContentTest.xfs();

    /** State after a boot. */
    private record Left(Degraded degraded, Journal journal, Boot.Booted booted) {}

    @Test
    void withADataPartition() {
        EachCall.fails(libc -> boot(libc, true), this::check, Errno.EIO, Errno.ENOMEM, Errno.ENOENT, Errno.EPERM);
    }

    @Test
    void withADataPartitionOfAFormerAppliance() {
        head = DataContentTest.ext4();
        EachCall.fails(libc -> boot(libc, true), this::check, Errno.EIO, Errno.EUCLEAN);
    }

    @Test
    void withoutADataPartition() {
        EachCall.fails(libc -> boot(libc, false), this::check, Errno.EIO, Errno.ENODEV);
    }

    @Test
    void keepsStateInMemoryWhenThePartitionCannotBeMountedAndSaysSo() throws Exception {
        FakeLibc libc = new FakeLibc();
        boot(libc, true);
        int mounts = libc.calls("mount").size();
        FakeLibc failing = new FakeLibc();
        for (int i = 1; i < mounts; i++) {
            failing.returns("mount", 0);
        }
        Left left = boot(failing.fails("mount", Errno.EUCLEAN), true);
        assertThat(left.degraded().reason().orElse(""))
                .contains("vdb is not used: it cannot be mounted, EUCLEAN (117)")
                .contains("state is in memory")
                .contains("nullbox.data=repair");
        assertThat(left.booted().volatileStateBytes()).isEqualTo(256L << 20);
    }

    @Test
    void agentsNetworkIsTheOneOnTheCommandLine() throws Exception {
        assertThat(boot(new FakeLibc(), true).booted().agentNetwork()).isEqualTo(AgentNetwork.DEFAULT);
        cmdline = "nullbox.agent_network=172.30.0.0/16";
        Left left = boot(new FakeLibc(), true);
        assertThat(left.booted().agentNetwork()).isEqualTo(AgentNetwork.parse("172.30.0.0/16"));
        assertThat(left.degraded().reason()).isEmpty();
    }

    @Test
    void wrongNetworkForAgentsDegradesAndTheDefaultHolds() throws Exception {
        cmdline = "nullbox.agent_network=8.8.0.0/16";
        Left left = boot(new FakeLibc(), true);
        assertThat(left.booted().agentNetwork()).isEqualTo(AgentNetwork.DEFAULT);
        assertThat(left.degraded().reason().orElse("")).contains("8.8.0.0/16").contains("use a private /16");
    }

    private void check(EachCall.Outcome<Left> outcome) {
        String as = "failing " + outcome.call() + " with " + Errno.describe(outcome.errno());
        assertThat(outcome.libc().openFds()).as(as).isEmpty();
        boolean needed = outcome.failed("mount")
                && NEEDED.stream().anyMatch(target -> outcome.call().contains(target));
        if (needed) {
            assertThat(outcome.thrown().orElseThrow()).as(as).isInstanceOfSatisfying(BootException.class, e -> {
                assertThat(e.getMessage()).contains("cannot mount").contains(Errno.describe(outcome.errno()));
                assertThat(e.remedy()).isNotEmpty();
            });
            return;
        }
        assertThat(outcome.thrown()).as(as).isEmpty();
        Optional<String> lacking = outcome.result().orElseThrow().degraded().reason();
        if (outcome.call().isEmpty() || outcome.failed("close")) {
            assertThat(lacking).as(as).isEmpty();
        } else {
            assertThat(lacking.orElse("")).as(as).contains(Errno.describe(outcome.errno()));
        }
    }

    private Left boot(FakeLibc libc, boolean partition) throws BootException {
        Path root = directory.resolve("boot" + ++boots);
        try {
            prepare(root, partition);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        libc.gives("recv", link()).gives("recv", acknowledged());
        ManualClock clock = new ManualClock();
        Journal journal = new Journal(clock);
        Degraded degraded = new Degraded(journal);
        try {
            return new Left(degraded, journal, new Boot(libc, clock, journal, degraded, root, "").run());
        } finally {
            journal.read(0, Journal.RECORDS, Optional.empty(), 0)
                    .get(NulldContract.RECORDS)
                    .forEach(record -> EventCheck.checked((JsonObject) record));
        }
    }

    private void prepare(Path root, boolean partition) throws IOException {
        for (Sysctl setting : SysctlTable.ALL) {
            write(root.resolve("proc/sys").resolve(setting.path()), setting.value());
        }
        write(root.resolve("proc/meminfo"), "MemTotal:        1048576 kB\nMemFree: 1 kB\n");
        write(root.resolve("proc/cmdline"), cmdline);
        write(root.resolve("dev/kvm"), "");
        write(root.resolve("dev/net/tun"), "");
        TestServices.cgroups(Files.createDirectories(root.resolve("sys/fs/cgroup")));
        if (partition) {
            write(root.resolve("sys/class/block/vdb/uevent"), "DEVNAME=vdb\nPARTNAME=nullbox-data\n");
            write(root.resolve("sys/class/block/vdb/size"), "2097152\n");
            Files.write(root.resolve("dev/vdb"), head);
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent() == null ? file : file.getParent());
        Files.writeString(file, text);
    }

    /** struct nlmsghdr of the first request's answer, and struct ifinfomsg with index 1. */
    private static byte[] link() {
        return ByteBuffer.allocate(LINK_REPLY_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, LINK_REPLY_BYTES)
                .putShort(4, (short) 16)
                .putInt(8, 1)
                .putInt(20, 1)
                .array();
    }

    /** struct nlmsgerr without an error, to the second request. */
    private static byte[] acknowledged() {
        return ByteBuffer.allocate(ACK_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, ACK_BYTES)
                .putShort(4, (short) 2)
                .putInt(8, 2)
                .array();
    }
}
