// Records what a process does to the files of one directory, in the order in which it does it; for PowerCutTest.
// LD_PRELOAD this, with RECORD_DIR and RECORD_LOG set. A record is
//   type (1 byte), length of the name (1), name without its directory, offset (8), length (4), data
// in the machine's byte order; types: W write, T truncate to offset, S sync, U unlink, R rename to what the data says.
// The directory itself has the name ".".
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FILES = 4096, NAME = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char names[FILES][NAME];
static int recording = -1;

static const char *inside(const char *path) {
    const char *directory = getenv("RECORD_DIR");
    size_t length = directory ? strlen(directory) : 0;
    if (length && strcmp(path, directory) == 0) return ".";
    if (!length || strncmp(path, directory, length) != 0 || path[length] != '/') return NULL;
    const char *name = path + length + 1;
    // The index of the write-ahead log is shared memory that a new start makes anew.
    size_t tail = strlen(name);
    if (tail >= NAME || strchr(name, '/') || (tail > 4 && strcmp(name + tail - 4, "-shm") == 0)) return NULL;
    return name;
}

static void put(const void *data, size_t length) {
    while (length > 0) {
        ssize_t written = syscall(SYS_write, recording, data, length);
        if (written <= 0) abort();
        data = (const char *)data + written;
        length -= (size_t)written;
    }
}

static void record(char type, const char *name, int64_t offset, const void *data, uint32_t length) {
    if (recording < 0) {
        recording =
            (int)syscall(SYS_openat, AT_FDCWD, getenv("RECORD_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (recording < 0) abort();
    }
    uint8_t name_length = (uint8_t)strlen(name);
    put(&type, 1);
    put(&name_length, 1);
    put(name, name_length);
    put(&offset, sizeof offset);
    put(&length, sizeof length);
    put(data, length);
}

static int known(int fd) {
    return fd >= 0 && fd < FILES && names[fd][0];
}

static int opened(int fd, const char *path, int flags) {
    if (fd >= 0 && fd < FILES) {
        const char *name = inside(path);
        pthread_mutex_lock(&lock);
        names[fd][0] = 0;
        if (name) {
            strcpy(names[fd], name);
            if (flags & O_TRUNC) record('T', name, 0, "", 0);
        }
        pthread_mutex_unlock(&lock);
    }
    return fd;
}

#define OPEN(function)                                                                                                 \
    int function(const char *path, int flags, ...) {                                                                   \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        mode_t mode = (flags & O_CREAT) ? va_arg(arguments, mode_t) : 0;                                               \
        va_end(arguments);                                                                                             \
        return opened((int)syscall(SYS_openat, AT_FDCWD, path, flags, mode), path, flags);                             \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < FILES) names[fd][0] = 0;
    int result = (int)syscall(SYS_close, fd);
    pthread_mutex_unlock(&lock);
    return result;
}

static ssize_t written_at(int fd, const void *data, size_t length, off64_t offset) {
    pthread_mutex_lock(&lock);
    ssize_t result = syscall(SYS_pwrite64, fd, data, length, offset);
    if (result > 0 && known(fd)) record('W', names[fd], offset, data, (uint32_t)result);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    return written_at(fd, data, length, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    return written_at(fd, data, length, offset);
}

ssize_t write(int fd, const void *data, size_t length) {
    pthread_mutex_lock(&lock);
    off_t offset = known(fd) ? (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR) : 0;
    ssize_t result = syscall(SYS_write, fd, data, length);
    if (result > 0 && known(fd)) record('W', names[fd], offset, data, (uint32_t)result);
    pthread_mutex_unlock(&lock);
    return result;
}

static int truncated(int fd, off64_t length) {
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_ftruncate, fd, length);
    if (result == 0 && known(fd)) record('T', names[fd], length, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int fd, off_t length) {
    return truncated(fd, length);
}
int ftruncate64(int fd, off64_t length) {
    return truncated(fd, length);
}

static int synced(long call, int fd) {
    pthread_mutex_lock(&lock);
    int result = (int)syscall(call, fd);
    if (result == 0 && known(fd)) record('S', names[fd], 0, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int fd) {
    return synced(SYS_fsync, fd);
}
int fdatasync(int fd) {
    return synced(SYS_fdatasync, fd);
}

int unlink(const char *path) {
    const char *name = inside(path);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (result == 0 && name) record('U', name, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int rename(const char *from, const char *to) {
    const char *old_name = inside(from), *new_name = inside(to);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (result == 0 && old_name && new_name) {
        record('R', old_name, 0, new_name, (uint32_t)strlen(new_name));
        for (int fd = 0; fd < FILES; fd++)
            if (strcmp(names[fd], old_name) == 0) strcpy(names[fd], new_name);
    }
    pthread_mutex_unlock(&lock);
    return result;
}
