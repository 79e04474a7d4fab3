#include "disks.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "files.h"
#include "protocol.h"
#include "report.h"
#include "say.h"
#include "superblock.h"
#include "world.h"

static const char *const NAMES[DISK_COUNT] = {"root", "layer", "volume", "read"};
static const char *const PLACES[DISK_COUNT] = {"/root", "/layer", "/volume", "/read"};
/* The disk that the kernel has mounted as the init's root. */
static const char OWN[] = "tools";
/* Source: fs/ext4/ext4.h (linux/ext4.h in newer headers). */
#define EXT4_IOC_RESIZE_FS _IOW('f', 16, uint64_t)

static const char FSCK[] = "/sbin/e2fsck";

enum { MAX_DISKS = 8, FSCK_LIMIT_MS = 30 * 60 * 1000, FSCK_UNCORRECTED = 4 };

static int disk_named(const char *name) {
    for (int disk = 0; disk < DISK_COUNT; disk++)
        if (strcmp(NAMES[disk], name) == 0) return disk;
    return -1;
}

/* Assignment without an order: by the serial numbers, which QEMU passes on and libkrun does not. */
static void find_by_serial(struct disks *disks) {
    for (char letter = 'a'; letter < 'a' + MAX_DISKS; letter++) {
        char path[64], serial[32];
        int disk;
        snprintf(path, sizeof path, "/sys/block/vd%c/serial", letter);
        if (read_text(path, serial, sizeof serial) != 0 || (disk = disk_named(serial)) < 0) continue;
        snprintf(disks->devices[disk], sizeof disks->devices[disk], "/dev/vd%c", letter);
    }
}

int find_disks(const struct texts *order, struct disks *disks) {
    memset(disks, 0, sizeof *disks);
    if (order->count > MAX_DISKS) return refused("%zu disks; %d at most", order->count, MAX_DISKS);
    for (size_t i = 0; i < order->count; i++) {
        int disk = disk_named(order->items[i]);
        if (strcmp(order->items[i], OWN) == 0) continue;
        if (disk < 0) return refused("no disk is called '%s'", order->items[i]);
        snprintf(disks->devices[disk], sizeof disks->devices[disk], "/dev/vd%c", (char)('a' + i));
        if (access(disks->devices[disk], F_OK) != 0)
            return failed("disk %s should be %s", NAMES[disk], disks->devices[disk]);
    }
    if (order->count == 0) find_by_serial(disks);
    return 0;
}

/* Runs e2fsck with one option; its exit code, or -1. Its output goes to the console, unless QUIET, as it can be long.
 */
static int run_fsck(const char *option, const char *device, int quiet) {
    int64_t deadline = now_ms() + FSCK_LIMIT_MS;
    int status;
    pid_t child = fork();
    if (child == 0) {
        if (quiet) dup2(STDIN_FILENO, STDOUT_FILENO);
        execl(FSCK, "e2fsck", option, device, (char *)NULL);
        _exit(127);
    }
    while (child > 0 && waitpid(child, &status, WNOHANG) == 0) {
        if (now_ms() > deadline) kill(child, SIGKILL);
        sleep_ms(10);
    }
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int repair(enum disk disk, const char *device) {
    struct report report = {.kind = REPORT_REPAIR};
    int code;
    say("disk %s: the kernel has found errors in it; it is being repaired", NAMES[disk]);
    send_report(FD_STATUS, &report, -1);
    code = run_fsck("-p", device, 0);
    if (code < 0 || code >= FSCK_UNCORRECTED) code = run_fsck("-y", device, 1);
    if (code < 0 || code >= FSCK_UNCORRECTED)
        return refused("disk %s cannot be repaired (e2fsck -y: %d)", NAMES[disk], code);
    say("disk %s: repaired (e2fsck: %d)", NAMES[disk], code);
    return 0;
}

/* Reads the superblock, and the size of the disk; bytes read, or -1. */
static ssize_t read_superblock(const char *device, uint8_t superblock[SUPERBLOCK_SIZE], uint64_t *size) {
    int fd = open(device, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : pread(fd, superblock, SUPERBLOCK_SIZE, SUPERBLOCK_OFFSET);
    if (got >= 0 && ioctl(fd, BLKGETSIZE64, size) != 0) got = -1;
    if (fd >= 0) close(fd);
    return got;
}

/* State of a disk's file system; -1 with a reason when it cannot be read. */
static int look_at(enum disk disk, const char *device) {
    uint8_t superblock[SUPERBLOCK_SIZE];
    uint64_t size;
    ssize_t got = read_superblock(device, superblock, &size);
    return got < 0 ? failed("cannot read disk %s", NAMES[disk]) : (int)superblock_state(superblock, (size_t)got);
}

/* Grows the mounted file system on a disk that has become larger since its last run. */
static void grow(enum disk disk, const char *device) {
    uint8_t superblock[SUPERBLOCK_SIZE];
    uint64_t size, blocks;
    int fd;
    if (read_superblock(device, superblock, &size) != SUPERBLOCK_SIZE) return;
    if ((blocks = superblock_growth(superblock, size)) == 0) return;
    fd = open(PLACES[disk], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || ioctl(fd, EXT4_IOC_RESIZE_FS, &blocks) != 0)
        say("disk %s: its file system stays as small as it was: %s", NAMES[disk], strerror(errno));
    if (fd >= 0) close(fd);
}

/* Repairs with e2fsck: the kernel replays the journal by itself, but repairs no other error. */
static int repair_if_needed(enum disk disk, const char *device) {
    switch (look_at(disk, device)) {
    case SUPERBLOCK_CLEAN:
        return 0;
    case SUPERBLOCK_ERRORS:
        return repair(disk, device);
    case SUPERBLOCK_NONE:
        return refused("disk %s holds no ext4 file system", NAMES[disk]);
    default:
        return -1;
    }
}

/* Mounts a read-only disk: EROFS, or ext4, which cage makes for READ paths. */
static int mount_image(enum disk disk, const struct disks *disks) {
    const char *device = disks->devices[disk];
    int state;
    if (device[0] == '\0') return 0;
    if ((state = look_at(disk, device)) < 0) return -1;
    if (mount(device, PLACES[disk], state == SUPERBLOCK_NONE ? "erofs" : "ext4", MS_RDONLY | MS_NODEV, "") == 0)
        return 0;
    return failed("cannot mount disk %s", NAMES[disk]);
}

/*
 * Options of ext4: discard returns space to the host; the inode tables of a sparse file are zeros already. An ephemeral
 * layer is discarded after the run, so nothing in it waits for the disk.
 */
static int mount_ext4(enum disk disk, const struct disks *disks, int ephemeral) {
    const char *device = disks->devices[disk];
    const char *options =
        ephemeral ? "discard,noinit_itable,errors=remount-ro,barrier=0" : "discard,noinit_itable,errors=remount-ro";
    if (device[0] == '\0') return 0;
    if (repair_if_needed(disk, device) != 0) return -1;
    if (mount(device, PLACES[disk], "ext4", 0, options) == 0) {
        grow(disk, device);
        return 0;
    }
    /* Damaged too much for the kernel to record it in the superblock. */
    if (errno != EUCLEAN && errno != EINVAL) return failed("cannot mount disk %s", NAMES[disk]);
    if (repair(disk, device) != 0) return -1;
    return mount(device, PLACES[disk], "ext4", 0, options) == 0 ? 0 : failed("cannot mount disk %s", NAMES[disk]);
}

/* Restores what a Debian machine loses at a restart: the image's own files again. */
static void forget_last_run(void) {
    static const char *const names[] = {"run", "tmp"};
    int upper = open("/layer/upper", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; upper >= 0 && i < sizeof names / sizeof *names; i++)
        if (remove_tree(upper, names[i]) != 0)
            say("/%s still holds files of the last run: %s", names[i], strerror(errno));
    if (upper >= 0) close(upper);
}

/* Gives the top of the layer the attributes of the image's top, as the overlay shows the layer's. */
static int make_upper(void) {
    struct stat image;
    if (mkdir("/layer/work", 0755) != 0 && errno != EEXIST) return failed("cannot make the work directory of the root");
    if (mkdir("/layer/upper", 0755) != 0) return errno == EEXIST ? 0 : failed("cannot make the upper half of the root");
    if (stat("/root", &image) != 0 || chown("/layer/upper", image.st_uid, image.st_gid) != 0 ||
        chmod("/layer/upper", image.st_mode & 07777) != 0)
        return failed("cannot make the upper half like the image");
    return 0;
}

static int mount_overlay(const struct disks *disks, const struct config *config) {
    int persistent = config->root == ROOT_PERSISTENT;
    const char *upper = "lowerdir=/root,upperdir=/layer/upper,workdir=/layer/work,redirect_dir=on,xino=auto";
    char options[160];
    if (persistent && disks->devices[DISK_LAYER][0] == '\0') return refused("a persistent root needs a disk layer");
    if (disks->devices[DISK_LAYER][0] != '\0' && config->root != ROOT_READ_ONLY) {
        if (mount_ext4(DISK_LAYER, disks, !persistent) != 0) return -1;
    } else if (mount("layer", "/layer", "tmpfs", 0, "size=50%,mode=0755") != 0) {
        return failed("cannot mount a layer in memory");
    }
    if (make_upper() != 0) return -1;
    if (persistent && config->agent) forget_last_run();
    snprintf(options, sizeof options, "%s%s", upper, persistent ? "" : ",volatile");
    if (mount("agent", "/agent", "overlay", 0, options) != 0) return failed("cannot stack the root and its layer");
    return 0;
}

int mount_disks(const struct disks *disks, const struct config *config) {
    if (disks->devices[DISK_ROOT][0] == '\0' && config->agent) return refused("there is no disk root");
    if (mount_image(DISK_ROOT, disks) != 0 || mount_image(DISK_READ, disks) != 0 ||
        mount_ext4(DISK_VOLUME, disks, 0) != 0)
        return -1;
    return disks->devices[DISK_ROOT][0] == '\0' ? 0 : mount_overlay(disks, config);
}

/* Gives the top of directories that come from an older appliance, and belong to root, to the agent's user. */
static void give_moved_in(int directory, const struct user *user) {
    char path[32];
    struct stat top;
    snprintf(path, sizeof path, "/proc/self/fd/%d", directory);
    if (fstat(directory, &top) != 0 || top.st_uid != 0 || user->uid == 0) return;
    if (chown(path, user->uid, user->gid) != 0) say("a writable directory stays root's: %s", strerror(errno));
}

/* Binds one directory of a disk at its path in the agent's root. */
static int bind_path(int root, const char *disk, const char *path, const struct user *user) {
    char source[32], target[32];
    int top = open(disk, O_PATH | O_DIRECTORY | O_CLOEXEC), from, to, made, result = 0;
    if (top < 0) return failed("cannot open %s", disk);
    from = user == NULL ? open_in_root(top, path, O_PATH | O_DIRECTORY, 0)
                        : make_directory(top, path, 0755, user->uid, user->gid, &made);
    close(top);
    if (from >= 0 && user != NULL && !made) give_moved_in(from, user);
    if (from < 0) return user == NULL ? failed("disk read has no directory %s", path) : -1;
    if ((to = make_directory(root, path, 0755, 0, 0, NULL)) < 0) {
        close(from);
        return -1;
    }
    snprintf(source, sizeof source, "/proc/self/fd/%d", from);
    snprintf(target, sizeof target, "/proc/self/fd/%d", to);
    if (mount(source, target, NULL, MS_BIND, NULL) != 0) result = failed("cannot bind %s", path);
    close(from);
    close(to);
    return result;
}

struct bound_path {
    const char *path;
    int writable;
};

static int by_length(const void *one, const void *other) {
    size_t first = strlen(((const struct bound_path *)one)->path),
           second = strlen(((const struct bound_path *)other)->path);
    return first < second ? -1 : first > second;
}

int bind_paths(int root, const struct disks *disks, const struct config *config, const struct user *user) {
    size_t count = config->writes.count + config->reads.count;
    struct bound_path *paths = calloc(count + 1, sizeof *paths);
    int result = 0;
    if (paths == NULL) return refused("no memory for %zu paths", count);
    if (config->writes.count > 0 && disks->devices[DISK_VOLUME][0] == '\0')
        result = refused("WRITE paths need a disk volume");
    if (config->reads.count > 0 && disks->devices[DISK_READ][0] == '\0')
        result = refused("READ paths need a disk read");
    for (size_t i = 0; i < count; i++) {
        int writable = i < config->writes.count;
        paths[i].path = writable ? config->writes.items[i] : config->reads.items[i - config->writes.count];
        paths[i].writable = writable;
    }
    /* Paths within others come after them. */
    qsort(paths, count, sizeof *paths, by_length);
    if (result == 0 && config->writes.count > 0 && mkdir("/volume/write", 0755) != 0 && errno != EEXIST)
        result = failed("cannot make the volume's directory");
    for (size_t i = 0; result == 0 && i < count; i++)
        result = bind_path(root, paths[i].writable ? "/volume/write" : "/read/read", paths[i].path,
                           paths[i].writable ? user : NULL);
    free(paths);
    return result;
}

int mount_memory(int root) {
    static const struct {
        const char *path, *options;
    } in_memory[] = {{"run", "mode=0755"}, {"tmp", "mode=1777"}, {"var/tmp", "mode=1777"}};
    for (size_t i = 0; i < sizeof in_memory / sizeof *in_memory; i++) {
        char target[32];
        int fd = make_directory(root, in_memory[i].path, 0755, 0, 0, NULL), result;
        if (fd < 0) return -1;
        snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
        result = mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, in_memory[i].options);
        close(fd);
        if (result != 0) return failed("cannot mount /%s in memory", in_memory[i].path);
    }
    return 0;
}

int make_read_only(void) {
    return mount(NULL, "/agent", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0 ? 0
                                                                          : failed("cannot make the root read-only");
}

unsigned kept_disks(const struct disks *disks, const struct config *config) {
    unsigned kept = disks->devices[DISK_VOLUME][0] != '\0' ? 1U << DISK_VOLUME : 0;
    if (config->root == ROOT_PERSISTENT && disks->devices[DISK_LAYER][0] != '\0') kept |= 1U << DISK_LAYER;
    return kept;
}

static int sync_place(const char *place) {
    int fd = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;
    if (fd < 0) return -1;
    result = syncfs(fd);
    close(fd);
    return result;
}

/* A block device opens exclusively only when no file system uses it any longer. */
static int is_free(const char *device) {
    int fd = open(device, O_RDONLY | O_EXCL | O_CLOEXEC);
    if (fd >= 0) close(fd);
    return fd >= 0 || errno != EBUSY;
}

int release_disks(unsigned kept, const char devices[DISK_COUNT][32], long limit_ms) {
    int64_t deadline = now_ms() + limit_ms;
    int bad = 0;
    for (int disk = 0; disk < DISK_COUNT; disk++)
        if (kept & 1U << disk && sync_place(PLACES[disk]) != 0) {
            say("disk %s: not all is written: %s", NAMES[disk], strerror(errno));
            bad = -1;
        }
    umount2("/agent", MNT_DETACH);
    for (int disk = 0; disk < DISK_COUNT; disk++)
        umount2(PLACES[disk], MNT_DETACH);
    for (int disk = 0; disk < DISK_COUNT; disk++)
        while (kept & 1U << disk && !is_free(devices[disk])) {
            if (now_ms() > deadline) {
                say("disk %s: still in use", NAMES[disk]);
                return -1;
            }
            sleep_ms(2);
        }
    return bad;
}
