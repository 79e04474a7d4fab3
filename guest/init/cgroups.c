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
 * The reserve of init and kernel: at least this, and this part of all memory. With less, the kernel runs out of memory
 * before the agent does, and reclaims for a minute before it kills anything.
 */
enum { RESERVE_BYTES = 8 << 20, RESERVE_PART = 32 };

/*
 * Enables all controllers that the kernel has for the group's children, in one write: each write waits for a grace
 * period.
 */
static void delegate(const char *group) {
    static const char *const wanted[] = {"cpu", "memory", "pids", "io", "cpuset"};
    char path[64], there[256], words[256] = "";
    snprintf(path, sizeof path, "%s/cgroup.controllers", group);
    if (read_text(path, there, sizeof there) != 0) there[0] = '\0';
    for (char *rest = there, *name; (name = strsep(&rest, " ")) != NULL;)
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
            if (strcmp(name, wanted[i]) == 0) strcat(strcat(words, " +"), name);
    snprintf(path, sizeof path, "%s/cgroup.subtree_control", group);
    if (write_text(path, words) != 0) say("cgroup %s: no%s: %s", group, words, strerror(errno));
}

/* The value of a line of /proc/meminfo, in bytes. */
static uint64_t memory_of(const char *name) {
    char text[512];
    const char *found;
    if (read_text("/proc/meminfo", text, sizeof text) != 0 || (found = strstr(text, name)) == NULL) return 0;
    return strtoull(found + strlen(name), NULL, 10) * 1024;
}

/* Most memory for the agent: what is available now, before it runs, without the reserve. */
static uint64_t memory_for_agent(void) {
    uint64_t available = memory_of("MemAvailable:"), reserve = memory_of("MemTotal:") / RESERVE_PART + RESERVE_BYTES;
    return available > 2 * reserve ? available - reserve : 0;
}

static int limit(const char *file, uint64_t value) {
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return write_text(file, text) == 0 ? 0 : failed("cannot write %s to %s", text, file);
}

int make_cgroups(uint64_t memory, uint64_t pids) {
    uint64_t most = memory_for_agent();
    if (mount("cgroup2", ROOT_GROUP, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, "nsdelegate,memory_recursiveprot") !=
        0)
        return failed("cannot mount " ROOT_GROUP);
    delegate(ROOT_GROUP);
    if (mkdir(AGENT_GROUP, 0755) != 0 || mkdir(AGENT_GROUP "/" CGROUP_MAIN, 0755) != 0)
        return failed("cannot make the control group of the agent");
    if (memory == 0 || (most != 0 && memory > most)) memory = most;
    if (memory != 0 && limit(AGENT_GROUP "/memory.max", memory) != 0) return -1;
    return pids == 0 ? 0 : limit(AGENT_GROUP "/pids.max", pids);
}

int enter_cgroup_namespace(void) {
    if (unshare(CLONE_NEWCGROUP) != 0) return failed("cannot make a cgroup namespace");
    if (write_text(AGENT_GROUP "/" CGROUP_MAIN "/cgroup.procs", "0") != 0)
        return failed("cannot enter the control group of the agent");
    /* Only once the group itself is empty: no group has both processes and controllers for its children. */
    delegate(AGENT_GROUP);
    return 0;
}

int open_agent_cgroup(void) {
    int fd = open(AGENT_GROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 ? fd : failed("cannot open the control group of the agent");
}

int open_leaf(const char *name) {
    char path[64];
    int fd;
    snprintf(path, sizeof path, AGENT_GROUP "/%s", name);
    if (mkdir(path, 0755) != 0 && errno != EEXIST) return failed("cannot make the control group %s", name);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 ? fd : failed("cannot open the control group %s", name);
}

void kill_agent_cgroup(void) {
    if (write_text(AGENT_GROUP "/cgroup.kill", "1") != 0 && errno != ENOENT)
        say("cannot kill the control group of the agent: %s", strerror(errno));
}

void kill_leaf(const char *name) {
    char path[96];
    snprintf(path, sizeof path, AGENT_GROUP "/%s/cgroup.kill", name);
    if (write_text(path, "1") != 0 && errno != ENOENT)
        say("cannot kill the control group %s: %s", name, strerror(errno));
}

static unsigned long event(const char *file, const char *name) {
    char text[512];
    const char *found;
    if (read_text(file, text, sizeof text) != 0) return 0;
    for (found = text; (found = strstr(found, name)) != NULL; found++)
        if ((found == text || found[-1] == '\n') && found[strlen(name)] == ' ')
            return strtoul(found + strlen(name), NULL, 10);
    return 0;
}

int is_agent_populated(void) {
    return event(AGENT_GROUP "/cgroup.events", "populated") != 0;
}

unsigned long out_of_memory_kills(void) {
    return event(AGENT_GROUP "/memory.events", "oom_kill");
}
