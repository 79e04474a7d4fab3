package dev.nullbox.natives.filesystem;

import static dev.nullbox.natives.linux.HeaderAudit.field;
import static dev.nullbox.natives.linux.HeaderAudit.same;
import static dev.nullbox.natives.linux.HeaderAudit.size;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.linux.HeaderAudit;
import dev.nullbox.natives.linux.HeaderAudit.Source;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds the constants and the layouts of file systems' structs against the C headers of this machine, by gcc. */
class FilesystemAuditTest {
    private static final List<String> LAYOUTS = List.of(
            size("struct statfs", FilesystemStat.STATFS_BYTES),
            field("struct statfs", "f_type", 0, 8),
            field("struct statfs", "f_blocks", 16, 8),
            field("struct statfs", "f_bfree", 24, 8),
            field("struct statfs", "f_bavail", 32, 8),
            field("struct statfs", "f_files", 40, 8),
            field("struct statfs", "f_ffree", 48, 8),
            field("struct statfs", "f_frsize", 72, 8),
            size("struct fsxattr", ProjectQuota.FSXATTR_BYTES),
            field("struct fsxattr", "fsx_xflags", ProjectQuota.XFLAGS, 4),
            field("struct fsxattr", "fsx_projid", ProjectQuota.PROJECT_ID, 4),
            size("struct fs_disk_quota", ProjectQuota.DISK_QUOTA_BYTES),
            field("struct fs_disk_quota", "d_version", 0, 1),
            field("struct fs_disk_quota", "d_flags", ProjectQuota.FLAGS, 1),
            field("struct fs_disk_quota", "d_fieldmask", ProjectQuota.FIELD_MASK, 2),
            field("struct fs_disk_quota", "d_id", ProjectQuota.ID, 4),
            field("struct fs_disk_quota", "d_blk_hardlimit", ProjectQuota.BLOCKS_HARD, 8),
            field("struct fs_disk_quota", "d_ino_hardlimit", ProjectQuota.INODES_HARD, 8),
            field("struct fs_disk_quota", "d_bcount", ProjectQuota.BLOCKS, 8),
            field("struct fs_disk_quota", "d_icount", ProjectQuota.INODES, 8),
            size("struct fs_quota_stat", ProjectQuota.QUOTA_STAT_BYTES),
            field("struct fs_quota_stat", "qs_version", 0, 1),
            field("struct fs_quota_stat", "qs_flags", ProjectQuota.STAT_FLAGS, 2),
            same("QCMD(Q_XSETQLIM, PRJQUOTA)", XfsQuota.ofProject(XfsQuota.Q_XSETQLIM)));

    @Test
    void constantsAreThoseOfTheHeaders() throws Exception {
        assertThat(HeaderAudit.complaints(
                        List.of(new Source(XfsQuota.class, "linux/dqblk_xfs.h", "")), "linux/quota.h"))
                .isEmpty();
    }

    @Test
    void structsAreThoseOfTheHeaders() throws Exception {
        List<String> headers = List.of("sys/statfs.h", "linux/fs.h", "linux/quota.h", "linux/dqblk_xfs.h");
        assertThat(HeaderAudit.complaints(LAYOUTS, headers)).isEmpty();
    }
}
