/* Secrets as files: in memory that the init keeps, shown to the agent read-only at /run/secrets. */
#ifndef NULLBOX_SECRETS_H
#define NULLBOX_SECRETS_H

#include "users.h"

/* Mounts the memory, and its read-only view in the agent's root. -1 with a reason. */
int mount_secrets(int root, const struct user *user);

/* Writes a new secret, readable by the agent's user alone. -1 with a reason, which never holds the data. */
int place_secret(const char *name, const void *data, size_t size, const struct user *user);

/*
 * Overwrites a secret, for processes that have it open too, and removes it. A missing one is a success. -1 with a
 * reason.
 */
int wipe_secret(const char *name);

#endif
