/*
 * Commands that look for secrets where they should not be, and report what protects processes from each other. Formats:
 * proc(5), capget(2).
 */
#include "chaos.h"
#include "scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct search {
    struct scan scan;
    int processes;
    char looked[ANSWER_MAX / 4]; /* names of processes, each with a ',' after it */
};

static int read_needles(struct scan *scan, const char *needle) {
    for (; needle != NULL; needle = strtok(NULL, " \r\n"))
        if (!scan_add(scan, needle)) {
            add("needs up to %d words of up to %d bytes in hexadecimal", SCAN_MAX, NEEDLE_MAX);
            return 0;
        }
    return 1;
}

static void search_process(int pid, const char *name, void *context) {
    struct search *search = context;
    long found;
    if (pid == getpid() || proc_number(pid, "status", "VmRSS:") == 0) return;
    search->processes++;
    if ((found = scan_process(&search->scan, pid)) > 0) add(" %s=%ld", is_agent(pid) ? "vmm" : name, found);
}

void search_memory(const char *needle) {
    static struct search search;
    char found[ANSWER_MAX];
    memset(&search, 0, sizeof search);
    if (!read_needles(&search.scan, needle)) return;
    each_process(search_process, &search);
    snprintf(found, sizeof found, "%s", answer);
    answer[0] = '\0';
    add("scan processes=%d pages=%ld unread=%ld%s", search.processes, search.scan.pages, search.scan.unread, found);
}

/* Targets of a process's open files. */
static long search_links(struct scan *scan, int pid) {
    char path[64], link[1024];
    long found = 0;
    struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *dir = opendir(path);
    if (dir == NULL) scan->unread++;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        ssize_t got = readlinkat(dirfd(dir), entry->d_name, link, sizeof link);
        if (got > 0) found += scan_bytes(scan, link, (size_t)got);
    }
    if (dir != NULL) closedir(dir);
    return found;
}

static void search_text(int pid, const char *name, void *context) {
    static const char *const files[] = {"cmdline", "environ", "comm", "maps"};
    struct search *search = context;
    const char *shown = is_agent(pid) ? "vmm" : name;
    long unread = search->scan.unread, found;
    char path[64];
    size_t used = strlen(search->looked);
    /* the kernel's threads have neither arguments nor memory */
    if (proc_number(pid, "status", "VmRSS:") == 0) return;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "/proc/%d/%s", pid, files[i]);
        if ((found = scan_file(&search->scan, path)) > 0) add(" %s/%s=%ld", shown, files[i], found);
    }
    if ((found = search_links(&search->scan, pid)) > 0) add(" %s/fd=%ld", shown, found);
    if (proc_number(pid, "status", "VmRSS:") == 0)
        search->scan.unread = unread; /* it has ended meanwhile */
    else
        snprintf(search->looked + used, sizeof search->looked - used, "%s,", shown);
}

void search_texts(const char *needle) {
    static struct search search;
    char found[ANSWER_MAX];
    long in_kernel;
    memset(&search, 0, sizeof search);
    if (!read_needles(&search.scan, needle)) return;
    each_process(search_text, &search);
    if ((in_kernel = scan_file(&search.scan, "/proc/cmdline")) > 0) add(" kernel/cmdline=%ld", in_kernel);
    snprintf(found, sizeof found, "%s", answer);
    answer[0] = '\0';
    add("texts looked=%s unread=%ld%s", search.looked, search.scan.unread, found);
}

static void add_guard(int pid, const char *name, void *context) {
    char core[64], path[64];
    struct stat owner = {.st_uid = 0};
    (void)context;
    if (proc_number(pid, "status", "VmRSS:") == 0) return;
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    if (stat(path, &owner) != 0) return;
    add(" %s uid=%ld owner=%u core=%s locked=%ld;", is_agent(pid) ? "vmm" : name, proc_number(pid, "status", "Uid:"),
        owner.st_uid, proc_value(pid, "limits", "Max core file size", core, sizeof core),
        proc_number(pid, "status", "VmLck:"));
}

void tell_guards(void) {
    char line[256];
    int lines = 0;
    FILE *swaps = fopen("/proc/swaps", "r");
    while (swaps != NULL && fgets(line, sizeof line, swaps) != NULL)
        lines++;
    if (swaps != NULL) fclose(swaps);
    /* the first line is a heading */
    add("guards swaps=%d;", lines > 0 ? lines - 1 : 0);
    each_process(add_guard, NULL);
}

struct named {
    const char *name;
    int pid;
};

static void find_named(int pid, const char *name, void *context) {
    struct named *named = context;
    if (strcmp(is_agent(pid) ? "vmm" : name, named->name) == 0) named->pid = pid;
}

/* The structs are those of capget(2): linux/capability.h is not among musl's headers. */
static int drop_capabilities(void) {
    enum { VERSION_3 = 0x20080522 };
    struct {
        unsigned version;
        int pid;
    } header = {.version = VERSION_3};
    struct {
        unsigned effective, permitted, inheritable;
    } none[2];
    memset(none, 0, sizeof none);
    return (int)syscall(SYS_capset, &header, none);
}

/* Starts a child that becomes a user and group without any capability, and opens a file of the process in /proc. */
void try_peek(const char *victim, const char *user, const char *file) {
    enum { NOT_DROPPED = 255 };
    struct named named = {victim, 0};
    char path[64];
    int status = 0;
    each_process(find_named, &named);
    if (named.pid == 0) {
        add("peek none %s", victim);
        return;
    }
    uid_t uid = (uid_t)(strcmp(user, "same") == 0 ? proc_number(named.pid, "status", "Uid:") : atol(user));
    snprintf(path, sizeof path, "/proc/%d/%s", named.pid, file);
    pid_t child = fork();
    if (child == 0) {
        if (setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0 ||
            drop_capabilities() != 0)
            _exit(NOT_DROPPED);
        _exit(open(path, O_RDONLY | O_CLOEXEC) < 0 ? errno : 0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) == NOT_DROPPED)
        add("peek failed");
    else if (WEXITSTATUS(status) != 0)
        add("peek refused %s", strerror(WEXITSTATUS(status)));
    else
        add("peek opened");
}
