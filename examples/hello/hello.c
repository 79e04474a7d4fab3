/*
 * The example agent: says that it runs, writes to shared memory and reads it back, tries one connection that its
 * AGENT.toml allows and one that it does not, and says in plain lines what happened. Exits 0 when all of it came out as
 * the manifest says, else 1. A single static program with no library but the C library.
 *
 * From the environment: NULLBOX_AGENT and NULLBOX_MEMORY_URL (set by NullBox), HELLO_ALLOWED and HELLO_DENIED
 * (address:port, from [agent.env]).
 *
 * Each attempt is made in a child process with a deadline: nobody answers a connection that AGENT.toml does not allow.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The appliance's own network may come up after the agent does. */
enum { TRIES = 5, PAUSE_S = 2 };
enum {
    LIMIT_MS = 5000,
    MEMORY_LIMIT_MS = 20000,
    REPLY_MAX = 4000 /* an outcome goes through a pipe in one piece: PIPE_BUF */
};

struct target {
    char host[64];
    int port;
};

/* What a child found out. NO_ANSWER: a router refused it, or the deadline passed with no word from the far side, as
 * behind a firewall that drops. */
enum kind { ANSWERED, CONNECTED, TURNED_AWAY, NO_ANSWER, BROKEN };

struct outcome {
    enum kind kind;
    int error; /* errno of connect(), for TURNED_AWAY and BROKEN */
    char text[REPLY_MAX];
};

static void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("hello: ", stdout);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    fflush(stdout);
}

/* Reads "address:port", an IPv4 address. */
static int parse_target(const char *text, struct target *target) {
    const char *colon = text == NULL ? NULL : strrchr(text, ':');
    struct in_addr address;
    if (colon == NULL || (size_t)(colon - text) >= sizeof target->host) return -1;
    memcpy(target->host, text, (size_t)(colon - text));
    target->host[colon - text] = '\0';
    target->port = atoi(colon + 1);
    return inet_pton(AF_INET, target->host, &address) == 1 && target->port > 0 && target->port < 65536 ? 0 : -1;
}

/* Connects, sends the request, and reads until the far side closes or, for a line, until its end. */
static void talk(const struct target *target, const char *request, int whole, struct outcome *outcome) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)target->port)};
    size_t used = 0;
    ssize_t got;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, target->host, &address.sin_addr);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        outcome->kind = fd < 0 ? BROKEN : errno == ETIMEDOUT || errno == EHOSTUNREACH ? NO_ANSWER : TURNED_AWAY;
        outcome->error = errno;
        return;
    }
    outcome->kind = CONNECTED;
    if (send(fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request)) return;
    while (used < sizeof outcome->text - 1 &&
           (got = read(fd, outcome->text + used, sizeof outcome->text - 1 - used)) > 0) {
        used += (size_t)got;
        if (!whole && memchr(outcome->text, '\n', used) != NULL) break;
    }
    outcome->text[used] = '\0';
    if (used > 0) outcome->kind = ANSWERED;
}

/* talk() in a child that is given up after limit_ms. */
static struct outcome talk_within(int limit_ms, const struct target *target, const char *request, int whole) {
    struct outcome outcome;
    int ends[2];
    pid_t child;
    struct pollfd wait_for;
    memset(&outcome, 0, sizeof outcome);
    outcome.kind = BROKEN;
    if (pipe(ends) != 0 || (child = fork()) < 0) {
        outcome.error = errno;
        return outcome;
    }
    if (child == 0) {
        close(ends[0]);
        talk(target, request, whole, &outcome);
        _exit(write(ends[1], &outcome, sizeof outcome) == (ssize_t)sizeof outcome ? 0 : 1);
    }
    close(ends[1]);
    wait_for = (struct pollfd){.fd = ends[0], .events = POLLIN};
    if (poll(&wait_for, 1, limit_ms) <= 0)
        outcome.kind = NO_ANSWER;
    else if (read(ends[0], &outcome, sizeof outcome) != (ssize_t)sizeof outcome)
        outcome.kind = BROKEN;
    close(ends[0]);
    kill(child, SIGKILL);
    waitpid(child, NULL, WNOHANG);
    return outcome;
}

/* Calls one method of shared memory: JSON-RPC 2.0 in an HTTP POST to /rpc. 0 when the reply holds `wanted`. */
static int memory_call(const struct target *memory, const char *body, const char *wanted) {
    char request[1024];
    struct outcome outcome;
    snprintf(request, sizeof request,
             "POST /rpc HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
             "Connection: close\r\n\r\n%s",
             memory->host, memory->port, strlen(body), body);
    outcome = talk_within(MEMORY_LIMIT_MS, memory, request, 1);
    if (outcome.kind == ANSWERED && strncmp(outcome.text, "HTTP/1.1 200", 12) == 0 &&
        strstr(outcome.text, "\"error\"") == NULL && strstr(outcome.text, wanted) != NULL)
        return 0;
    for (char *c = outcome.text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ') *c = ' ';
    say("memory at %s:%d did not do %s: %s", memory->host, memory->port, body,
        outcome.kind == ANSWERED    ? outcome.text
        : outcome.kind == NO_ANSWER ? "no answer"
        : outcome.error != 0        ? strerror(outcome.error)
                                    : "the connection closed without an answer");
    return 1;
}

/* Puts a value that was never written before, and gets it back. */
static int try_memory(void) {
    const char *url = getenv("NULLBOX_MEMORY_URL");
    char body[256], value[64];
    struct target memory;
    struct timespec now;
    if (url == NULL || strncmp(url, "http://", 7) != 0 || parse_target(url + 7, &memory) != 0) {
        say("NULLBOX_MEMORY_URL is no http://address:port: %s", url == NULL ? "(not set)" : url);
        return 1;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(value, sizeof value, "hello at %lld.%09ld", (long long)now.tv_sec, now.tv_nsec);
    snprintf(body, sizeof body,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"memory.put\",\"params\":{\"key\":\"hello/"
             "greeting\",\"value\":\"%s\"}}",
             value);
    if (memory_call(&memory, body, "\"result\"") != 0) return 1;
    say("memory: wrote hello/greeting = \"%s\"", value);
    snprintf(body, sizeof body,
             "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"memory.get\",\"params\":{\"key\":\"hello/greeting\"}}");
    if (memory_call(&memory, body, value) != 0) return 1;
    say("memory: read the same value back");
    return 0;
}

/* One connection; `allowed` is what the manifest says of it. 0 when that is how it went. */
static int try_connection(const char *variable, int allowed) {
    struct target target;
    struct outcome outcome;
    char greeting[128];
    const char *word = allowed ? "allowed" : "denied";
    const char *agent = getenv("NULLBOX_AGENT");
    if (parse_target(getenv(variable), &target) != 0) {
        say("%s is not an address:port: %s", variable, getenv(variable) == NULL ? "(not set)" : getenv(variable));
        return 1;
    }
    snprintf(greeting, sizeof greeting, "%s connection from %s\n", word, agent == NULL ? "hello" : agent);
    outcome = talk_within(LIMIT_MS, &target, greeting, 0);
    for (int again = 1; allowed && outcome.kind == TURNED_AWAY && again < TRIES; again++) {
        sleep(PAUSE_S);
        outcome = talk_within(LIMIT_MS, &target, greeting, 0);
    }
    outcome.text[strcspn(outcome.text, "\r\n")] = '\0';
    switch (outcome.kind) {
    case ANSWERED:
    case CONNECTED:
        say("%s connection to %s:%d: connected%s%s%s", word, target.host, target.port,
            outcome.kind == ANSWERED ? ", it says: " : "", outcome.text, allowed ? "" : " (THIS SHOULD NOT BE)");
        return !allowed;
    case TURNED_AWAY:
        say("%s connection to %s:%d: let through, but nobody is there (%s)%s", word, target.host, target.port,
            strerror(outcome.error), allowed ? "" : " (THIS SHOULD NOT BE)");
        return !allowed;
    case NO_ANSWER:
        say("%s connection to %s:%d: %s%s", word, target.host, target.port,
            outcome.error == EHOSTUNREACH ? "refused" : "no answer",
            allowed ? " (THIS SHOULD NOT BE)" : ", stopped on its way");
        return allowed;
    case BROKEN:
        break;
    }
    say("%s connection to %s:%d: could not be tried (%s)", word, target.host, target.port, strerror(outcome.error));
    return 1;
}

int main(void) {
    const char *agent = getenv("NULLBOX_AGENT");
    struct utsname system;
    int wrong = 0;
    signal(SIGPIPE, SIG_IGN);
    say("I am %s, in a microVM of my own, under Linux %s", agent == NULL ? "an agent without a name" : agent,
        uname(&system) == 0 ? system.release : "?");
    wrong += try_memory();
    wrong += try_connection("HELLO_ALLOWED", 1);
    wrong += try_connection("HELLO_DENIED", 0);
    if (wrong == 0)
        say("done");
    else
        say("failed: %d of 3 did not go as AGENT.toml says", wrong);
    return wrong == 0 ? 0 : 1;
}
