#include "checks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroups.h"
#include "clock.h"
#include "config.h"
#include "enter.h"
#include "files.h"
#include "process.h"
#include "protocol.h"
#include "say.h"
#include "setup.h"

enum {
    DEFAULT_LIMIT_MS = 5000,
    MAX_LIMIT_MS = 60000,
    MAX_STATUS_LINE = 1024,
    MAX_REQUEST = 4096,
    MAX_ENVIRONMENT = 8 << 20,
    PORT_MAX = 65535
};

/* Parameters of a CHECK. */
struct question {
    uint64_t port, millis;
    char *path;
    struct texts words;
};

static int read_question(struct fields *fields, struct question *question) {
    struct field field;
    int more;
    *question = (struct question){.millis = DEFAULT_LIMIT_MS};
    while ((more = next_field(fields, &field)) > 0) {
        int problem = 0;
        char *word;
        switch (field.tag) {
        case TAG_PORT:
            problem = field_number(&field, &question->port);
            break;
        case TAG_MILLIS:
            problem = field_number(&field, &question->millis);
            break;
        case TAG_PATH:
            free(question->path);
            problem = (question->path = field_text(&field)) == NULL;
            break;
        case TAG_WORD:
            problem = (word = field_text(&field)) == NULL || add_item(&question->words, word) != 0;
            break;
        default:
            return refused("field %d is none of CHECK", field.tag);
        }
        if (problem != 0) return refused("CHECK: field %d is malformed", field.tag);
    }
    if (more < 0) return refused("CHECK ends within a field");
    if (question->millis == 0 || question->millis > MAX_LIMIT_MS) question->millis = MAX_LIMIT_MS;
    if (question->words.count > 0) return 0;
    if (question->port == 0 || question->port > PORT_MAX || question->path == NULL || question->path[0] != '/' ||
        strpbrk(question->path, " \r\n") != NULL)
        return refused("CHECK has neither WORD nor PORT and PATH");
    return 0;
}

static void drop_question(struct question *question) {
    drop_texts(&question->words);
    free(question->path);
}

/* Result of the child: a sentence on RESULT; none when the check has passed. */
static _Noreturn void tell(int result, const char *format, const char *detail) {
    dprintf(result, format, detail);
    _exit(1);
}

static in_addr_t own_address(void) {
    struct ifreq request;
    struct sockaddr_in address;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    memset(&request, 0, sizeof request);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", "eth0");
    if (fd < 0 || ioctl(fd, SIOCGIFADDR, &request) != 0) return htonl(INADDR_LOOPBACK);
    memcpy(&address, &request.ifr_addr, sizeof address);
    return address.sin_addr.s_addr;
}

static int connect_to(in_addr_t to, unsigned port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = to};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

/* Reads the first line of the answer. */
static void read_status_line(int fd, char line[MAX_STATUS_LINE]) {
    size_t used = 0;
    while (used + 1 < MAX_STATUS_LINE && read(fd, line + used, 1) == 1 && line[used] != '\n')
        used++;
    line[used] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
}

static _Noreturn void ask_by_http(const struct question *question, int result) {
    char request[MAX_REQUEST], line[MAX_STATUS_LINE];
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: nullbox\r\nConnection: close\r\n\r\n",
                        question->path, (unsigned)question->port);
    int fd = connect_to(htonl(INADDR_LOOPBACK), (unsigned)question->port);
    if (size < 0 || (size_t)size >= sizeof request) tell(result, "the path is too long%s", "");
    if (fd < 0) fd = connect_to(own_address(), (unsigned)question->port);
    if (fd < 0) tell(result, "no answer: %s", strerror(errno));
    if (write_fully(fd, request, (size_t)size) != 0) tell(result, "no answer: %s", strerror(errno));
    read_status_line(fd, line);
    if (strncmp(line, "HTTP/1.", 7) != 0 || strlen(line) < 10 || line[8] != ' ' || line[9] != '2')
        tell(result, "answered %.128s", line);
    _exit(0);
}

/* Reads the environment that the agent's command was started with. */
static char **agent_environment(void) {
    struct texts environment = {NULL, 0, 0};
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    size_t size = 0;
    char *text = read_in_root(root, STATE_ENVIRONMENT, MAX_ENVIRONMENT, &size);
    for (size_t at = 0; text != NULL && at < size; at += strlen(text + at) + 1)
        add_item(&environment, text + at);
    close(root);
    return environment.items;
}

static _Noreturn void ask_by_command(const struct question *question, int result) {
    static char user[512], workdir[4096];
    static char *none[] = {NULL};
    struct entrance entrance = {.user = user, .workdir = workdir, .leaf = CGROUP_CHECK, .words = question->words.items};
    char ended[64];
    int status = 0;
    pid_t child;
    if (read_text(STATE_USER, user, sizeof user) != 0 || read_text(STATE_WORKDIR, workdir, sizeof workdir) != 0)
        tell(result, "no agent runs here%s", "");
    entrance.environment = agent_environment();
    if (entrance.environment == NULL) entrance.environment = none;
    /* Discards the output of a check's command. */
    dup2(STDIN_FILENO, STDOUT_FILENO);
    dup2(STDIN_FILENO, STDERR_FILENO);
    if ((child = start_inside(&entrance)) < 0) tell(result, "%s", reason());
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) _exit(0);
    snprintf(ended, sizeof ended, "%s %d", WIFSIGNALED(status) ? "signal" : "code",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    tell(result, "the command ended with %s", ended);
}

static struct check *free_place(struct checks *checks, int is_command) {
    struct check *found = NULL;
    for (int i = 0; i < MAX_CHECKS; i++) {
        if (checks->places[i].process == 0)
            found = &checks->places[i];
        else if (is_command && checks->places[i].is_command)
            return NULL;
    }
    return found;
}

int begin_check(struct checks *checks, uint32_t id, struct fields *fields) {
    struct question question;
    struct check *place;
    int ends[2], result = read_question(fields, &question), is_command = question.words.count > 0;
    if (result == 0 && (place = free_place(checks, is_command)) == NULL)
        result = refused("the check before is not over");
    if (result == 0 && pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) result = failed("cannot make a pipe");
    if (result == 0) {
        *place = (struct check){.process = fork(),
                                .result = ends[0],
                                .is_command = is_command,
                                .id = id,
                                .limit = (int64_t)question.millis,
                                .ends_at = now_ms() + (int64_t)question.millis};
        if (place->process == 0) {
            reset_signals();
            if (is_command) ask_by_command(&question, ends[1]);
            ask_by_http(&question, ends[1]);
        }
        close(ends[1]);
        if (place->process < 0) {
            place->process = 0;
            close(ends[0]);
            result = failed("cannot make a process");
        }
    }
    drop_question(&question);
    return result;
}

int64_t expire_checks(struct checks *checks, int64_t now) {
    int64_t next = 0;
    for (int i = 0; i < MAX_CHECKS; i++) {
        struct check *check = &checks->places[i];
        if (check->process == 0 || check->is_late) continue;
        if (now >= check->ends_at) {
            check->is_late = 1;
            kill(check->process, SIGKILL);
        } else if (next == 0 || check->ends_at < next) {
            next = check->ends_at;
        }
    }
    return next;
}

int finish_check(struct checks *checks, pid_t process, int status, uint32_t *id, char *error, size_t room) {
    for (int i = 0; i < MAX_CHECKS; i++) {
        struct check *check = &checks->places[i];
        ssize_t got;
        if (check->process != process) continue;
        got = read(check->result, error, room - 1);
        error[got > 0 ? got : 0] = '\0';
        if (check->is_late)
            snprintf(error, room, "no answer within %lld ms", (long long)check->limit);
        else if (error[0] == '\0' && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
            snprintf(error, room, "the check itself has failed");
        close(check->result);
        /* Kills what the command has left running. */
        if (check->is_command) kill_leaf(CGROUP_CHECK);
        *id = check->id;
        check->process = 0;
        return 1;
    }
    return 0;
}
