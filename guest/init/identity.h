/* Files below the agent's /etc that say who and where it is, and the directories that any program expects. */
#ifndef NULLBOX_IDENTITY_H
#define NULLBOX_IDENTITY_H

#include "config.h"

/* The directories on which the kernel's file systems and memory are mounted, /run and /tmp; -1 with a reason. */
int make_places(int root);

/* /etc/hosts, resolv.conf, hostname, machine-id and mtab; -1 with a reason. */
int write_identity(int root, const struct config *config);

#endif
