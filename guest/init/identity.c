#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "hosts.h"
#include "say.h"

enum { MAX_HOSTS = 1 << 20, MAX_ADDED = 4096, MACHINE_ID_SIZE = 32 };

int make_places(int root) {
    /* The kernel's file systems are mounted by these names later: no link may stand there. */
    static const char *const kernels[] = {"proc", "sys", "dev"};
    static const struct {
        const char *path;
        mode_t mode;
    } others[] = {{"run", 0755}, {"run/lock", 01777}, {"tmp", 01777}, {"var/tmp", 01777}, {"etc", 0755}};
    struct stat file;
    int fd;
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        if (mkdirat(root, kernels[i], 0755) != 0 && errno != EEXIST) return failed("cannot make /%s", kernels[i]);
        if (fstatat(root, kernels[i], &file, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(file.st_mode))
            return refused("/%s of the agent's root is no directory", kernels[i]);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if ((fd = make_directory(root, others[i].path, others[i].mode, 0, 0, NULL)) < 0) return -1;
        close(fd);
    }
    return 0;
}

static int write_hosts(int root, const struct config *config) {
    struct placement placement = {.path = "etc/hosts", .mode = 0644};
    size_t size = 0, room;
    char *old = read_in_root(root, placement.path, MAX_HOSTS, &size), *merged;
    int result;
    room = size + MAX_ADDED;
    if ((merged = malloc(room)) == NULL) {
        free(old);
        return refused("no memory for /etc/hosts");
    }
    size = merge_hosts(old, config->address, config->hostname, merged, room);
    result = old != NULL && strlen(old) == size && memcmp(old, merged, size) == 0
                 ? 0
                 : place_file(root, &placement, merged, size);
    free(old);
    free(merged);
    return result;
}

/* Two tries of two seconds: the name server is the host, one hop away, and there is no other. */
static int write_resolver(int root, const struct config *config) {
    struct placement placement = {.path = "etc/resolv.conf", .mode = 0644};
    char text[160] = "";
    if (config->dns[0] != '\0')
        snprintf(text, sizeof text, "nameserver %.64s\noptions timeout:2 attempts:2\n", config->dns);
    return place_file(root, &placement, text, strlen(text));
}

static int write_hostname(int root, const struct config *config) {
    struct placement placement = {.path = "etc/hostname", .mode = 0644};
    char text[160];
    snprintf(text, sizeof text, "%.128s\n", config->hostname);
    return place_file(root, &placement, text, strlen(text));
}

/* The image's own stays, unless it is empty or "uninitialized" (machine-id(5)). */
static int write_machine_id(int root, const struct config *config) {
    struct placement placement = {.path = "etc/machine-id", .mode = 0444};
    char text[MACHINE_ID_SIZE + 2], *old;
    int has_one;
    if (strlen(config->machine) != MACHINE_ID_SIZE) return 0;
    old = read_in_root(root, placement.path, MAX_ADDED, NULL);
    has_one = old != NULL && strspn(old, "0123456789abcdef") == MACHINE_ID_SIZE;
    free(old);
    if (has_one) return 0;
    snprintf(text, sizeof text, "%s\n", config->machine);
    return place_file(root, &placement, text, strlen(text));
}

static int link_mtab(int root) {
    int etc = open_in_root(root, "etc", O_PATH | O_DIRECTORY, 0), result;
    if (etc < 0) return failed("cannot open /etc of the agent's root");
    result =
        symlinkat("../proc/self/mounts", etc, "mtab") == 0 || errno == EEXIST ? 0 : failed("cannot make /etc/mtab");
    close(etc);
    return result;
}

int write_identity(int root, const struct config *config) {
    if (write_hosts(root, config) != 0 || write_resolver(root, config) != 0 || write_hostname(root, config) != 0 ||
        write_machine_id(root, config) != 0)
        return -1;
    return link_mtab(root);
}
