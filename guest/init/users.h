/* Users of the agent's root: /etc/passwd and /etc/group, read by their rules and never by the C library's. */
#ifndef NULLBOX_USERS_H
#define NULLBOX_USERS_H

#include <sys/types.h>

enum { MAX_GROUPS = 256, MAX_HOME = 4096, MAX_USER_NAME = 256 };

/* User, groups and home of a process of the agent. */
struct user {
    uid_t uid;
    gid_t gid;
    size_t group_count;
    gid_t groups[MAX_GROUPS];
    char name[MAX_USER_NAME], home[MAX_HOME];
};

/*
 * Resolves SPEC, which is NAME, UID, NAME:GROUP or UID:GID in any mixture, or empty for root, by the texts of the two
 * files (empty ones when the root has none). A name comes before a number. With a group named, the process is in that
 * group alone; without, in the user's own and in all that list the user. A number without an entry is a user with group
 * 0 and home "/". -1 with a reason when there is no such user or group.
 */
int find_user(const char *spec, const char *passwd, const char *group, struct user *user);

/* The same, with the files below ROOT, a descriptor of the agent's root directory. */
int find_user_in(int root, const char *spec, struct user *user);

/* Makes the calling process that user, irrevocably. */
int become_user(const struct user *user);

#endif
