#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "say.h"

enum { MAX_PATH_SIZE = 4096 };

int open_in_root(int root, const char *path, int flags, mode_t mode) {
    struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC),
                           .mode = flags & O_CREAT ? mode : 0,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    while (*path == '/')
        path++;
    return (int)syscall(SYS_openat2, root, *path == '\0' ? "." : path, &how, sizeof how);
}

/* Opens a directory within another, created if missing. */
static int step_into(int root, int parent, const char *so_far, const char *name, mode_t mode, int *made) {
    int fd = open_in_root(root, so_far, O_PATH | O_DIRECTORY, 0);
    *made = 0;
    if (fd >= 0 || errno != ENOENT) return fd;
    if (mkdirat(parent, name, mode) != 0) return -1;
    *made = 1;
    return openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int make_directory(int root, const char *path, mode_t mode, uid_t uid, gid_t gid, int *made) {
    char so_far[MAX_PATH_SIZE], name[256];
    int fd = open_in_root(root, "", O_PATH | O_DIRECTORY, 0), is_new = 0, next;
    size_t end = 0;
    if (strlen(path) >= sizeof so_far) return refused("path %.64s...: longer than %d bytes", path, MAX_PATH_SIZE - 1);
    for (const char *from = path; fd >= 0; fd = next) {
        size_t size;
        from += strspn(from, "/");
        if (*from == '\0') break;
        size = strcspn(from, "/");
        if (size >= sizeof name) {
            errno = ENAMETOOLONG;
            next = -1;
        } else {
            memcpy(name, from, size);
            name[size] = '\0';
            end = (size_t)(from - path) + size;
            memcpy(so_far, path, end);
            so_far[end] = '\0';
            next = step_into(root, fd, so_far, name, 0755, &is_new);
        }
        close(fd);
        from += size;
    }
    if (fd < 0) return failed("cannot make the directory %s", path);
    if (made != NULL) *made = is_new;
    if (!is_new) return fd;
    /* mkdirat applies the umask and gives the directory to root: both are set again. */
    snprintf(so_far, sizeof so_far, "/proc/self/fd/%d", fd);
    if (chown(so_far, uid, gid) != 0 || chmod(so_far, mode) != 0) {
        failed("cannot give away the directory %s", path);
        close(fd);
        return -1;
    }
    return fd;
}

char *read_in_root(int root, const char *path, size_t limit, size_t *size) {
    int fd = open_in_root(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    struct stat file;
    size_t used = 0;
    char *text = NULL;
    if (fd < 0) return NULL;
    if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && (uint64_t)file.st_size <= limit)
        text = malloc((size_t)file.st_size + 1);
    while (text != NULL && used < (size_t)file.st_size) {
        ssize_t got = read(fd, text + used, (size_t)file.st_size - used);
        if (got <= 0) break;
        used += (size_t)got;
    }
    close(fd);
    if (text == NULL) return NULL;
    text[used] = '\0';
    if (size != NULL) *size = used;
    return text;
}

/* Opens the directory that holds PATH, and points *NAME at PATH's last part. */
static int open_parent(int root, const char *path, const char **name) {
    char parent[MAX_PATH_SIZE];
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - path);
    *name = slash == NULL ? path : slash + 1;
    if (**name == '\0' || strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0)
        return refused("path %s does not name a file", path);
    if (size >= sizeof parent) return refused("path %.64s...: longer than %d bytes", path, MAX_PATH_SIZE - 1);
    memcpy(parent, path, size);
    parent[size] = '\0';
    return make_directory(root, parent, 0755, 0, 0, NULL);
}

int place_file(int root, const struct placement *placement, const void *data, size_t size) {
    const char *name;
    int parent = open_parent(root, placement->path, &name), fd, result = -1;
    if (parent < 0) return -1;
    if (placement->append) {
        fd = openat(parent, name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    } else {
        if (unlinkat(parent, name, 0) != 0 && errno != ENOENT) {
            failed("cannot replace %s", placement->path);
            close(parent);
            return -1;
        }
        fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    }
    close(parent);
    if (fd < 0) return failed("cannot open %s", placement->path);
    if (write_fully(fd, data, size) != 0)
        failed("cannot write %s", placement->path);
    else if (!placement->append &&
             (fchown(fd, placement->uid, placement->gid) != 0 || fchmod(fd, placement->mode) != 0))
        failed("cannot give away %s", placement->path);
    else
        result = 0;
    close(fd);
    return result;
}

int write_fully(int fd, const void *data, size_t size) {
    const char *from = data;
    while (size > 0) {
        ssize_t put = write(fd, from, size);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return -1;
        from += put;
        size -= (size_t)put;
    }
    return 0;
}

int write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC), result, error;
    if (fd < 0) return -1;
    result = write_fully(fd, text, strlen(text));
    error = errno;
    close(fd);
    errno = error;
    return result;
}

int read_text(const char *path, char *text, size_t room) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    if (fd < 0) return -1;
    got = read(fd, text, room - 1);
    close(fd);
    if (got < 0) return -1;
    if (got > 0 && text[got - 1] == '\n') got--;
    text[got] = '\0';
    return 0;
}

int remove_tree(int directory, const char *name) {
    struct dirent *entry;
    struct stat here, top;
    DIR *dir;
    int fd;
    if (unlinkat(directory, name, 0) == 0 || errno == ENOENT) return 0;
    if (errno != EISDIR && errno != EPERM) return -1;
    fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &here) != 0 || fstat(directory, &top) != 0 || here.st_dev != top.st_dev ||
        (dir = fdopendir(fd)) == NULL) {
        if (fd >= 0) close(fd);
        return -1;
    }
    while ((entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) remove_tree(fd, entry->d_name);
    closedir(dir);
    return unlinkat(directory, name, AT_REMOVEDIR);
}
