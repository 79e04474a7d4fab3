package dev.nullbox.nullctl.command.disk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** {@code nullctl disk}. */
class DiskCommandTest extends NullctlTestCase {
    private static final String DISKS = "{\"disks\":["
            + "{\"name\":\"nvme0n1\",\"size_bytes\":536870912000,\"model\":\"Fast\",\"medium\":false,\"partitions\":["
            + "{\"name\":\"nvme0n1p1\",\"size_bytes\":1048576,\"label\":\"windows\"}]},"
            + "{\"name\":\"sda\",\"size_bytes\":8589934592,\"model\":\"Stick\",\"use\":\"the appliance runs from it\","
            + "\"medium\":true,\"partitions\":[]}]}";

    DiskCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    @Test
    void listSaysWhatUsesADisk() throws Exception {
        appliance().serve("nulld", "nulld.disk_list", DISKS);
        assertThat(run("disk", "list")).isZero();
        assertThat(out())
                .containsPattern("nvme0n1 +500.0 GiB +Fast")
                .containsPattern("sda +8.0 GiB +Stick +the appliance runs from it");
    }

    @Test
    void nothingIsWrittenWithoutAYes() throws Exception {
        appliance().serve("nulld", "nulld.disk_list", DISKS, "nulld.disk_install", "{\"total\":1}");
        assertThat(run("disk", "install", "nvme0n1")).isNotZero();
        assertThat(err()).contains("500.0 GiB, Fast, with nvme0n1p1 windows", "--yes");
        assertThat(run("disk", "format", "sdz")).isNotZero();
        assertThat(err()).contains("there is no disk of that name now");
        assertThat(asked("nulld.disk_install")).isEmpty();
    }

    @Test
    void installWaitsForTheEnd() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        appliance()
                .serve(
                        "nulld",
                        List.of(
                                appliance()
                                        .method(
                                                "nulld.disk_install",
                                                params -> JsonParser.parseString("{\"total\":100}")),
                                appliance()
                                        .method(
                                                "nulld.disk_work",
                                                params -> JsonParser.parseString("{\"disk\":\"nvme0n1\",\"done\":50,"
                                                        + "\"total\":100,\"running\":" + (asked.incrementAndGet() < 3)
                                                        + "}"))));
        assertThat(run("disk", "install", "nvme0n1", "--yes")).isZero();
        assertThat(asked.get()).isEqualTo(3);
        assertThat(out()).contains("nvme0n1 is installed");
    }

    @Test
    void diskThatFailedIsAnError() throws Exception {
        appliance()
                .serve(
                        "nulld",
                        "nulld.disk_format",
                        "{\"total\":100}",
                        "nulld.disk_work",
                        "{\"disk\":\"sdb\",\"done\":5,\"total\":100,\"running\":false,\"error\":\"it ends after 5 bytes\"}");
        assertThat(run("disk", "format", "sdb", "--yes")).isNotZero();
        assertThat(err()).contains("DISK_FAILED", "it ends after 5 bytes");
        assertThat(out()).doesNotContain("data partition");
    }
}
