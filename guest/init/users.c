#include "users.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "say.h"

enum { MAX_DATABASE = 4 << 20 };

/* A part of a line. */
struct piece {
    const char *text;
    size_t size;
};

/* Splits the line at the start of *TEXT at its colons into COUNT parts; moves *TEXT beyond it. 0 when it has fewer. */
static int cut_line(const char **text, struct piece *pieces, size_t count) {
    const char *from = *text, *end = from + strcspn(from, "\n");
    size_t found = 0;
    *text = *end == '\n' ? end + 1 : end;
    while (found < count) {
        const char *colon = memchr(from, ':', (size_t)(end - from));
        const char *until = colon == NULL || found == count - 1 ? end : colon;
        pieces[found].text = from;
        pieces[found++].size = (size_t)(until - from);
        if (colon == NULL) break;
        from = colon + 1;
    }
    return found == count;
}

static int is(const struct piece *piece, const char *text, size_t size) {
    return piece->size == size && memcmp(piece->text, text, size) == 0;
}

/* The number that TEXT is as a whole, at most 2^32 - 2 (2^32 - 1 means "none" to the kernel); -1 when it is none. */
static int number_of(const char *text, size_t size, unsigned *number) {
    unsigned long long value = 0;
    if (size == 0 || size > 10) return -1;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    if (value > 0xfffffffeULL) return -1;
    *number = (unsigned)value;
    return 0;
}

static void copy_piece(char *to, size_t room, const struct piece *piece) {
    size_t size = piece->size < room ? piece->size : room - 1;
    memcpy(to, piece->text, size);
    to[size] = '\0';
}

enum { PASSWD_NAME, PASSWD_PASSWORD, PASSWD_UID, PASSWD_GID, PASSWD_COMMENT, PASSWD_HOME, PASSWD_SHELL, PASSWD_PIECES };
enum { GROUP_NAME, GROUP_PASSWORD, GROUP_GID, GROUP_MEMBERS, GROUP_PIECES };

/* The entry of NAME, or of UID when NAME is NULL. */
static int find_passwd(const char *passwd, const char *name, size_t size, uid_t uid, struct user *user) {
    struct piece pieces[PASSWD_PIECES];
    while (*passwd != '\0') {
        unsigned found_uid, found_gid;
        if (!cut_line(&passwd, pieces, PASSWD_PIECES)) continue;
        if (number_of(pieces[PASSWD_UID].text, pieces[PASSWD_UID].size, &found_uid) != 0) continue;
        if (number_of(pieces[PASSWD_GID].text, pieces[PASSWD_GID].size, &found_gid) != 0) continue;
        if (name != NULL ? !is(&pieces[PASSWD_NAME], name, size) : found_uid != uid) continue;
        user->uid = found_uid;
        user->gid = found_gid;
        copy_piece(user->name, sizeof user->name, &pieces[PASSWD_NAME]);
        if (pieces[PASSWD_HOME].size > 0) copy_piece(user->home, sizeof user->home, &pieces[PASSWD_HOME]);
        return 0;
    }
    return -1;
}

static int find_group(const char *group, const char *name, size_t size, gid_t *gid) {
    struct piece pieces[GROUP_PIECES];
    unsigned found;
    while (*group != '\0') {
        if (!cut_line(&group, pieces, GROUP_PIECES) || !is(&pieces[GROUP_NAME], name, size)) continue;
        if (number_of(pieces[GROUP_GID].text, pieces[GROUP_GID].size, &found) != 0) continue;
        *gid = found;
        return 0;
    }
    if (number_of(name, size, &found) != 0) return -1;
    *gid = found;
    return 0;
}

static int lists(const struct piece *members, const char *name) {
    const char *from = members->text, *end = from + members->size;
    size_t size = strlen(name);
    while (from <= end) {
        const char *comma = memchr(from, ',', (size_t)(end - from)), *until = comma == NULL ? end : comma;
        if ((size_t)(until - from) == size && memcmp(from, name, size) == 0) return 1;
        from = until + 1;
    }
    return 0;
}

static void add_group(struct user *user, gid_t gid) {
    for (size_t i = 0; i < user->group_count; i++)
        if (user->groups[i] == gid) return;
    if (user->group_count < MAX_GROUPS) user->groups[user->group_count++] = gid;
}

static void find_memberships(const char *group, struct user *user) {
    struct piece pieces[GROUP_PIECES];
    add_group(user, user->gid);
    while (user->name[0] != '\0' && *group != '\0') {
        unsigned gid;
        if (!cut_line(&group, pieces, GROUP_PIECES) || !lists(&pieces[GROUP_MEMBERS], user->name)) continue;
        if (number_of(pieces[GROUP_GID].text, pieces[GROUP_GID].size, &gid) == 0) add_group(user, gid);
    }
}

int find_user(const char *spec, const char *passwd, const char *group, struct user *user) {
    const char *name = spec[0] == '\0' ? "root" : spec, *colon = strchr(name, ':');
    size_t size = colon == NULL ? strlen(name) : (size_t)(colon - name);
    unsigned uid = 0;
    memset(user, 0, sizeof *user);
    snprintf(user->home, sizeof user->home, "%s", "/");
    if (find_passwd(passwd, name, size, 0, user) != 0) {
        if (size == 4 && memcmp(name, "root", 4) == 0) {
            snprintf(user->name, sizeof user->name, "%s", "root");
            snprintf(user->home, sizeof user->home, "%s", "/root");
        } else if (number_of(name, size, &uid) != 0) {
            return refused("user '%.*s' is not in the agent's /etc/passwd, and no number", (int)size, name);
        } else if (find_passwd(passwd, NULL, 0, uid, user) != 0) {
            user->uid = uid;
            if (uid == 0) snprintf(user->home, sizeof user->home, "%s", "/root");
        }
    }
    if (colon == NULL) {
        find_memberships(group, user);
        return 0;
    }
    if (find_group(group, colon + 1, strlen(colon + 1), &user->gid) != 0)
        return refused("group '%s' is not in the agent's /etc/group, and no number", colon + 1);
    add_group(user, user->gid);
    return 0;
}

int find_user_in(int root, const char *spec, struct user *user) {
    char *passwd = read_in_root(root, "etc/passwd", MAX_DATABASE, NULL);
    char *group = read_in_root(root, "etc/group", MAX_DATABASE, NULL);
    int result = find_user(spec, passwd == NULL ? "" : passwd, group == NULL ? "" : group, user);
    free(passwd);
    free(group);
    return result;
}

int become_user(const struct user *user) {
    if (setgroups(user->group_count, user->groups) != 0) return failed("cannot take %zu groups", user->group_count);
    if (setresgid(user->gid, user->gid, user->gid) != 0) return failed("cannot become group %u", user->gid);
    if (setresuid(user->uid, user->uid, user->uid) != 0) return failed("cannot become user %u", user->uid);
    return 0;
}
