/*
 * A test agent that tries what it should not be able to do. It reads attempts from the file /attempts, one a line,
 * makes them all at once, and says of each what came of it:
 *
 *   NAME tcp ADDRESS PORT     connect, send a line
 *   NAME udp ADDRESS PORT     send a datagram, wait for an answer
 *   NAME dns ADDRESS PORT     ask for a name's address, wait for an answer
 *   NAME vsock CID PORT       connect
 *   NAME read PATH            open a file
 *   NAME write PATH           make a file
 *
 * For an address, "gateway" is the agent's own, out of NULLBOX_MEMORY_URL; "other+N" is the agent N slots on, and
 * "neighbour+N" that agent's gateway.
 * Each result is one line "probe: NAME = open | answered | refused ERRNO | silent | failed ERRNO | no such slot". Then
 * "probe: done".
 * With /serve in its root it listens on TCP 8080 instead and says "probe: arrived" for each connection.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
/* linux/vm_sockets.h is not among musl's headers. */
struct sockaddr_vm_ {
    unsigned short family, reserved;
    unsigned int port, cid;
    unsigned char zero[4];
};

enum { LIMIT_MS = 6000, MAX_ATTEMPTS = 64, ADDRESS_VSOCK = 40 };

static int slot(void) {
    int a, b, c = 0, d;
    const char *url = getenv("NULLBOX_MEMORY_URL");
    return url != NULL && sscanf(url, "http://%d.%d.%d.%d:", &a, &b, &c, &d) == 4 ? c : 0;
}

static struct sockaddr_in address_of(const char *text, const char *port) {
    char made[32];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    if (strcmp(text, "gateway") == 0) {
        snprintf(made, sizeof made, "10.221.%d.1", slot());
        text = made;
    } else if (strncmp(text, "other", 5) == 0) {
        snprintf(made, sizeof made, "10.221.%d.2", slot() + atoi(text + 5));
        text = made;
    } else if (strncmp(text, "neighbour", 9) == 0) {
        snprintf(made, sizeof made, "10.221.%d.1", slot() + atoi(text + 9));
        text = made;
    }
    inet_pton(AF_INET, text, &address.sin_addr);
    return address;
}

static void result(const char *word, int with_errno) {
    if (with_errno)
        printf("%s %s", word, strerror(errno));
    else
        printf("%s", word);
}

static void try_stream(int fd, const void *address, socklen_t size) {
    char byte;
    if (fd < 0) {
        result("failed", 1);
    } else if (connect(fd, address, size) != 0) {
        if (errno == ETIMEDOUT)
            result("silent", 0);
        else
            result("refused", 1);
    } else {
        /* a server that waits for the rest of a request has let the connection in all the same */
        struct pollfd wait_for = {.fd = fd, .events = POLLIN};
        if (send(fd, "probe\n", 6, MSG_NOSIGNAL) == 6 && poll(&wait_for, 1, LIMIT_MS / 3) == 1 &&
            read(fd, &byte, 1) == 1)
            result("answered", 0);
        else
            result("open", 0);
    }
}

static void try_datagram(const struct sockaddr_in *address, int dns) {
    /* one question: A of example.com, in class IN (RFC 1035, 4.1) */
    static const char question[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07"
                                   "example\x03"
                                   "com\x00\x00\x01\x00\x01";
    const char *data = dns ? question : "probe\n";
    size_t size = dns ? sizeof question - 1 : 6;
    char answer[512];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct pollfd wait_for = {.fd = fd, .events = POLLIN};
    if (fd < 0 || sendto(fd, data, size, 0, (const struct sockaddr *)address, sizeof *address) < 0)
        result("failed", 1);
    else if (poll(&wait_for, 1, LIMIT_MS - 1000) == 1 && recv(fd, answer, sizeof answer, 0) > 0)
        result("answered", 0);
    else
        result("silent", 0);
}

static void try_file(const char *path, int flags) {
    int fd = open(path, flags, 0600);
    result(fd < 0 ? "refused" : "open", fd < 0);
}

/* Whether an address is that of a slot there cannot be. */
static int beyond(const char *where) {
    const char *sign = strpbrk(where, "+-");
    return sign != NULL && (strncmp(where, "other", 5) == 0 || strncmp(where, "neighbour", 9) == 0) &&
           slot() + atoi(sign) < 1;
}

/* One attempt, in a process of its own whose output is a pipe. */
static void attempt(const char *kind, const char *where, const char *port) {
    struct sockaddr_in address = address_of(where, port);
    if (beyond(where)) {
        result("no such slot", 0);
    } else if (strcmp(kind, "tcp") == 0) {
        try_stream(socket(AF_INET, SOCK_STREAM, 0), &address, sizeof address);
    } else if (strcmp(kind, "udp") == 0 || strcmp(kind, "dns") == 0) {
        try_datagram(&address, kind[0] == 'd');
    } else if (strcmp(kind, "vsock") == 0) {
        struct sockaddr_vm_ vm = {.family = ADDRESS_VSOCK, .port = (unsigned)atoi(port), .cid = (unsigned)atoi(where)};
        try_stream(socket(ADDRESS_VSOCK, SOCK_STREAM, 0), &vm, sizeof vm);
    } else if (strcmp(kind, "read") == 0) {
        try_file(where, O_RDONLY);
    } else {
        try_file(where, O_WRONLY | O_CREAT);
    }
    fflush(stdout);
}

static void serve(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 8) != 0) {
        printf("probe: cannot listen: %s\n", strerror(errno));
        for (;;)
            pause();
    }
    puts("probe: listening");
    for (;;) {
        int connection = accept(fd, NULL, NULL);
        if (connection < 0) continue;
        puts("probe: arrived");
        close(connection);
    }
}

int main(void) {
    char line[256], name[MAX_ATTEMPTS][64], kind[16], where[128], port[16], said[128];
    int out[MAX_ATTEMPTS], count = 0;
    FILE *attempts;
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    if (access("/serve", F_OK) == 0) serve();
    attempts = fopen("/attempts", "r");
    while (attempts != NULL && count < MAX_ATTEMPTS && fgets(line, sizeof line, attempts) != NULL) {
        int ends[2];
        port[0] = '\0';
        if (sscanf(line, "%63s %15s %127s %15s", name[count], kind, where, port) < 3 || pipe(ends) != 0) continue;
        if (fork() == 0) {
            dup2(ends[1], STDOUT_FILENO);
            setvbuf(stdout, NULL, _IOFBF, 256);
            attempt(kind, where, port);
            _exit(0);
        }
        close(ends[1]);
        out[count++] = ends[0];
    }
    for (int i = 0; i < count; i++) {
        struct pollfd wait_for = {.fd = out[i], .events = POLLIN};
        ssize_t got = poll(&wait_for, 1, LIMIT_MS) == 1 ? read(out[i], said, sizeof said - 1) : 0;
        said[got > 0 ? got : 0] = '\0';
        printf("probe: %s = %s\n", name[i], got > 0 ? said : "silent");
    }
    puts("probe: done");
    return 0;
}
