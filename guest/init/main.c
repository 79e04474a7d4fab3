/*
 * The init of a guest: PID 1 of every agent's microVM, on the appliance's own disk, which is its root. The appliance's
 * tools run "init enter ..." to start a program in the agent's world: see enter.h.
 */
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "enter.h"
#include "files.h"
#include "init.h"
#include "say.h"

/* Prepares the init itself. The kernel has mounted /dev. */
static void mount_own(void) {
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    open_console();
    if (mount("proc", "/proc", "proc", flags, "") != 0 || mount("sys", "/sys", "sysfs", flags, "") != 0)
        say("not both of /proc and /sys could be mounted");
    /* Exempts the init from the out-of-memory killer: memory is the agent's to use up. */
    if (write_text("/proc/self/oom_score_adj", "-1000") != 0) say("the kernel may kill the init for want of memory");
}

int main(int count, char **words) {
    static struct init init;
    if (count > 1 && strcmp(words[1], "enter") == 0) return enter_world(count - 2, words + 2);
    if (getpid() != 1) return enter_usage();
    mount_own();
    run_init(&init);
}
