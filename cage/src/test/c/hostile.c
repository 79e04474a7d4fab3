/*
 * Attacks of a VMM that was taken over, made inside and outside its sandbox: hostile [as UID] ATTACK ARGUMENT... Prints
 * "ATTACK ARGUMENT: done", or the kernel's error in place of "done"; ends with 0 in both cases.
 *
 *   kill PID          SIGKILL to a process
 *   trace PID         becomes its tracer
 *   connect PORT      sends a line to 127.0.0.1
 *   read FILE         reads a byte
 *   make FILE         makes a file
 *   write FILE AT     writes a byte there
 *   resize FILE TO    sets its length
 *   reserve FILE TO   has room reserved up to there
 *   plant FILE        becomes that file's content, and makes it executable
 *   run FILE          executes it, with "said"
 *   map FILE          maps it as code
 *   said              nothing
 *   shed COMMAND...   becomes the command, which does not end with its parent
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, CHUNK = 65536 };

static int to_port(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    return send(fd, "hostile\n", 8, MSG_NOSIGNAL) == 8 ? 0 : -1;
}

static int plant(int to) {
    static char chunk[CHUNK];
    int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    ssize_t got;
    if (from < 0 || to < 0) return -1;
    while ((got = read(from, chunk, sizeof chunk)) > 0)
        if (write(to, chunk, (size_t)got) != got) return -1;
    return got == 0 ? fchmod(to, 0755) : -1;
}

static int run(char *file) {
    char *words[] = {file, "said", NULL};
    int status = 0;
    pid_t child = vfork();
    if (child == 0) {
        execv(file, words);
        _exit(errno);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    errno = WEXITSTATUS(status);
    return errno == 0 ? 0 : -1;
}

static int try(const char *attack, char **arguments, int count) {
    char byte = 'x', *file = count > 0 ? arguments[0] : "";
    off_t at = count > 1 ? (off_t)atoll(arguments[1]) : 0;
    int writes = O_RDWR | O_CLOEXEC, number = atoi(file);
    if (strcmp(attack, "said") == 0) return 0;
    if (strcmp(attack, "kill") == 0) return kill(number, SIGKILL);
    if (strcmp(attack, "trace") == 0) return (int)ptrace(PTRACE_SEIZE, number, NULL, NULL);
    if (strcmp(attack, "connect") == 0) return to_port(number);
    if (strcmp(attack, "read") == 0) return read(open(file, O_RDONLY | O_CLOEXEC), &byte, 1) == 1 ? 0 : -1;
    if (strcmp(attack, "make") == 0) return open(file, writes | O_CREAT | O_EXCL, 0600) < 0 ? -1 : 0;
    if (strcmp(attack, "write") == 0) return pwrite(open(file, writes), &byte, 1, at) == 1 ? 0 : -1;
    if (strcmp(attack, "resize") == 0) return ftruncate(open(file, writes), at);
    if (strcmp(attack, "reserve") == 0) return fallocate(open(file, writes), 0, 0, at);
    if (strcmp(attack, "plant") == 0) return plant(open(file, writes));
    if (strcmp(attack, "run") == 0) return run(file);
    if (strcmp(attack, "map") == 0)
        return mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, open(file, O_RDONLY | O_CLOEXEC), 0) == MAP_FAILED
                   ? -1
                   : 0;
    if (strcmp(attack, "shed") == 0 && prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) == 0) execv(file, arguments);
    return -1;
}

int main(int argc, char **argv) {
    /* A write beyond RLIMIT_FSIZE is refused then, and not deadly. */
    signal(SIGXFSZ, SIG_IGN);
    if (argc > 3 && strcmp(argv[1], "as") == 0) {
        uid_t uid = (uid_t)atoi(argv[2]);
        if (setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0) {
            perror("hostile: as");
            return 1;
        }
        argc -= 2;
        argv += 2;
    }
    if (argc < 2) {
        fprintf(stderr, "hostile: ATTACK is missing\n");
        return 64;
    }
    errno = 0;
    const char *result = try(argv[1], argv + 2, argc - 2) == 0 ? "done" : strerror(errno);
    printf("%s %s: %s\n", argv[1], argc > 2 ? argv[2] : "it", result);
    return 0;
}
