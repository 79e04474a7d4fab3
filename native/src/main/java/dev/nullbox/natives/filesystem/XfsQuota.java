package dev.nullbox.natives.filesystem;

/** Constants of quotactl(2) for project quotas of XFS. Source: linux/quota.h, linux/dqblk_xfs.h. */
final class XfsQuota {
    static final int PRJQUOTA = 2;
    static final int SUBCMDSHIFT = 8;
    static final int Q_XGETQUOTA = 0x5803;
    static final int Q_XSETQLIM = 0x5804;
    static final int Q_XGETQSTAT = 0x5805;
    static final int FS_DQUOT_VERSION = 1;
    static final int FS_PROJ_QUOTA = 2;
    static final int FS_DQ_IHARD = 1 << 1;
    static final int FS_DQ_BHARD = 1 << 3;
    static final int FS_QSTAT_VERSION = 1;
    static final int FS_QUOTA_PDQ_ENFD = 1 << 5;

    private XfsQuota() {}

    /** QCMD(command, PRJQUOTA). */
    static int ofProject(int command) {
        return command << SUBCMDSHIFT | PRJQUOTA;
    }
}
