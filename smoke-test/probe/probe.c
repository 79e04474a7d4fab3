/*
 * Test agent that attempts what its manifest allows and what it does not. It reads attempts from /attempts, one a
 * line, makes them all at once, and reports the result of each:
 *
 *   NAME tcp ADDRESS PORT              connect, send a line
 *   NAME udp ADDRESS PORT              send a datagram, wait for an answer
 *   NAME dns ADDRESS PORT              ask for a name's address, wait for an answer
 *   NAME vsock CID PORT                connect
 *   NAME read PATH                     open a file
 *   NAME write PATH                    make a file
 *   NAME show PATH                     what a file holds
 *   NAME disk PATH                     write two files below it, remove one, have what is free on its disk discarded
 *   NAME gone PATH                     wait until a file is no longer there
 *   NAME hold PATH                     keep a file open and what it holds until it is no longer there, and say how much
 *                                      that was, and how much the open file gives then
 *   NAME list PATH                     list a directory
 *   NAME get ADDRESS PORT PATH         an HTTP request
 *   NAME fetch ADDRESS PORT PATH       the same, and report only the length of the answer's body
 *   NAME post ADDRESS PORT PATH BODY   an HTTP request, with JSON to the end of the line
 *   NAME mcp VARIABLE PATH             an MCP session at PATH below the URL in an environment variable: the answer to
 *                                      initialize, then the names of the tools
 *   - wait                             go on when all attempts before have ended
 *
 * For an address, "gateway" is the agent's own, out of NULLBOX_MEMORY_URL; "other+N" is the agent N slots on, and
 * "neighbour+N" that agent's gateway.
 * Each result is one line "probe: NAME = open | answered | refused ERRNO | silent | failed ERRNO | no such slot | gone
 * | HTTP-STATUS BODY | CONTENT | empty | done". Then "probe: done". With /serve in its root it listens on TCP 8080
 * instead, says "probe: arrived from ADDRESS" for each connection, and answers it with an HTTP status of 200.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
/* linux/vm_sockets.h is not among musl's headers. */
struct sockaddr_vm_ {
    unsigned short family, reserved;
    unsigned int port, cid;
    unsigned char zero[4];
};

enum {
    LIMIT_MS = 6000,
    MCP_S = 30,
    GONE_S = 60,
    HOLD_S = 300,
    MAX_ATTEMPTS = 64,
    TEXT_MAX = 2048,
    INITIALIZED_MAX = 1200,
    ADDRESS_VSOCK = 40
};
/* FITRIM of linux/fs.h, which is not among musl's headers. */
static const unsigned long TRIM = 0xc0185879;

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
        /* a server that waits for the rest of a request has accepted the connection all the same */
        struct pollfd wait_for = {.fd = fd, .events = POLLIN};
        if (send(fd, "probe\n", 6, MSG_NOSIGNAL) == 6 && poll(&wait_for, 1, LIMIT_MS / 3) == 1 &&
            read(fd, &byte, 1) == 1)
            result("answered", 0);
        else
            result("open", 0);
    }
    if (fd >= 0) close(fd);
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

/* What is free then lies between the two files and behind them. */
static void try_disk(const char *directory) {
    static const char *const names[] = {"removed", "kept"};
    static char bytes[1 << 20];
    struct {
        uint64_t start, length, least;
    } all = {.length = UINT64_MAX};
    int at = open(directory, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < 2; i++) {
        int fd = openat(at, names[i], O_WRONLY | O_CREAT, 0600);
        if (write(fd, bytes, sizeof bytes) != (ssize_t)sizeof bytes || fsync(fd) != 0) {
            result("failed", 1);
            return;
        }
        close(fd);
    }
    if (unlinkat(at, names[0], 0) != 0 || syncfs(at) != 0 || ioctl(at, TRIM, &all) != 0)
        result("failed", 1);
    else
        result("done", 0);
}

/* At most TEXT_MAX bytes in one line. */
static void print_line(char *text, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (text[i] < ' ') text[i] = ' ';
    printf("%.*s", (int)size, text);
}

static void try_show(const char *path) {
    char text[TEXT_MAX];
    int fd = open(path, O_RDONLY);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (got < 0)
        result("refused", 1);
    else
        print_line(text, (size_t)got);
}

static void try_gone(const char *path, int limit_s) {
    for (int i = 0; i < limit_s; i++) {
        if (access(path, F_OK) != 0) {
            result("gone", 0);
            return;
        }
        sleep(1);
    }
    result("still there", 0);
}

static void try_hold(const char *path) {
    char text[TEXT_MAX];
    int fd = open(path, O_RDONLY);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (got < 0) {
        result("refused", 1);
        return;
    }
    printf("%zd bytes, ", got);
    try_gone(path, HOLD_S);
    got = pread(fd, text, sizeof text, 0);
    printf(", then %zd bytes", got);
}

static void try_list(const char *path) {
    DIR *dir = opendir(path);
    struct dirent *entry;
    int entries = 0;
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            printf("%s%s", entries++ == 0 ? "" : " ", entry->d_name);
    if (entries == 0) result(dir == NULL ? "refused" : "empty", dir == NULL);
}

/* Header and body of the answer to one request (RFC 9112), one after the other. */
static char text[64 * 1024];

/* Reports the answer's status, or the failure. Returns the answer's body, which may be empty, or NULL. */
static char *request(const struct sockaddr_in *address, const char *method, const char *path, const char *headers,
                     const char *body) {
    char host[INET_ADDRSTRLEN] = "";
    size_t used = 0;
    ssize_t got = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char *start;
    inet_ntop(AF_INET, &address->sin_addr, host, sizeof host);
    if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address) != 0) {
        result("refused", 1);
        return NULL;
    }
    dprintf(fd,
            "%s %s HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\nContent-Type: application/json\r\n"
            "Accept: application/json, text/event-stream\r\n%sContent-Length: %zu\r\n\r\n%s",
            method, path, host, ntohs(address->sin_port), headers, strlen(body), body);
    while (got > 0 && used < sizeof text - 1) {
        struct pollfd wait_for = {.fd = fd, .events = POLLIN};
        got = poll(&wait_for, 1, LIMIT_MS) == 1 ? read(fd, text + used, sizeof text - 1 - used) : 0;
        used += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    text[used] = '\0';
    start = strstr(text, "\r\n\r\n");
    if (used < sizeof "HTTP/1.1 200" || start == NULL) {
        result("no answer", 0);
        return NULL;
    }
    printf("%.3s ", text + sizeof "HTTP/1.1");
    return start + 4;
}

/* Makes one request; reports the status and the body of its answer, or the body's length. */
static void try_http(const struct sockaddr_in *address, const char *method, const char *path, const char *body,
                     int is_shown) {
    char *answer = request(address, method, path, "", body);
    if (answer != NULL && is_shown)
        print_line(answer, strnlen(answer, TEXT_MAX));
    else if (answer != NULL)
        printf("%zu bytes", strlen(answer));
}

/* An MCP session as any client has it: from a URL, and the session's id in the answer. */
static void try_mcp(const char *variable, const char *below) {
    static const char initialize[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
        "\"capabilities\":{},\"clientInfo\":{\"name\":\"probe\",\"version\":\"1\"}}}";
    char host[INET_ADDRSTRLEN], port[8], path[256], session[64], headers[160];
    const char *url = getenv(variable);
    struct sockaddr_in address;
    int end = 0;
    char *answer, *at;
    if (url == NULL || sscanf(url, "http://%15[0-9.]:%5[0-9]%n", host, port, &end) != 2) {
        printf("no address in %s: %s", variable, url == NULL ? "(not set)" : url);
        return;
    }
    address = address_of(host, port);
    snprintf(path, sizeof path, "%s%s", url + end, below);
    if ((answer = request(&address, "POST", path, "", initialize)) == NULL) return;
    print_line(answer, strnlen(answer, INITIALIZED_MAX));
    if ((at = strcasestr(text, "\r\nMcp-Session-Id:")) == NULL || at > answer ||
        sscanf(at, "\r\n%*[^:]: %63[!-~]", session) != 1)
        return;
    snprintf(headers, sizeof headers, "MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: %s\r\n", session);
    printf(" tools: ");
    answer = request(&address, "POST", path, headers, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}");
    for (at = answer; at != NULL && (at = strstr(at, "{\"name\":\"")) != NULL; at++) {
        at += sizeof "{\"name\":\"" - 1;
        printf("%.*s ", (int)strcspn(at, "\""), at);
    }
}

/* Tells whether an address belongs to a slot that cannot exist. */
static int beyond(const char *where) {
    const char *sign = strpbrk(where, "+-");
    return sign != NULL && (strncmp(where, "other", 5) == 0 || strncmp(where, "neighbour", 9) == 0) &&
           slot() + atoi(sign) < 1;
}

/* Makes one attempt in a process of its own, whose output is a pipe. */
static void attempt(const char *kind, const char *where, const char *port, const char *path, const char *body) {
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
    } else if (strcmp(kind, "get") == 0) {
        try_http(&address, "GET", path, "", 1);
    } else if (strcmp(kind, "fetch") == 0) {
        try_http(&address, "GET", path, "", 0);
    } else if (strcmp(kind, "post") == 0) {
        try_http(&address, "POST", path, body, 1);
    } else if (strcmp(kind, "mcp") == 0) {
        try_mcp(where, port);
    } else if (strcmp(kind, "show") == 0) {
        try_show(where);
    } else if (strcmp(kind, "hold") == 0) {
        try_hold(where);
    } else if (strcmp(kind, "list") == 0) {
        try_list(where);
    } else if (strcmp(kind, "disk") == 0) {
        try_disk(where);
    } else if (strcmp(kind, "gone") == 0) {
        try_gone(where, GONE_S);
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
        static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        char from[INET_ADDRSTRLEN] = "", request[512];
        socklen_t size = sizeof address;
        int connection = accept(fd, (struct sockaddr *)&address, &size);
        struct pollfd wait_for = {.fd = connection, .events = POLLIN};
        if (connection < 0) continue;
        inet_ntop(AF_INET, &address.sin_addr, from, sizeof from);
        printf("probe: arrived from %s\n", from);
        if (poll(&wait_for, 1, LIMIT_MS) == 1 && read(connection, request, sizeof request) > 0)
            send(connection, answer, sizeof answer - 1, MSG_NOSIGNAL);
        close(connection);
    }
}

static char names[MAX_ATTEMPTS][64];
static int outputs[MAX_ATTEMPTS], limits_s[MAX_ATTEMPTS], count;

/* Reports the results of the attempts so far. */
static void report(void) {
    for (int i = 0; i < count; i++) {
        char said[TEXT_MAX + 16];
        struct pollfd wait_for = {.fd = outputs[i], .events = POLLIN};
        ssize_t got = poll(&wait_for, 1, (limits_s[i] + 1) * 1000) == 1 ? read(outputs[i], said, sizeof said - 1) : 0;
        said[got > 0 ? got : 0] = '\0';
        printf("probe: %s = %s\n", names[i], got > 0 ? said : "silent");
        close(outputs[i]);
    }
    count = 0;
}

static void begin(const char *line) {
    char kind[16], where[128], port[16] = "", path[128] = "";
    int ends[2], body = 0;
    if (sscanf(line, "%63s %15s %127s %15s %127s %n", names[count], kind, where, port, path, &body) < 3) return;
    if (pipe(ends) != 0) return;
    limits_s[count] = strcmp(kind, "gone") == 0   ? GONE_S + 1
                      : strcmp(kind, "hold") == 0 ? HOLD_S + 1
                      : strcmp(kind, "mcp") == 0  ? MCP_S
                      : strcmp(kind, "disk") == 0 ? GONE_S
                                                  : LIMIT_MS / 1000;
    if (fork() == 0) {
        dup2(ends[1], STDOUT_FILENO);
        setvbuf(stdout, NULL, _IOFBF, TEXT_MAX + 16);
        alarm((unsigned)limits_s[count]); /* the kernel's own limits are longer */
        attempt(kind, where, port, path, body > 0 ? line + body : "");
        _exit(0);
    }
    close(ends[1]);
    outputs[count++] = ends[0];
}

int main(void) {
    char line[1024];
    FILE *attempts;
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    if (access("/serve", F_OK) == 0) serve();
    attempts = fopen("/attempts", "r");
    while (attempts != NULL && fgets(line, sizeof line, attempts) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "- wait") == 0)
            report();
        else if (count < MAX_ATTEMPTS)
            begin(line);
    }
    report();
    puts("probe: done");
    return 0;
}
