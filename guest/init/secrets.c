#include "secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "say.h"

#define SECRETS "/secrets"

static int check_name(const char *name) {
    if (name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL && strlen(name) < 256) return 0;
    return refused("a secret's name has no slash, no dot at its beginning, and 1 to 255 bytes");
}

int mount_secrets(int root, const struct user *user) {
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    char options[96], target[32];
    int fd, result = 0;
    snprintf(options, sizeof options, "size=2m,mode=0500,uid=%u,gid=%u", user->uid, user->gid);
    if (mount("secrets", SECRETS, "tmpfs", flags, options) != 0) return failed("cannot mount memory for secrets");
    if ((fd = make_directory(root, "run/secrets", 0755, 0, 0, NULL)) < 0) return -1;
    snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
    if (mount(SECRETS, target, NULL, MS_BIND, NULL) != 0) result = failed("cannot bind /run/secrets");
    close(fd);
    if (result != 0) return -1;
    /* Opened anew: the descriptor refers to what the mount covers. */
    if ((fd = open_in_root(root, "run/secrets", O_PATH | O_DIRECTORY, 0)) < 0)
        return failed("cannot open /run/secrets");
    snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
    if (mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL) != 0)
        result = failed("cannot make /run/secrets read-only");
    close(fd);
    return result;
}

int place_secret(const char *name, const void *data, size_t size, const struct user *user) {
    int directory, fd, result = 0;
    if (check_name(name) != 0) return -1;
    if ((directory = open(SECRETS, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) return failed("cannot open " SECRETS);
    fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
    close(directory);
    if (fd < 0) return failed("cannot make the secret %s", name);
    if (write_fully(fd, data, size) != 0)
        result = failed("cannot write the secret %s", name);
    else if (fchown(fd, user->uid, user->gid) != 0 || fchmod(fd, 0400) != 0)
        result = failed("cannot give away the secret %s", name);
    close(fd);
    return result;
}

static int overwrite(int fd) {
    static char zeros[4096];
    struct stat file;
    if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode)) return -1;
    for (off_t at = 0; at < file.st_size;) {
        size_t size = file.st_size - at < (off_t)sizeof zeros ? (size_t)(file.st_size - at) : sizeof zeros;
        ssize_t put = pwrite(fd, zeros, size, at);
        if (put <= 0) return -1;
        at += put;
    }
    return 0;
}

int wipe_secret(const char *name) {
    int directory, fd, result = 0;
    if (check_name(name) != 0) return -1;
    if ((directory = open(SECRETS, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
        return errno == ENOENT ? 0 : failed("cannot open " SECRETS);
    /* The agent's root user may have put a pipe or a lease there: the init must not block on either. */
    fd = openat(directory, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) {
        /* Truncated too: a process that has it open reads nothing any more. */
        if (overwrite(fd) != 0 || ftruncate(fd, 0) != 0) result = failed("cannot overwrite the secret %s", name);
        close(fd);
    } else if (errno != ENOENT) {
        result = failed("cannot open the secret %s", name);
    }
    if (unlinkat(directory, name, 0) != 0 && errno != ENOENT && result == 0)
        result = failed("cannot remove the secret %s", name);
    close(directory);
    return result;
}
