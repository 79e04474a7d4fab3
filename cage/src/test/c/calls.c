/*
 * Makes system calls behind a seccomp filter, each in a process of its own: calls FILTER <LINES. With arguments it
 * makes one, in this process, and ends with 0 when it lives on: calls FILTER NUMBER ARGUMENT... FILTER is a file with
 * an array of struct sock_filter. A line is NUMBER ARGUMENT..., decimal; arguments that are not given are -1. Prints
 * "NUMBER SIGNAL" for each line: the signal that ended it, or 0.
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_FILTER = 4096, MAX_ARGUMENTS = 6, DEADLINE_S = 2 };

static struct sock_filter filter[MAX_FILTER];

static void make(const struct sock_fprog *program, long number, const long *a) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, program) != 0) {
        perror("calls: seccomp");
        abort();
    }
    syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    syscall(SYS_exit_group, 0);
}

static int signal_of(const struct sock_fprog *program, long number, const long *a) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        alarm(DEADLINE_S);
        make(program, number, a);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("calls: fork");
        exit(1);
    }
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int main(int argc, char **argv) {
    char line[256];
    FILE *file = argc >= 2 ? fopen(argv[1], "r") : NULL;
    if (file == NULL) {
        fprintf(stderr, "calls: FILTER is missing or cannot be read\n");
        return 64;
    }
    struct sock_fprog program = {(unsigned short)fread(filter, sizeof *filter, MAX_FILTER, file), filter};
    fclose(file);
    if (argc > 2) {
        long a[MAX_ARGUMENTS] = {-1, -1, -1, -1, -1, -1};
        for (int i = 3; i < argc && i < 3 + MAX_ARGUMENTS; i++) {
            a[i - 3] = strtol(argv[i], NULL, 10);
        }
        make(&program, strtol(argv[2], NULL, 10), a);
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        long a[MAX_ARGUMENTS] = {-1, -1, -1, -1, -1, -1};
        char *rest = line, *end;
        long number = strtol(rest, &rest, 10);
        for (int i = 0; i < MAX_ARGUMENTS; i++) {
            long value = strtol(rest, &end, 10);
            if (end == rest) break;
            a[i] = value;
            rest = end;
        }
        printf("%ld %d\n", number, signal_of(&program, number, a));
        fflush(stdout);
    }
    return 0;
}
