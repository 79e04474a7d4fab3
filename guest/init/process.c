#include "process.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "protocol.h"
#include "say.h"

enum { CODE_NOT_EXECUTABLE = 126, CODE_NOT_FOUND = 127, MAX_PROGRAM = 4096 };

pid_t fork_with(uint64_t flags, int cgroup, int *pidfd) {
    struct clone_args arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.flags = flags;
    /* With CLONE_PARENT the child is the parent's, and so is its signal. */
    if (!(flags & CLONE_PARENT)) arguments.exit_signal = SIGCHLD;
    if (cgroup >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)cgroup;
    }
    if (pidfd != NULL) {
        arguments.flags |= CLONE_PIDFD;
        arguments.pidfd = (uint64_t)(uintptr_t)pidfd;
    }
    return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

static void explain(struct exec_error *error, const char *program, int number) {
    int exists = access(program, F_OK) == 0;
    error->how = number == ENOENT && !exists ? HOW_NOT_FOUND : HOW_NOT_EXECUTABLE;
    error->code = error->how == HOW_NOT_FOUND ? CODE_NOT_FOUND : CODE_NOT_EXECUTABLE;
    snprintf(error->text, sizeof error->text, "%.128s: %s", program,
             number == ENOENT && exists ? "the interpreter or loader that it names is not there" : strerror(number));
}

static const char *value_of(char *const *environment, const char *name) {
    size_t size = strlen(name);
    for (; *environment != NULL; environment++)
        if (strncmp(*environment, name, size) == 0 && (*environment)[size] == '=') return *environment + size + 1;
    return NULL;
}

/* execvp's rules: the first executable one; a refusal is remembered and does not end the search. */
static void execute_by_path(char *const *words, char *const *environment, struct exec_error *error) {
    const char *path = value_of(environment, "PATH");
    char program[MAX_PROGRAM];
    int found = 0;
    if (path == NULL) path = DEFAULT_PATH;
    for (const char *from = path;; from++) {
        size_t size = strcspn(from, ":");
        int used = snprintf(program, sizeof program, "%.*s%s%s", (int)size, from, size == 0 ? "" : "/", words[0]);
        if (used > 0 && (size_t)used < sizeof program) {
            execve(program, words, environment);
            if (errno != ENOENT && errno != ENOTDIR && !found) {
                explain(error, program, errno);
                found = 1;
                if (errno != EACCES) return;
            } else if (errno == ENOENT && access(program, F_OK) == 0) {
                explain(error, program, ENOENT);
                return;
            }
        }
        from += size;
        if (*from == '\0') break;
    }
    if (found) return;
    error->how = HOW_NOT_FOUND;
    error->code = CODE_NOT_FOUND;
    snprintf(error->text, sizeof error->text, "%.128s: not found in PATH (%.96s)", words[0], path);
}

void execute(char *const *words, char *const *environment, struct exec_error *error) {
    if (words[0][0] == '\0') {
        explain(error, words[0], ENOENT);
    } else if (strchr(words[0], '/') == NULL) {
        execute_by_path(words, environment, error);
    } else {
        execve(words[0], words, environment);
        explain(error, words[0], errno);
    }
}

void reset_signals(void) {
    sigset_t none;
    /* Two of them belong to the C library, and cannot be set; all others can. */
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void close_from(unsigned first) {
    syscall(SYS_close_range, first, ~0U, 0);
}
