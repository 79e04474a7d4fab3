package dev.nullbox.natives.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The calls and bytes of project quotas; ProjectQuotaIT has a real XFS. */
class ProjectQuotaTest {
    private static final Path DATA = Path.of("/data");

    private final FakeLibc libc = new FakeLibc();

    @Test
    void setsTheHardLimitsAlone() throws Exception {
        ProjectQuota.limit(libc, DATA, 7, 1 << 20, 100);
        assertThat(libc.calls("quotactlFd"))
                .containsExactly("quotactlFd(100, 580402, 7, 01020a0007000000" + "0008000000000000" + "0000000000000000"
                        + "6400000000000000" + "00".repeat(80) + ")");
        assertThat(libc.openFds()).isEmpty();
    }

    @Test
    void namesTheProjectAndTheBounds() {
        libc.fails("quotactlFd", Errno.EPERM);
        assertThatThrownBy(() -> ProjectQuota.limit(libc, DATA, 7, 512, 1))
                .hasMessage("quotactl Q_XSETQLIM of project 7 on /data to 512 bytes, 1 inodes: EPERM (1)");
        assertThatThrownBy(() -> ProjectQuota.limit(libc, DATA, 7, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(libc.openFds()).isEmpty();
    }

    @Test
    void keepsTheOtherFlagsOfADirectory() throws Exception {
        libc.gives("ioctl", attributes(0x40, 0));
        libc.returns("ioctl", 0);
        libc.gives("ioctl", attributes(0x240, 7));
        ProjectQuota.assign(libc, DATA, 7);
        assertThat(libc.calls("ioctl").get(1))
                .isEqualTo("ioctl(100, 401c5820, 4002000000000000000000000700000000000000" + "00".repeat(8) + ")");
    }

    @Test
    void refusesADirectoryThatDidNotTakeTheProject() {
        libc.gives("ioctl", attributes(0, 0));
        libc.returns("ioctl", 0);
        libc.gives("ioctl", attributes(0x200, 3));
        assertThatThrownBy(() -> ProjectQuota.assign(libc, DATA, 7))
                .hasMessage("FS_IOC_FSSETXATTR of /data to project 7 had no effect: project 3: EIO (5)");
        assertThat(libc.openFds()).isEmpty();
    }

    @Test
    void isEnforcedOnlyWhereTheKernelSaysSo() throws Exception {
        byte[] counted = new byte[ProjectQuota.QUOTA_STAT_BYTES];
        counted[ProjectQuota.STAT_FLAGS] = 1 << 4;
        byte[] enforced = counted.clone();
        enforced[ProjectQuota.STAT_FLAGS] |= XfsQuota.FS_QUOTA_PDQ_ENFD;
        libc.gives("quotactlFd", enforced).gives("quotactlFd", counted);
        libc.fails("quotactlFd", Errno.ENOSYS).fails("quotactlFd", Errno.EACCES);
        assertThat(ProjectQuota.isEnforced(libc, DATA)).isTrue();
        assertThat(ProjectQuota.isEnforced(libc, DATA)).isFalse();
        assertThat(ProjectQuota.isEnforced(libc, DATA)).isFalse();
        assertThatThrownBy(() -> ProjectQuota.isEnforced(libc, DATA)).hasMessageEndingWith("EACCES (13)");
    }

    private static byte[] attributes(int flags, int project) {
        byte[] struct = new byte[ProjectQuota.FSXATTR_BYTES];
        ByteBuffer.wrap(struct)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, flags)
                .putInt(ProjectQuota.PROJECT_ID, project);
        return struct;
    }
}
