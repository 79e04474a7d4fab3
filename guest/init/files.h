/*
 * Files below a root that an untrusted party has filled: no link, "..", or mount point of /proc leads out of it
 * (openat2's RESOLVE_IN_ROOT). Paths are relative to the root, with or without a slash before them.
 */
#ifndef NULLBOX_FILES_H
#define NULLBOX_FILES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Opens PATH below ROOT. */
int open_in_root(int root, const char *path, int flags, mode_t mode);

/*
 * Opens the directory PATH below ROOT, as O_PATH, and creates missing ones: those on the way as root's with mode 0755,
 * the last with MODE, UID and GID. *MADE, when it is not NULL, tells whether the last one is new. -1 with a reason.
 */
int make_directory(int root, const char *path, mode_t mode, uid_t uid, gid_t gid, int *made);

/* Reads a whole file, with a NUL after it; NULL when it does not exist, is no file, or is longer than LIMIT. */
char *read_in_root(int root, const char *path, size_t limit, size_t *size);

/* Path, owner, mode and content of a file to write. */
struct placement {
    const char *path;
    mode_t mode;
    uid_t uid;
    gid_t gid;
    int append;
};

/*
 * Writes a file: with APPEND at the end of an existing one, otherwise a new one in place of an existing file or link;
 * directories on the way are created. -1 with a reason.
 */
int place_file(int root, const struct placement *placement, const void *data, size_t size);

/* Writes all of it to an open file; -1 with errno. */
int write_fully(int fd, const void *data, size_t size);

/* Writes TEXT to an existing file, of /proc or /sys as a rule; -1 with errno. */
int write_text(const char *path, const char *text);

/* Reads the beginning of a file as a string, without its last newline; -1 with errno. */
int read_text(const char *path, char *text, size_t room);

/* Removes NAME in the directory DIRECTORY and all below it, on its own file system; -1 with errno. */
int remove_tree(int directory, const char *name);

#endif
