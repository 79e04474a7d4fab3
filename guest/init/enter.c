#include "enter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cgroups.h"
#include "files.h"
#include "process.h"
#include "say.h"
#include "settings.h"
#include "setup.h"
#include "tools.h"
#include "users.h"

extern char **environ;

enum { CODE_USAGE = 2, CODE_FAILED = 125, CODE_SIGNAL = 128, FIRST_OTHER = 3, GROUP_TTY = 5 };

/* A pidfd of the world's first process; -1 with a reason. */
static int open_world(void) {
    char number[16];
    int world;
    if (read_text(STATE_WORLD, number, sizeof number) != 0) return failed("no agent runs here");
    world = (int)syscall(SYS_pidfd_open, atoi(number), 0);
    return world >= 0 ? world : failed("the agent's world is gone");
}

static int take_terminal(const struct user *user) {
    if (fchown(STDIN_FILENO, user->uid, GROUP_TTY) != 0 || fchmod(STDIN_FILENO, 0620) != 0 ||
        ioctl(STDIN_FILENO, TIOCSCTTY, 0) != 0)
        return failed("descriptor 0 cannot be the terminal");
    return 0;
}

/* Enters the rest of the agent's world, in the child, which is in its PID namespace and cgroup already. */
static int prepare(const struct entrance *entrance, int world) {
    static struct user user;
    int root;
    if (setns(world, CLONE_NEWNS | CLONE_NEWCGROUP) != 0) return failed("cannot enter the agent's world");
    if ((root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) return failed("cannot open the agent's root");
    if (find_user_in(root, entrance->user, &user) != 0) return -1;
    reset_signals();
    umask(022);
    if (setsid() < 0 || write_text("/proc/self/oom_score_adj", "0") != 0) return failed("cannot prepare the process");
    if (entrance->has_terminal && take_terminal(&user) != 0) return -1;
    if (chdir(entrance->workdir) != 0) return failed("directory %s", entrance->workdir);
    if (set_limits() != 0 || become_user(&user) != 0) return -1;
    /* Ends the process with its parent. Only after the change of user, which resets this. */
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 ? 0 : failed("cannot bind the process to its parent");
}

static _Noreturn void run_inside(const struct entrance *entrance, int world) {
    struct exec_error error = {.code = CODE_FAILED};
    if (prepare(entrance, world) == 0) {
        close_from(FIRST_OTHER);
        execute(entrance->words, entrance->environment, &error);
        refused("%s", error.text);
    }
    dprintf(STDERR_FILENO, "%s\n", reason());
    _exit(error.code);
}

pid_t start_inside(const struct entrance *entrance) {
    int world = open_world(), leaf;
    pid_t child;
    if (world < 0) return -1;
    if ((leaf = open_leaf(entrance->leaf)) < 0) {
        close(world);
        return -1;
    }
    /* The cgroup first, then its namespace: from inside that, a process cannot move in from outside. */
    child = setns(world, CLONE_NEWPID) == 0 ? fork_with(0, leaf, NULL) : -1;
    if (child == 0) run_inside(entrance, world);
    if (child < 0) failed("cannot make a process in the agent's world");
    close(leaf);
    close(world);
    return child;
}

int enter_usage(void) {
    static const char text[] = "usage: enter [--terminal] USER WORKDIR -- COMMAND...\n";
    return write(STDERR_FILENO, text, sizeof text - 1) < 0 ? 1 : CODE_USAGE;
}

/* Forwards signals until the child has ended. */
static int accompany(pid_t child, const sigset_t *all) {
    int status;
    for (;;) {
        int number = sigwaitinfo(all, NULL);
        /* To its whole process group, as a terminal does; to the child alone while it has none yet. */
        if (number > 0 && number != SIGCHLD && kill(-child, number) != 0) kill(child, number);
        if (waitpid(child, &status, WNOHANG) != child) continue;
        return WIFSIGNALED(status) ? CODE_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
    }
}

int enter_world(int count, char **words) {
    struct entrance entrance = {.leaf = CGROUP_EXEC};
    sigset_t all;
    pid_t child;
    if (count > 0 && strcmp(words[0], "--terminal") == 0) {
        entrance.has_terminal = 1;
        words++;
        count--;
    }
    if (count < 4 || strcmp(words[2], "--") != 0) return enter_usage();
    entrance.user = words[0];
    entrance.workdir = words[1];
    entrance.words = words + 3;
    /* Variables of the tools, in case they passed them on. */
    unsetenv(TOOLS_TOKEN);
    entrance.environment = environ;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    if ((child = start_inside(&entrance)) < 0) {
        dprintf(STDERR_FILENO, "%s\n", reason());
        return CODE_FAILED;
    }
    return accompany(child, &all);
}
