/*
 * /sbin/chaos of the test image, and of no other: faults and observations that no operator has, for tests of the
 * running appliance. One command a line on the third serial port, one line of answer each:
 *
 *   kill NAME          SIGKILL to the child of PID 1 that runs as NAME  -> killed NAME PID | none NAME
 *   stop NAME          the same with SIGSTOP                            -> stopped NAME PID | none NAME
 *   freeze             freezes PID 1, in a control group of its own     -> freeze ok | freeze failed, before it
 *   hog NAME           takes memory as the service NAME until it cannot -> hog NAME killed | hog NAME failed
 *   init SIGNAL        sends it to PID 1, after the answer              -> init SIGNAL
 *   memory             RSS/private KiB of PID 1, its children, the VMMs -> memory NAME=RSS/PRIVATE ...
 *   vmm                sandbox of each process of an agent              -> vmm host key=value ...; pid=N key=value ...;
 *   connect HOST PORT  a TCP connection from the host, with a line       -> connect connected | connect ERROR
 *   leftovers          what agents have left behind                     -> leftovers processes=N interfaces=N cgroups=N
 *   krun WORD...       the reference starter with these words, timed    -> krun MS MS RSS NAME=MS ...
 *   touched AGENT      what of its guest and of its VMM is in memory    -> touched guest=KIB own=KIB
 *   scan HEX...        how often bytes stand in each process's memory   -> scan processes=N pages=N unread=N NAME=COUNT
 *   texts HEX...       the same of what /proc tells of them             -> texts looked=NAME,... unread=N FOUND
 *   guards             what keeps memory off disks and hidden           -> guards swaps=N; NAME key=value ...;
 *   calls AGENT S      traces an agent's next run for S seconds        -> calls listed=1 status=N NUMBER ARGUMENT ...
 *   nested             sets a machine up to have machines of its own   -> nested as-it-is=taken,taken svme=... vmxe=...
 *   peek NAME UID FILE another user opens /proc/PID/FILE                -> peek opened | peek refused ERROR | ...
 *
 * "krun" gives the time from exec to krun_start_enter, the time from exec to the guest's first line, and the resident
 * KiB of the starter at that time. FOUND is NAME/FILE=COUNT ... An
 * ARGUMENT of a call is NUMBER.INDEX=HEX. "peek" takes "same" for the process's own user.
 * Started by nulld as a service: writes "ready" to descriptor 3.
 */
#include "chaos.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_AGENT_UID = 10001, LAST_AGENT_UID = 10064, HOG_BYTES = 1 << 20, CONNECT_S = 5, MAX_WORDS = 8 };
/* A mapping of a VMM that is so large is its guest's memory. */
enum { GUEST_MAPPING_KIB = 64 << 10 };
/* Of linux/prctl.h, which musl's headers have not. */
enum { SCHED_CORE = 62, SCHED_CORE_GET = 0, SCHED_CORE_SCOPE_THREAD = 0 };

char answer[ANSWER_MAX];
/* The signal that PID 1 is sent once the answer is out: it may end this process too. */
static int signal_for_init;

void add(const char *format, ...) {
    size_t used = strlen(answer);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(answer + used, sizeof answer - used, format, arguments);
    va_end(arguments);
}

const char *proc_value(int pid, const char *file, const char *key, char *value, size_t size) {
    char path[64], line[512];
    FILE *stream;
    value[0] = '\0';
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    if ((stream = fopen(path, "r")) == NULL) return value;
    while (fgets(line, sizeof line, stream) != NULL) {
        size_t used = 0;
        const char *from = line + strlen(key);
        if (strncmp(line, key, strlen(key)) != 0) continue;
        while (isspace((unsigned char)*from))
            from++;
        for (; *from != '\0' && used + 1 < size; from++) {
            if (!isspace((unsigned char)*from))
                value[used++] = *from;
            else if (used > 0 && value[used - 1] != ',')
                value[used++] = ',';
        }
        if (used > 0 && value[used - 1] == ',') used--;
        value[used] = '\0';
        break;
    }
    fclose(stream);
    return value;
}

long proc_number(int pid, const char *file, const char *key) {
    char value[128];
    return atol(proc_value(pid, file, key, value, sizeof value));
}

void each_process(void (*visit)(int pid, const char *name, void *context), void *context) {
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    char name[64];
    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        int pid = atoi(entry->d_name);
        if (pid > 0) visit(pid, proc_value(pid, "status", "Name:", name, sizeof name), context);
    }
    if (proc != NULL) closedir(proc);
}

int is_agent(int pid) {
    long uid = proc_number(pid, "status", "Uid:");
    return uid >= FIRST_AGENT_UID && uid <= LAST_AGENT_UID;
}

struct victim {
    const char *name;
    int pid;
};

static void find_victim(int pid, const char *name, void *context) {
    struct victim *victim = context;
    if (is_agent(pid) ? strcmp(victim->name, "vmm") == 0
                      : strcmp(name, victim->name) == 0 && proc_number(pid, "status", "PPid:") == 1)
        victim->pid = pid;
}

/* Finds a service by its name, or the VMM of the agent that runs. */
static void signal_one(const char *name, int signal, const char *done) {
    struct victim victim = {name, 0};
    each_process(find_victim, &victim);
    if (victim.pid > 1 && kill(victim.pid, signal) == 0)
        add("%s %s %d", done, name, victim.pid);
    else
        add("none %s", name);
}

static int write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC), done;
    if (fd < 0) return 0;
    done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return done;
}

/* Moves PID 1 into a control group, and freezes that: what hangs it as a fault of its own would. */
static void freeze_init(void) {
    int done = (mkdir("/sys/fs/cgroup/frozen", 0755) == 0 || errno == EEXIST) &&
               write_file("/sys/fs/cgroup/frozen/cgroup.procs", "1") &&
               write_file("/sys/fs/cgroup/frozen/cgroup.freeze", "1");
    add("freeze %s", done ? "ok" : "failed");
}

/* Starts a child that moves into the service's control group, and there takes memory until the kernel kills it. */
static void hog(const char *name) {
    char path[128];
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        snprintf(path, sizeof path, "/sys/fs/cgroup/services/%s/cgroup.procs", name);
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, "0", 1) != 1) _exit(1);
        for (char *volatile piece; (piece = malloc(HOG_BYTES)) != NULL;)
            memset(piece, 1, HOG_BYTES);
        _exit(1);
    }
    if (child > 0) waitpid(child, &status, 0);
    add("hog %s %s", name, child > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? "killed" : "failed");
}

/* Connects to an address to which the host has a route: answered or refused at once, and bounded by CONNECT_S. */
static void try_connect(const char *host, const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    struct timeval limit = {.tv_sec = CONNECT_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, host, &address.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 || send(fd, "chaos\n", 6, MSG_NOSIGNAL) != 6)
        add("connect %s", strerror(errno));
    else
        add("connect connected");
    close(fd);
}

static void add_memory(int pid, const char *name, void *context) {
    (void)context;
    if (pid != 1 && proc_number(pid, "status", "PPid:") != 1 && !is_agent(pid)) return;
    if (proc_number(pid, "status", "VmRSS:") == 0) return;
    add(" %s=%ld/%ld", is_agent(pid) ? "vmm" : name, proc_number(pid, "smaps_rollup", "Rss:"),
        proc_number(pid, "smaps_rollup", "Private_Clean:") + proc_number(pid, "smaps_rollup", "Private_Dirty:"));
}

static void add_namespaces(const char *process) {
    static const char *const kinds[] = {"net", "mnt"};
    char link[64], path[64];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        snprintf(path, sizeof path, "/proc/%s/ns/%s", process, kinds[i]);
        ssize_t got = readlink(path, link, sizeof link - 1);
        link[got < 0 ? 0 : got] = '\0';
        add(" %s=%s", kinds[i], link);
    }
}

/* The limits of a control group, with ',' for blanks. */
static void add_limits(const char *cgroup) {
    static const char *const limits[] = {"cpu.max", "memory.max", "memory.swap.max", "pids.max"};
    char path[192], value[64];
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        FILE *stream;
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/%s", cgroup, limits[i]);
        if ((stream = fopen(path, "r")) == NULL) continue;
        if (fgets(value, sizeof value, stream) != NULL) {
            value[strcspn(value, "\n")] = '\0';
            for (char *blank = value; (blank = strchr(blank, ' ')) != NULL;)
                *blank = ',';
            add(" %s=%s", limits[i], value);
        }
        fclose(stream);
    }
}

/* Tells whether a microVM could run machines of its own: 0 or N, 1 or Y; empty for a module that is not loaded. */
static void add_nested(const char *module) {
    char path[64];
    FILE *stream;
    int value;
    snprintf(path, sizeof path, "/sys/module/%s/parameters/nested", module);
    if ((stream = fopen(path, "r")) == NULL) return;
    if ((value = fgetc(stream)) != EOF) add(" %s.nested=%c", module, value);
    fclose(stream);
}

/* The core-scheduling cookies of its threads, each once: another than 0 shares no core with anybody. And how many. */
static void add_cookies(int pid) {
    char path[64], cookies[256] = "";
    int threads = 0;
    struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    while (tasks != NULL && (entry = readdir(tasks)) != NULL) {
        unsigned long long cookie = 0;
        char one[32];
        int task = atoi(entry->d_name);
        if (task <= 0) continue;
        threads++;
        if (prctl(SCHED_CORE, SCHED_CORE_GET, task, SCHED_CORE_SCOPE_THREAD, &cookie) != 0)
            snprintf(one, sizeof one, "error-%d,", errno);
        else
            snprintf(one, sizeof one, "%llx,", cookie);
        if (strstr(cookies, one) == NULL && strlen(cookies) + strlen(one) < sizeof cookies) strcat(cookies, one);
    }
    if (tasks != NULL) closedir(tasks);
    add(" cookies=%s threads=%d", cookies, threads);
}

static void add_walls(int pid, const char *name, void *context) {
    static const char *const keys[] = {"Uid",    "Gid",    "Groups", "NoNewPrivs", "Seccomp",
                                       "CapInh", "CapPrm", "CapEff", "CapBnd",     "CapAmb"};
    char value[128], key[32], process[16];
    (void)name;
    (void)context;
    if (!is_agent(pid)) return;
    snprintf(process, sizeof process, "%d", pid);
    add(" pid=%s", process);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        snprintf(key, sizeof key, "%s:", keys[i]);
        add(" %s=%s", keys[i], proc_value(pid, "status", key, value, sizeof value));
    }
    add_namespaces(process);
    add(" cgroup=%s", proc_value(pid, "cgroup", "0::", value, sizeof value));
    add_limits(value);
    add(" oom_score_adj=%ld", proc_number(pid, "oom_score_adj", ""));
    add_cookies(pid);
    add(";");
}

static void count_agent(int pid, const char *name, void *context) {
    (void)name;
    if (is_agent(pid)) ++*(int *)context;
}

static int count_entries(const char *directory, const char *prefix, int directories_only) {
    DIR *dir = opendir(directory);
    struct dirent *entry;
    int count = 0;
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.' && strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
            (!directories_only || entry->d_type == DT_DIR))
            count++;
    if (dir != NULL) closedir(dir);
    return count;
}

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The answer of a line "NAME=MS" of the guest's; others say nothing that is measured. */
static void add_figure(const char *line) {
    if (strchr(line, '=') != NULL && strchr(line, ' ') == NULL) add(" %s", line);
}

/* Starts krunrun with its output in a pipe; its first line is its own ("enter"), its second the guest's first. */
static void run_reference(char *first_word) {
    char *words[MAX_WORDS + 2] = {"krunrun"}, line[256] = "", figures[1024] = "";
    int ends[2], lines = 0, count = 1;
    long start = now_ms(), enter = 0, first = 0, rss = 0;
    FILE *output;
    pid_t child;
    for (char *word = first_word; word != NULL && count <= MAX_WORDS; word = strtok(NULL, " \r\n"))
        words[count++] = word;
    if (pipe(ends) != 0 || (child = fork()) < 0) {
        add("krun failed");
        return;
    }
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv("/sbin/krunrun", words);
        _exit(127);
    }
    close(ends[1]);
    output = fdopen(ends[0], "r");
    while (output != NULL && fgets(line, sizeof line, output) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (++lines == 1) {
            enter = now_ms() - start;
            continue;
        }
        if (lines == 2) {
            first = now_ms() - start;
            rss = proc_number(child, "smaps_rollup", "Rss:");
        }
        if (strlen(figures) + strlen(line) + 2 < sizeof figures) strcat(strcat(figures, " "), line);
    }
    if (output != NULL) fclose(output);
    waitpid(child, NULL, 0);
    add("krun %ld %ld %ld", enter, first, rss);
    for (char *word = strtok(figures, " "); word != NULL; word = strtok(NULL, " "))
        add_figure(word);
    add(" said %s", line);
}

/* The memory that a VMM has for itself alone, and what of its guest's memory has been touched; KiB. */
static void tell_vmm(const char *agent) {
    char path[192], line[512];
    long guest = 0, own = 0, of_mapping = 0, size = 0;
    FILE *stream;
    snprintf(path, sizeof path, "/proc/%d/smaps", first_process(agent));
    if ((stream = fopen(path, "r")) == NULL) {
        add("touched none: %s", strerror(errno));
        return;
    }
    while (fgets(line, sizeof line, stream) != NULL) {
        if (sscanf(line, "Size: %ld kB", &size) == 1) of_mapping = 0;
        if (strncmp(line, "Private_", 8) == 0) of_mapping += atol(strchr(line, ':') + 1);
        if (strncmp(line, "VmFlags:", 8) == 0) *(size >= GUEST_MAPPING_KIB ? &guest : &own) += of_mapping;
    }
    fclose(stream);
    add("touched guest=%ld own=%ld", guest, own);
}

static void obey(char *line) {
    char *command = strtok(line, " \r\n"), *first = strtok(NULL, " \r\n"), *second, *third;
    answer[0] = '\0';
    if (command == NULL) return;
    if (strcmp(command, "scan") == 0 && first != NULL) {
        search_memory(first);
        return;
    }
    if (strcmp(command, "texts") == 0 && first != NULL) {
        search_texts(first);
        return;
    }
    if (strcmp(command, "krun") == 0 && first != NULL) {
        run_reference(first);
        return;
    }
    second = strtok(NULL, " \r\n");
    third = second == NULL ? NULL : strtok(NULL, " \r\n");
    if (strcmp(command, "kill") == 0 && first != NULL) {
        signal_one(first, SIGKILL, "killed");
    } else if (strcmp(command, "stop") == 0 && first != NULL) {
        signal_one(first, SIGSTOP, "stopped");
    } else if (strcmp(command, "freeze") == 0) {
        freeze_init();
    } else if (strcmp(command, "hog") == 0 && first != NULL) {
        hog(first);
    } else if (strcmp(command, "init") == 0 && first != NULL) {
        signal_for_init = atoi(first);
        add("init %d", signal_for_init);
    } else if (strcmp(command, "connect") == 0 && first != NULL && second != NULL) {
        try_connect(first, second);
    } else if (strcmp(command, "memory") == 0) {
        add("memory");
        each_process(add_memory, NULL);
    } else if (strcmp(command, "vmm") == 0) {
        add("vmm host");
        add_namespaces("self");
        add_nested("kvm_amd");
        add_nested("kvm_intel");
        add(";");
        each_process(add_walls, NULL);
    } else if (strcmp(command, "leftovers") == 0) {
        int processes = 0;
        each_process(count_agent, &processes);
        add("leftovers processes=%d interfaces=%d cgroups=%d", processes, count_entries("/sys/class/net", "nb", 0),
            count_entries("/sys/fs/cgroup/agents", "", 1));
    } else if (strcmp(command, "calls") == 0 && first != NULL && second != NULL) {
        trace_calls(first, atoi(second));
    } else if (strcmp(command, "nested") == 0) {
        try_nested();
    } else if (strcmp(command, "guards") == 0) {
        tell_guards();
    } else if (strcmp(command, "peek") == 0 && third != NULL) {
        try_peek(first, second, third);
    } else if (strcmp(command, "touched") == 0 && first != NULL) {
        tell_vmm(first);
    } else {
        add("unknown command");
    }
}

static void leave(int signal) {
    (void)signal;
    _exit(0);
}

int main(void) {
    char line[4096];
    struct termios raw;
    int fd = open("/dev/ttyS2", O_RDWR | O_NOCTTY | O_CLOEXEC);
    FILE *port;
    signal(SIGTERM, leave);
    if (fd < 0 || tcgetattr(fd, &raw) != 0) {
        perror("chaos: /dev/ttyS2");
        return 1;
    }
    cfmakeraw(&raw);
    tcsetattr(fd, TCSANOW, &raw);
    if ((port = fdopen(fd, "r")) == NULL) return 1;
    if (write(3, "ready\n", 6) != 6) perror("chaos: descriptor 3");
    close(3);
    while (fgets(line, sizeof line, port) != NULL) {
        obey(line);
        if (answer[0] != '\0' && dprintf(fd, "%s\n", answer) < 0) return 1;
        if (signal_for_init != 0) kill(1, signal_for_init);
        signal_for_init = 0;
    }
    return 0;
}
