/*
 * The disks of a guest, mounted in the init's own mount namespace. Its root is the first of them: the appliance's own,
 * which has the init and its tools.
 *   /root    the agent's image, read-only        /layer   the upper half: the layer's disk, or memory
 *   /agent   the overlay of both: the agent's root
 *   /volume  holds the directories of WRITE paths  /read  those of READ paths
 */
#ifndef NULLBOX_DISKS_H
#define NULLBOX_DISKS_H

#include "config.h"
#include "users.h"

enum disk { DISK_ROOT, DISK_LAYER, DISK_VOLUME, DISK_READ, DISK_COUNT };

struct disks {
    char devices[DISK_COUNT][32];
};

/* Assigns each disk its device, from the order in which the VMM has added them. -1 with a reason. */
int find_disks(const struct texts *order, struct disks *disks);

/*
 * Mounts all disks, and the agent's root at /agent when there is a root disk. A file system in which the kernel has
 * found an error is repaired first. -1 with a reason.
 */
int mount_disks(const struct disks *disks, const struct config *config);

/* Binds the directories of WRITE and READ paths into the agent's root. -1 with a reason. */
int bind_paths(int root, const struct disks *disks, const struct config *config, const struct user *user);

/* Mounts memory in a read-only root where programs must be able to write. -1 with a reason. */
int mount_memory(int root);

/* Makes the agent's root read-only, once all files are written. -1 with a reason. */
int make_read_only(void);

/* Disks that must be clean when the guest ends, one bit for each enum disk. */
unsigned kept_disks(const struct disks *disks, const struct config *config);

/* Syncs and unmounts all disks; returns when the disks of KEPT are free, or after LIMIT_MS. */
int release_disks(unsigned kept, const char devices[DISK_COUNT][32], long limit_ms);

#endif
