#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroups.h"
#include "files.h"
#include "process.h"
#include "protocol.h"
#include "report.h"
#include "say.h"
#include "settings.h"

enum { GROUP_TTY = 5, GROUP_DISK = 6, LOOP_DEVICES = 16, LOOP_MAJOR = 7, MISC_MAJOR = 10 };

/* File systems of the kernel's, at the agent's root before it becomes "/". */
static const struct {
    const char *type, *path, *options;
    unsigned long flags;
    int needed;
} MOUNTS[] = {
    {"proc", "/agent/proc", "", MS_NOSUID | MS_NODEV | MS_NOEXEC, 1},
    {"binfmt_misc", "/agent/proc/sys/fs/binfmt_misc", "", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0},
    {"sysfs", "/agent/sys", "", MS_NOSUID | MS_NODEV | MS_NOEXEC, 1},
    {"cgroup2", "/agent/sys/fs/cgroup", "", MS_NOSUID | MS_NODEV | MS_NOEXEC, 1},
    {"bpf", "/agent/sys/fs/bpf", "mode=0700", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0},
    {"tmpfs", "/agent/dev", "mode=0755,size=4m", MS_NOSUID, 1},
    {"devpts", "/agent/dev/pts", "newinstance,ptmxmode=0666,mode=0620,gid=5", MS_NOSUID | MS_NOEXEC, 1},
    {"tmpfs", "/agent/dev/shm", "mode=1777", MS_NOSUID | MS_NODEV, 1},
    {"mqueue", "/agent/dev/mqueue", "", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0},
};

/* Devices as Debian's udev leaves them; a kernel without the driver gives none. The disks are not among them. */
static const struct {
    const char *path;
    mode_t mode;
    gid_t group;
    unsigned major, minor;
} DEVICES[] = {
    {"/agent/dev/null", S_IFCHR | 0666, 0, 1, 3},
    {"/agent/dev/zero", S_IFCHR | 0666, 0, 1, 5},
    {"/agent/dev/full", S_IFCHR | 0666, 0, 1, 7},
    {"/agent/dev/random", S_IFCHR | 0666, 0, 1, 8},
    {"/agent/dev/urandom", S_IFCHR | 0666, 0, 1, 9},
    {"/agent/dev/kmsg", S_IFCHR | 0644, 0, 1, 11},
    {"/agent/dev/tty", S_IFCHR | 0666, GROUP_TTY, 5, 0},
    {"/agent/dev/console", S_IFCHR | 0600, 0, 5, 1},
    {"/agent/dev/fuse", S_IFCHR | 0666, 0, MISC_MAJOR, 229},
    {"/agent/dev/net/tun", S_IFCHR | 0666, 0, MISC_MAJOR, 200},
    {"/agent/dev/loop-control", S_IFCHR | 0660, GROUP_DISK, MISC_MAJOR, 237},
};

static const struct {
    const char *path, *target;
} LINKS[] = {
    {"/agent/dev/ptmx", "pts/ptmx"},          {"/agent/dev/fd", "/proc/self/fd"},
    {"/agent/dev/stdin", "/proc/self/fd/0"},  {"/agent/dev/stdout", "/proc/self/fd/1"},
    {"/agent/dev/stderr", "/proc/self/fd/2"},
};

/* The init's own mounts, copies of which are in the agent's mount namespace. */
static const char *const FOREIGN[] = {"/secrets", "/volume", "/read", "/layer", "/root", "/sys", "/dev", "/proc"};

static int place_node(const char *path, mode_t mode, gid_t group, dev_t device) {
    if (mknod(path, mode, device) != 0 || chown(path, 0, group) != 0 || chmod(path, mode & 07777) != 0)
        return failed("cannot make %s", path + strlen("/agent"));
    return 0;
}

static int make_devices(void) {
    for (size_t i = 0; i < sizeof DEVICES / sizeof *DEVICES; i++) {
        char known[48];
        dev_t device = makedev(DEVICES[i].major, DEVICES[i].minor);
        snprintf(known, sizeof known, "/sys/dev/char/%u:%u", DEVICES[i].major, DEVICES[i].minor);
        if (access(known, F_OK) == 0 && place_node(DEVICES[i].path, DEVICES[i].mode, DEVICES[i].group, device) != 0)
            return -1;
    }
    /* The kernel makes a loop device when its node is first opened. */
    for (unsigned i = 0; i < LOOP_DEVICES && access("/agent/dev/loop-control", F_OK) == 0; i++) {
        char path[32];
        snprintf(path, sizeof path, "/agent/dev/loop%u", i);
        if (place_node(path, S_IFBLK | 0660, GROUP_DISK, makedev(LOOP_MAJOR, i)) != 0) return -1;
    }
    for (size_t i = 0; i < sizeof LINKS / sizeof *LINKS; i++)
        if (symlink(LINKS[i].target, LINKS[i].path) != 0) return failed("cannot make %s", LINKS[i].path);
    return 0;
}

static int make_mounts(void) {
    for (size_t i = 0; i < sizeof MOUNTS / sizeof *MOUNTS; i++) {
        const char *path = MOUNTS[i].path;
        /* Directories within /dev are the init's to make, those within /proc and /sys the kernel's. */
        if (strncmp(path, "/agent/dev/", 11) == 0 && mkdir(path, 0755) != 0) return failed("cannot make %s", path);
        if (mount(MOUNTS[i].type, path, MOUNTS[i].type, MOUNTS[i].flags, MOUNTS[i].options) != 0 && MOUNTS[i].needed)
            return failed("cannot mount %s", path + strlen("/agent"));
    }
    return mkdir("/agent/dev/net", 0755) == 0 ? 0 : failed("cannot make /dev/net");
}

/* Moves the agent's root to "/", as switch_root does, so that user namespaces and pivot_root work. */
static int become_root(void) {
    for (size_t i = 0; i < sizeof FOREIGN / sizeof *FOREIGN; i++)
        umount2(FOREIGN[i], MNT_DETACH);
    if (chdir("/agent") != 0 || mount(".", "/", NULL, MS_MOVE, NULL) != 0 || chroot(".") != 0 || chdir("/") != 0)
        return failed("cannot make the agent's root the root");
    /* As systemd leaves it: container engines that want it private change it. */
    return mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL) == 0 ? 0 : failed("cannot share mounts");
}

static int build_world(void) {
    if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) != 0) return failed("cannot make mounts private");
    return enter_cgroup_namespace() == 0 && make_mounts() == 0 && make_devices() == 0 && become_root() == 0 ? 0 : -1;
}

/*
 * Makes the command's terminal in its own file system of terminals, so that programs find it by its name, in place of
 * its three streams; the other side goes to the init. Source: pty(7), ioctl_tty(2).
 */
static int make_terminal(const struct launch *launch) {
    const struct config *config = launch->config;
    struct report report = {.kind = REPORT_TERMINAL};
    struct winsize size = {.ws_row = (unsigned short)config->rows, .ws_col = (unsigned short)config->columns};
    int flags = O_RDWR | O_NOCTTY | O_CLOEXEC, unlocked = 0, result = -1, own = -1;
    int other = open("/dev/pts/ptmx", flags);
    if (other < 0 || ioctl(other, TIOCSPTLCK, &unlocked) != 0 || (own = ioctl(other, TIOCGPTPEER, flags)) < 0 ||
        ioctl(other, TIOCSWINSZ, &size) != 0 || fchown(own, launch->user->uid, GROUP_TTY) != 0)
        failed("cannot make a terminal");
    else if (dup3(own, FD_STDIN, O_CLOEXEC) < 0 || dup3(own, FD_STDOUT, O_CLOEXEC) < 0 ||
             dup3(own, FD_STDERR, O_CLOEXEC) < 0)
        failed("cannot use a terminal");
    else
        result = send_report(FD_STATUS, &report, other);
    if (own >= 0) close(own);
    if (other >= 0) close(other);
    return result;
}

/* Prepares the command's own process: all steps between fork and its first instruction. */
static void run_command(const struct launch *launch, int errors) {
    struct exec_error error = {.how = HOW_SETUP};
    reset_signals();
    umask(022);
    if (launch->config->streams) dup2(FD_STDIN, STDIN_FILENO);
    dup2(FD_STDOUT, STDOUT_FILENO);
    dup2(FD_STDERR, STDERR_FILENO);
    if (setsid() < 0 || (launch->config->terminal && ioctl(STDIN_FILENO, TIOCSCTTY, 0) != 0) ||
        write_text("/proc/self/oom_score_adj", "0") != 0)
        failed("cannot prepare the process of the command");
    else if (chdir(launch->config->workdir) != 0)
        failed("agent.workdir %s", launch->config->workdir);
    else if (set_limits() == 0 && become_user(launch->user) == 0)
        execute(launch->config->words.items, launch->config->environment.items, &error);
    if (error.how == HOW_SETUP) snprintf(error.text, sizeof error.text, "%.255s", reason());
    write_fully(errors, &error, sizeof error);
    _exit(error.code);
}

/* Starts the command, and reports the outcome to the init; the command's pid, or -1 when there is none. */
static pid_t start_command(const struct launch *launch) {
    struct report report = {.kind = REPORT_STARTED};
    struct exec_error error;
    int ends[2], pidfd = -1;
    ssize_t got;
    pid_t command;
    if (pipe2(ends, O_CLOEXEC) != 0 || (command = fork_with(0, -1, &pidfd)) < 0) {
        failed("cannot make a process");
        send_end(FD_STATUS, HOW_SETUP, 0, reason());
        return -1;
    }
    if (command == 0) run_command(launch, ends[1]);
    close(ends[1]);
    /* Otherwise the init would wait for the end of output that has no writer. */
    close(FD_STDOUT);
    close(FD_STDERR);
    /* Likewise, input would have a reader for ever. */
    close(FD_STDIN);
    while ((got = read(ends[0], &error, sizeof error)) < 0 && errno == EINTR)
        continue;
    close(ends[0]);
    if (got == (ssize_t)sizeof error) {
        send_end(FD_STATUS, error.how, error.code, error.text);
        return -1;
    }
    send_report(FD_STATUS, &report, pidfd);
    close(pidfd);
    /* Runs as long as the agent. */
    drop_texts(&launch->config->words);
    drop_texts(&launch->config->environment);
    return command;
}

/* Reaps what has ended; true when the command is among it. */
static int collect(pid_t command) {
    int status, over = 0;
    pid_t ended;
    while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
        if (ended != command) continue;
        over = 1;
        if (WIFSIGNALED(status))
            send_end(FD_STATUS, HOW_SIGNALLED, WTERMSIG(status), "");
        else
            send_end(FD_STATUS, HOW_EXITED, WEXITSTATUS(status), "");
    }
    return over;
}

static void run_world(const struct launch *launch, int start) {
    sigset_t all;
    pid_t command;
    char byte;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    if (start != FD_FIRST_OTHER) {
        dup2(start, FD_FIRST_OTHER);
        start = FD_FIRST_OTHER;
    }
    close_from(FD_FIRST_OTHER + 1);
    if (read(start, &byte, 1) != 1) _exit(1);
    close(start);
    if (build_world() != 0 || (launch->config->terminal && make_terminal(launch) != 0)) {
        send_end(FD_STATUS, HOW_SETUP, 0, reason());
        _exit(1);
    }
    if ((command = start_command(launch)) < 0) _exit(1);
    while (!collect(command)) {
        int number = sigwaitinfo(&all, NULL);
        if (number > 0 && number != SIGCHLD) kill(command, number);
    }
    _exit(0);
}

pid_t make_world(const struct launch *launch, int *start) {
    int ends[2], cgroup = open_agent_cgroup();
    pid_t first;
    if (cgroup < 0) return -1;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        close(cgroup);
        return failed("cannot make a pipe");
    }
    first = fork_with(CLONE_NEWPID | CLONE_NEWNS | CLONE_PARENT, cgroup, NULL);
    if (first == 0) {
        close(ends[1]);
        run_world(launch, ends[0]);
    }
    close(cgroup);
    close(ends[0]);
    if (first < 0) {
        close(ends[1]);
        return failed("cannot make the agent's world");
    }
    *start = ends[1];
    return first;
}
