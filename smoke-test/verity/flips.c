/*
 * PID 1 of one boot: whether dm-verity notices one flipped bit in each block of a root, as image/build.sh has made it.
 * /dev/vdb holds the root with its tree of hashes, and may be written; nullbox.verity= on the kernel command line is
 * the hash at the tree's root. For each block of data, and of hashes, one bit is flipped on /dev/vdb, a block that
 * depends on it is read through the device mapper, and the bit is flipped back. Reports on the second serial port, and
 * powers off. Formats: linux/dm-ioctl.h; the tree: Documentation/admin-guide/device-mapper/verity.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, HASHES = BLOCK / 32, SALT = 88, SALT_BYTES = 32, DATA_BLOCKS = 72 };
#define DISK   "/dev/vdb"
#define OPTION "nullbox.verity="

static int port = -1, disk = -1, control = -1;
static char root_hash[65], salt[2 * SALT_BYTES + 1];
static uint64_t data_blocks;
static unsigned char *buffer;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
    char line[512];
    struct timespec now = {0, 0};
    int length;
    va_list words;
    clock_gettime(CLOCK_BOOTTIME, &now);
    length = snprintf(line, sizeof line, "{\"t\":%ld.%03ld,\"source\":\"flips\",", now.tv_sec, now.tv_nsec / 1000000);
    va_start(words, format);
    length += vsnprintf(line + length, sizeof line - length, format, words);
    va_end(words);
    length += snprintf(line + length, sizeof line - length, "}\n");
    if (write(port, line, length) > 0) tcdrain(port);
}

__attribute__((noreturn)) static void end(void) {
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}

__attribute__((noreturn)) static void fail(const char *what) {
    say("\"event\":\"flips.failed\",\"what\":\"%s\",\"error\":\"%s\"", what, strerror(errno));
    end();
}

/* One request of the device mapper, with a table when there are parameters. Gives the minor number of the device. */
static unsigned mapper(unsigned long request, const char *what, const char *parameters) {
    static union {
        struct dm_ioctl header;
        char bytes[1024];
    } all;
    struct dm_target_spec *target = (struct dm_target_spec *)(all.bytes + sizeof all.header);
    memset(&all, 0, sizeof all);
    all.header.version[0] = 4;
    all.header.data_size = sizeof all;
    all.header.data_start = sizeof all.header;
    strcpy(all.header.name, "flips");
    if (parameters) {
        all.header.flags = DM_READONLY_FLAG;
        all.header.target_count = 1;
        target->length = data_blocks * (BLOCK / 512);
        strcpy(target->target_type, "verity");
        strcpy((char *)(target + 1), parameters);
    }
    if (ioctl(control, request, &all) != 0) fail(what);
    return (all.header.dev & 0xff) | ((all.header.dev >> 12) & 0xfff00);
}

/* Sets the mapping up, with nothing cached, and opens it. */
static int map(void) {
    char parameters[512], node[32];
    int fd;
    unsigned minor = mapper(DM_DEV_CREATE, "DM_DEV_CREATE", NULL);
    snprintf(parameters, sizeof parameters, "1 " DISK " " DISK " %d %d %llu %llu sha256 %s %s", BLOCK, BLOCK,
             (unsigned long long)data_blocks, (unsigned long long)data_blocks + 1, root_hash, salt);
    mapper(DM_TABLE_LOAD, "DM_TABLE_LOAD", parameters);
    mapper(DM_DEV_SUSPEND, "DM_DEV_SUSPEND", NULL);
    snprintf(node, sizeof node, "/dev/dm-%u", minor);
    fd = open(node, O_RDONLY | O_DIRECT | O_CLOEXEC);
    if (fd < 0) fail("open the mapping");
    return fd;
}

static void unmap(int fd) {
    close(fd);
    mapper(DM_DEV_REMOVE, "DM_DEV_REMOVE", NULL);
}

/* Whether a block can be read through the mapping; an error other than EIO ends the boot. */
static int readable(int fd, uint64_t block) {
    ssize_t got = pread(fd, buffer, BLOCK, (off_t)(block * BLOCK));
    if (got < 0 && errno != EIO) fail("read through the mapping");
    return got == BLOCK;
}

/* Flips one bit of a block on the disk: another one in each block. */
static void flip(uint64_t block) {
    unsigned bit = (unsigned)((block * 7919 + 13) % (BLOCK * 8));
    if (pread(disk, buffer, BLOCK, (off_t)(block * BLOCK)) != BLOCK) fail("read the disk");
    buffer[bit / 8] ^= (unsigned char)(1 << (bit % 8));
    if (pwrite(disk, buffer, BLOCK, (off_t)(block * BLOCK)) != BLOCK) fail("write the disk");
}

static uint64_t readable_blocks(void) {
    uint64_t block, count = 0;
    int fd = map();
    for (block = 0; block < data_blocks; block++)
        count += (uint64_t)readable(fd, block);
    unmap(fd);
    return count;
}

/* Each block of data: how many flips were noticed. */
static uint64_t flip_data(void) {
    uint64_t block, noticed = 0;
    int fd = map();
    for (block = 0; block < data_blocks; block++) {
        flip(block);
        noticed += (uint64_t)!readable(fd, block);
        flip(block);
    }
    unmap(fd);
    return noticed;
}

/* Each block of hashes, level by level, the root's first as they lie on the disk. */
static uint64_t flip_hashes(uint64_t *all) {
    uint64_t sizes[8], below[8], at = data_blocks + 1, noticed = 0, each, covered = HASHES;
    int levels = 0, level;
    for (each = data_blocks; each > 1; covered *= HASHES) {
        each = (each + HASHES - 1) / HASHES;
        sizes[levels] = each;
        below[levels++] = covered;
    }
    *all = 0;
    for (level = levels - 1; level >= 0; level--)
        for (each = 0; each < sizes[level]; each++, at++, ++*all) {
            int fd;
            flip(at);
            fd = map();
            noticed += (uint64_t)!readable(fd, each * below[level]);
            unmap(fd);
            flip(at);
        }
    return noticed;
}

static void read_inputs(void) {
    static char words[4096];
    char *word;
    int i, fd = open("/proc/cmdline", O_RDONLY);
    if (fd < 0 || read(fd, words, sizeof words - 1) <= 0) fail("read /proc/cmdline");
    close(fd);
    word = strstr(words, OPTION);
    if (!word) fail("find " OPTION " on the command line");
    memcpy(root_hash, word + strlen(OPTION), 64);
    /* The disk has no header of its own: the first block whose beginning is the tree's superblock. */
    for (data_blocks = 1;; data_blocks++) {
        if (pread(disk, buffer, BLOCK, (off_t)(data_blocks * BLOCK)) != BLOCK) fail("find the tree of hashes");
        if (memcmp(buffer, "verity\0", 8) == 0 && *(uint64_t *)(buffer + DATA_BLOCKS) == data_blocks) break;
    }
    for (i = 0; i < SALT_BYTES; i++)
        snprintf(salt + 2 * i, 3, "%02x", buffer[SALT + i]);
}

int main(void) {
    uint64_t before, data, hashes, hash_blocks, after;
    mkdir("/dev", 0755);
    mkdir("/proc", 0755);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    mount("proc", "/proc", "proc", 0, NULL);
    port = open("/dev/ttyS1", O_RDWR | O_NOCTTY);
    disk = open(DISK, O_RDWR | O_DIRECT | O_CLOEXEC);
    if (disk < 0) fail("open " DISK);
    control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
    if (control < 0) fail("open the device mapper");
    if (posix_memalign((void **)&buffer, BLOCK, BLOCK) != 0) fail("get memory");
    read_inputs();
    before = readable_blocks();
    data = flip_data();
    hashes = flip_hashes(&hash_blocks);
    after = readable_blocks();
    say("\"event\":\"flips.done\",\"blocks\":%llu,\"before\":%llu,\"noticed\":%llu,\"hash_blocks\":%llu,"
        "\"hashes_noticed\":%llu,\"after\":%llu",
        (unsigned long long)data_blocks, (unsigned long long)before, (unsigned long long)data,
        (unsigned long long)hash_blocks, (unsigned long long)hashes, (unsigned long long)after);
    end();
}
