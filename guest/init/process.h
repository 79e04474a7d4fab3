/* Processes: creating them, finding a command, and executing it. */
#ifndef NULLBOX_PROCESS_H
#define NULLBOX_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/* PATH of a command whose environment has none: Debian's for root. */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Cause of a command that did not run: a HOW of the protocol, its exit code in a shell, a sentence. */
struct exec_error {
    int how, code;
    char text[256];
};

/*
 * fork with further arguments: FLAGS of clone3, the cgroup that the child begins in (a descriptor, or -1), and
 * room for a pidfd (or NULL).
 */
pid_t fork_with(uint64_t flags, int cgroup, int *pidfd);

/* Executes the command, found by PATH when its first word has no slash; returns only when that failed. */
void execute(char *const *words, char *const *environment, struct exec_error *error);

/* Resets all signals to the kernel's defaults, none blocked; for a child that is to execute a program. */
void reset_signals(void);

/* Closes all descriptors from FIRST on. */
void close_from(unsigned first);

#endif
