/*
 * The agent's world: namespaces for processes, mounts and cgroups, in which root has the rights of root on a
 * machine. Its first process mounts what a Debian machine has, starts the command, collects ended processes and passes
 * signals on, as tini does; the kernel ends the whole world with it.
 */
#ifndef NULLBOX_WORLD_H
#define NULLBOX_WORLD_H

#include "config.h"
#include "users.h"

/* Descriptors that the set-up process and the world's first process inherit from the init. */
enum { FD_STATUS = 3, FD_STDOUT = 4, FD_STDERR = 5, FD_STDIN = 6, FD_FIRST_OTHER = 7 };

/* A command and its user; the world's first process has them from the set-up process. */
struct launch {
    struct config *config;
    const struct user *user;
};

/* Makes the world's first process, a child of the init and not of the caller; it begins once a byte arrives on *START.
 * Its pid, or -1 with a reason. */
pid_t make_world(const struct launch *launch, int *start);

#endif
