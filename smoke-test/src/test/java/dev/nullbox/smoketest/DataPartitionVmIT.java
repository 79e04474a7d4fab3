package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data partition from the shop: blank, made in one boot, served in the next. */
final class DataPartitionVmIT {
    private static final long DISK_MIB = 8 << 10;

    @Test
    void blankPartitionIsFormattedOnRequestAndServed(@TempDir Path directory) throws Exception {
        Path disk = DataDisk.blank(directory.resolve("data.img"), DISK_MIB);
        Boot.Medium medium = new Boot.Medium.Direct(Inputs.kernel(), Inputs.initramfs(), Inputs.root());
        try (HelloAppliance hello = HelloAppliance.start(
                medium, boot -> boot.withDataDisk(disk).withKernelArgument("nullbox.data=format"))) {
            assertServes(hello, "xfs");
            // Its layer lies on the new file system, beneath a quota.
            hello.helloSucceeds(0);
            assertThat(hello.status().get("data").getAsString()).startsWith("xfs on /dev/vd");
            assertThat(hello.appliance().console())
                    .contains("making a file system on /dev/vd")
                    .doesNotContain("without prjquota");
            hello.powersOffByTheOperator();
        }
        try (HelloAppliance hello = HelloAppliance.start(medium, boot -> boot.withDataDisk(disk))) {
            assertServes(hello, "xfs");
            assertThat(hello.appliance().console()).doesNotContain("making a file system");
        }
    }

    private static void assertServes(HelloAppliance hello, String type) throws InterruptedException {
        Event phase = hello.appliance()
                .awaitEvent(event -> event.is("boot.phase", "phase", "data"), Appliance.LONG, "the data partition");
        assertThat(phase.text("type")).as(hello.appliance().console()).isEqualTo(type);
    }
}
