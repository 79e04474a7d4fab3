/* The system calls of a microVM, by tracing its process from the jail on. Source: ptrace(2), seccomp(2). */
#include "chaos.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SEEN = 256, MAX_NUMBER = 1024, ALL_ARGUMENTS = 3, PAUSE_NS = 2000000 };
/* Of linux/seccomp.h: the filter of all threads is the second stage's, right before krun_start_enter. */
enum { SET_MODE_FILTER = 1, FLAG_TSYNC = 1 };

/* A value that an argument had. */
static struct seen {
    long number;
    int argument;
    unsigned value;
} seen[MAX_SEEN];
static int seen_count, is_made[MAX_NUMBER], is_late;

/* Those whose arguments the allow-list looks at, and whose values are few. */
static int has_few_values(long number, int argument) {
    switch (number) {
    case SYS_ioctl:
    case SYS_fcntl:
    case SYS_fallocate:
        return argument == 1;
    case SYS_madvise:
        return argument == 2;
    case SYS_socket:
        return 1;
    case SYS_clone:
    case SYS_prctl:
    case SYS_tgkill:
        return argument == 0;
    default:
        return 0;
    }
}

static void note(long number, const unsigned long long *arguments) {
    if (number < 0 || number >= MAX_NUMBER) return;
    is_made[number] = 1;
    for (int argument = 0; argument < ALL_ARGUMENTS; argument++) {
        struct seen made = {number, argument, (unsigned)arguments[argument]};
        int i = 0;
        if (!has_few_values(number, argument)) continue;
        while (i < seen_count &&
               (seen[i].number != number || seen[i].argument != argument || seen[i].value != made.value))
            i++;
        if (i == seen_count && seen_count < MAX_SEEN) seen[seen_count++] = made;
    }
}

/* A system call's beginning; at its end the result would stand in rax. */
static void note_call(int task, int *is_listed) {
    struct user_regs_struct at;
    if (ptrace(PTRACE_GETREGS, task, NULL, &at) != 0 || (long)at.rax != -ENOSYS) return;
    unsigned long long arguments[ALL_ARGUMENTS] = {at.rdi, at.rsi, at.rdx};
    if (*is_listed) note((long)at.orig_rax, arguments);
    if (at.orig_rax == SYS_seccomp && at.rdi == SET_MODE_FILTER && (at.rsi & FLAG_TSYNC) != 0) *is_listed = 1;
}

int first_process(const char *agent) {
    char path[192];
    int pid = 0;
    FILE *stream;
    snprintf(path, sizeof path, "/sys/fs/cgroup/agents/%s/cgroup.procs", agent);
    if ((stream = fopen(path, "r")) == NULL) return 0;
    if (fscanf(stream, "%d", &pid) != 1) pid = 0;
    fclose(stream);
    return pid;
}

/* Attaches to each thread of the process; those that they begin later are attached to by the kernel. */
static int attach(int pid) {
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    char path[64];
    int attached = 0;
    struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    while (tasks != NULL && (entry = readdir(tasks)) != NULL) {
        int task = atoi(entry->d_name);
        if (task > 0 && ptrace(PTRACE_SEIZE, task, NULL, options) == 0) {
            ptrace(PTRACE_INTERRUPT, task, NULL, NULL);
            attached++;
        }
    }
    if (tasks != NULL) closedir(tasks);
    return attached;
}

static void on_alarm(int signal) {
    (void)signal;
    is_late = 1;
}

/* Until the process ends, or is killed when it is late: its status. */
static int trace(int pid, int *is_listed) {
    for (;;) {
        int status, task = waitpid(-1, &status, __WALL), passed_on = 0;
        if (is_late) kill(pid, SIGKILL);
        if (task < 0 && errno == EINTR) continue;
        if (task < 0) return -1;
        if (!WIFSTOPPED(status)) {
            if (task == pid) return status;
            continue;
        }
        if (WSTOPSIG(status) == (SIGTRAP | 0x80))
            note_call(task, is_listed);
        else if (status >> 16 == 0)
            passed_on = WSTOPSIG(status);
        ptrace(PTRACE_SYSCALL, task, NULL, passed_on);
    }
}

void trace_calls(const char *agent, int seconds) {
    struct sigaction late = {.sa_handler = on_alarm};
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    int pid = 0, is_listed = 0, status;
    memset(is_made, 0, sizeof is_made);
    seen_count = 0;
    is_late = 0;
    sigaction(SIGALRM, &late, NULL);
    alarm((unsigned)seconds);
    while (!is_late && (pid = first_process(agent)) == 0)
        nanosleep(&pause, NULL);
    if (pid == 0 || attach(pid) == 0) {
        add("calls none: %s", pid == 0 ? "the agent did not start" : strerror(errno));
        return;
    }
    while (attach(pid) > 0)
        continue;
    status = trace(pid, &is_listed);
    alarm(0);
    add("calls listed=%d status=%d", is_listed, status);
    for (int number = 0; number < MAX_NUMBER; number++)
        if (is_made[number]) add(" %d", number);
    for (int i = 0; i < seen_count; i++)
        add(" %ld.%d=%x", seen[i].number, seen[i].argument, seen[i].value);
}
