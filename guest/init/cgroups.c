#include "cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "say.h"

#define ROOT_GROUP  "/sys/fs/cgroup"
#define AGENT_GROUP ROOT_GROUP "/agent"

/*
 * Memory reserved for init and the kernel: 8 MiB plus 1/32 of the total. With less, the kernel runs out of memory
 * before the agent reaches its limit, and reclaims for a minute before it kills anything.
 */
enum { RESERVE_BYTES = 8 << 20, RESERVE_DIVISOR = 32 };

/*
 * Enables for the cgroup's children those of the wanted controllers that the kernel has, in one write: each write waits
 * for an RCU grace period. A failure is reported and not fatal.
 */
static void enable_controllers(const char *group) {
    static const char *const wanted[] = {"cpu", "memory", "pids", "io", "cpuset"};
    char path[64], available[256], request[256] = "";
    snprintf(path, sizeof path, "%s/cgroup.controllers", group);
    if (read_text(path, available, sizeof available) != 0) available[0] = '\0';
    for (char *rest = available, *name; (name = strsep(&rest, " ")) != NULL;)
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
            if (strcmp(name, wanted[i]) == 0) strcat(strcat(request, " +"), name);
    snprintf(path, sizeof path, "%s/cgroup.subtree_control", group);
    if (write_text(path, request) != 0) say("cannot enable controllers%s in %s: %s", request, group, strerror(errno));
}

/* The value of a line of /proc/meminfo, in bytes. */
static uint64_t memory_of(const char *name) {
    char text[512];
    const char *found;
    if (read_text("/proc/meminfo", text, sizeof text) != 0 || (found = strstr(text, name)) == NULL) return 0;
    return strtoull(found + strlen(name), NULL, 10) * 1024;
}

/*
 * Upper limit of the agent's memory in bytes: what is available now, before it runs, less the reserve. 0 = no upper
 * limit: that would not be above the reserve itself, or /proc/meminfo cannot be read.
 */
static uint64_t memory_for_agent(void) {
    uint64_t available = memory_of("MemAvailable:"), reserve = memory_of("MemTotal:") / RESERVE_DIVISOR + RESERVE_BYTES;
    return available > 2 * reserve ? available - reserve : 0;
}

static int write_limit(const char *file, uint64_t value) {
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return write_text(file, text) == 0 ? 0 : failed("cannot write %s to %s", text, file);
}

int make_cgroups(uint64_t memory, uint64_t pids) {
    uint64_t most = memory_for_agent();
    if (mount("cgroup2", ROOT_GROUP, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, "nsdelegate,memory_recursiveprot") !=
        0)
        return failed("cannot mount " ROOT_GROUP);
    enable_controllers(ROOT_GROUP);
    if (mkdir(AGENT_GROUP, 0755) != 0 || mkdir(AGENT_GROUP "/" CGROUP_MAIN, 0755) != 0)
        return failed("cannot create the agent's cgroup");
    /* 0 asks for as much as there is; more than that is cut down to it. */
    if (memory == 0 || (most != 0 && memory > most)) memory = most;
    if (memory != 0 && write_limit(AGENT_GROUP "/memory.max", memory) != 0) return -1;
    /* 0 = no limit. */
    return pids == 0 ? 0 : write_limit(AGENT_GROUP "/pids.max", pids);
}

int enter_cgroup_namespace(void) {
    /* The caller is in AGENT_GROUP already, which is what makes it the root of the new namespace. */
    if (unshare(CLONE_NEWCGROUP) != 0) return failed("cannot make a cgroup namespace");
    if (write_text(AGENT_GROUP "/" CGROUP_MAIN "/cgroup.procs", "0") != 0)
        return failed("cannot enter the agent's cgroup");
    /* Only after the cgroup itself has no process any more: cgroup v2's "no internal processes" rule, cgroups(7). */
    enable_controllers(AGENT_GROUP);
    return 0;
}

int open_agent_cgroup(void) {
    int fd = open(AGENT_GROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 ? fd : failed("cannot open the agent's cgroup");
}

int open_leaf(const char *name) {
    char path[64];
    int fd;
    snprintf(path, sizeof path, AGENT_GROUP "/%s", name);
    if (mkdir(path, 0755) != 0 && errno != EEXIST) return failed("cannot create the cgroup %s", name);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 ? fd : failed("cannot open the cgroup %s", name);
}

void kill_agent_cgroup(void) {
    if (write_text(AGENT_GROUP "/cgroup.kill", "1") != 0 && errno != ENOENT)
        say("cannot kill the agent's cgroup: %s", strerror(errno));
}

void kill_leaf(const char *name) {
    char path[96];
    snprintf(path, sizeof path, AGENT_GROUP "/%s/cgroup.kill", name);
    if (write_text(path, "1") != 0 && errno != ENOENT) say("cannot kill the cgroup %s: %s", name, strerror(errno));
}

static unsigned long read_counter(const char *file, const char *name) {
    char text[512];
    const char *found;
    if (read_text(file, text, sizeof text) != 0) return 0;
    for (found = text; (found = strstr(found, name)) != NULL; found++)
        if ((found == text || found[-1] == '\n') && found[strlen(name)] == ' ')
            return strtoul(found + strlen(name), NULL, 10);
    return 0;
}

int is_agent_populated(void) {
    return read_counter(AGENT_GROUP "/cgroup.events", "populated") != 0;
}

unsigned long out_of_memory_kills(void) {
    return read_counter(AGENT_GROUP "/memory.events", "oom_kill");
}
