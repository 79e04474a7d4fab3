package dev.nullbox.nulld.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.nulld.supervise.ServiceTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/boot.md says what the code does. */
class BootDocumentTest {
    @Test
    void holdsEveryMountWithItsFlags() throws IOException {
        List<MountEntry> entries = new ArrayList<>(MountTable.VIRTUAL);
        entries.addAll(MountTable.NULLD);
        entries.add(MountTable.VOLATILE_DATA);
        for (MountEntry entry : entries) {
            String options = entry.data().isEmpty() ? "" : " " + entry.data();
            assertThat(document())
                    .contains("| `" + entry.target() + "` | " + entry.type() + " | " + entry.options() + " |" + options
                            + " | " + entry.why() + " |");
        }
    }

    @Test
    void holdsTheDataPartitionsMounts() throws IOException {
        assertThat(document())
                .contains("| `/data` | xfs | nosuid,nodev,noexec | " + MountTable.DATA_XFS_OPTIONS + " |")
                .contains("| `/data` | ext4 | nosuid,nodev,noexec | " + MountTable.DATA_EXT4_OPTIONS + " |");
    }

    @Test
    void holdsEveryKernelSetting() throws IOException {
        for (Sysctl setting : SysctlTable.ALL) {
            assertThat(document())
                    .contains("| `" + setting.name() + "` | " + setting.value() + " | " + setting.why() + " |");
        }
    }

    @Test
    void holdsEveryServicesLimits() throws IOException {
        for (ServiceSpec service : ServiceTable.ALL) {
            ServiceSpec.Limits limits = service.limits();
            assertThat(document())
                    .contains("| " + service.name() + " | " + limits.memoryMib() + " | " + limits.tasks() + " | "
                            + limits.why() + " |");
        }
    }

    private static String document() throws IOException {
        return Files.readString(Path.of("../docs/boot.md"));
    }
}
