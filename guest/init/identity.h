/* Identity of the agent's machine in files below its /etc, and the directories that every program expects. */
#ifndef NULLBOX_IDENTITY_H
#define NULLBOX_IDENTITY_H

#include "config.h"

/* Creates the mount points of the kernel's file systems and of memory, /run and /tmp; -1 with a reason. */
int make_places(int root);

/* Writes /etc/hosts, resolv.conf, hostname, machine-id and mtab; -1 with a reason. */
int write_identity(int root, const struct config *config);

#endif
