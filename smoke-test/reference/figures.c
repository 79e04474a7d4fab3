/*
 * What a guest does with its files and its network card, timed in milliseconds, each a line "NAME=MS":
 *   figures files DIRECTORY [TAG]   makes 2,000 files of 4 KiB in 20 directories, copies that tree, and walks both with
 *                                   cold caches; below a virtio-fs TAG, when there is one, mounted at DIRECTORY
 *   figures network ADDRESS         32 MiB each way by TCP with krunrun's server
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum {
    DIRECTORIES = 20,
    FILES = 100,
    SIZE = 4096,
    SINK_PORT = 7101,
    SOURCE_PORT = 7102,
    BYTES = 32 << 20,
    PIECE = 1 << 16
};
static char piece[PIECE];

static _Noreturn void fail(const char *what) {
    printf("figures: %s: %s\n", what, strerror(errno));
    fflush(stdout);
    tcdrain(STDOUT_FILENO);
    exit(1);
}

static long now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void tell(const char *name, long since) {
    printf("%s=%.1f\n", name, (double)(now_us() - since) / 1000);
    fflush(stdout);
}

static void make_tree(const char *top) {
    char path[256];
    if (mkdir(top, 0755) != 0) fail(top);
    for (int directory = 0; directory < DIRECTORIES; directory++) {
        snprintf(path, sizeof path, "%s/%d", top, directory);
        if (mkdir(path, 0755) != 0) fail(path);
        for (int file = 0; file < FILES; file++) {
            snprintf(path, sizeof path, "%s/%d/%d", top, directory, file);
            int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
            if (fd < 0 || write(fd, piece, SIZE) != SIZE || close(fd) != 0) fail(path);
        }
    }
}

static void copy_file(const char *from, const char *to) {
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0644);
    ssize_t got;
    if (in < 0 || out < 0) fail(to);
    while ((got = read(in, piece, sizeof piece)) > 0)
        if (write(out, piece, (size_t)got) != got) fail(to);
    if (got < 0 || fchmod(out, 0640) != 0 || futimens(out, times) != 0) fail(to);
    close(in);
    close(out);
}

static void join(char *path, size_t size, const char *directory, const char *name) {
    if (snprintf(path, size, "%s/%s", directory, name) >= (int)size) {
        errno = ENAMETOOLONG;
        fail(name);
    }
}

/* Visits each entry by lstat; copies it when there is a `to`. The number of files. */
static int walk(const char *from, const char *to) {
    char source[256], target[256];
    struct dirent *entry;
    struct stat at;
    int count = 0;
    DIR *directory = opendir(from);
    if (directory == NULL || (to != NULL && mkdir(to, 0755) != 0)) fail(from);
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.') continue;
        join(source, sizeof source, from, entry->d_name);
        if (to != NULL) join(target, sizeof target, to, entry->d_name);
        if (lstat(source, &at) != 0) fail(source);
        if (S_ISDIR(at.st_mode)) {
            count += walk(source, to == NULL ? NULL : target);
        } else {
            count++;
            if (to != NULL) copy_file(source, target);
        }
    }
    closedir(directory);
    return count;
}

static void drop_caches(void) {
    int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
    sync();
    if (fd < 0 || write(fd, "3", 1) != 1) fail("drop_caches");
    close(fd);
}

static void measure_files(const char *directory, const char *tag) {
    char tree[128], copy[128];
    long since;
    if (mkdir(directory, 0755) != 0 && errno != EEXIST) fail(directory);
    if (tag != NULL && mount(tag, directory, "virtiofs", 0, "") != 0) fail(tag);
    snprintf(tree, sizeof tree, "%s/tree", directory);
    snprintf(copy, sizeof copy, "%s/copy", directory);
    since = now_us();
    make_tree(tree);
    tell("small_files", since);
    drop_caches();
    since = now_us();
    walk(tree, copy);
    tell("tree_copy", since);
    drop_caches();
    since = now_us();
    if (walk(directory, NULL) != 2 * DIRECTORIES * FILES) fail("files are missing");
    tell("find", since);
}

static int connect_to(const char *address, uint16_t port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, address, &at.sin_addr);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0) fail(address);
    return fd;
}

static void measure_network(const char *address) {
    int fd = connect_to(address, SINK_PORT);
    long since = now_us();
    for (size_t left = BYTES; left > 0;) {
        ssize_t put = write(fd, piece, left < sizeof piece ? left : sizeof piece);
        if (put <= 0) fail("sending");
        left -= (size_t)put;
    }
    if (read(fd, piece, 1) != 1) fail("the server's word");
    tell("tcp_out", since);
    close(fd);
    fd = connect_to(address, SOURCE_PORT);
    since = now_us();
    for (size_t left = BYTES; left > 0;) {
        ssize_t got = read(fd, piece, sizeof piece);
        if (got <= 0) fail("receiving");
        left -= (size_t)got;
    }
    tell("tcp_in", since);
    if (write(fd, "k", 1) != 1) fail("the last byte");
    close(fd);
}

int main(int count, char **words) {
    if (count >= 3 && strcmp(words[1], "files") == 0) {
        measure_files(words[2], words[3]);
    } else if (count == 3 && strcmp(words[1], "network") == 0) {
        measure_network(words[2]);
    } else {
        printf("figures: usage: figures files DIRECTORY [TAG] | figures network ADDRESS\n");
        return 2;
    }
    return 0;
}
