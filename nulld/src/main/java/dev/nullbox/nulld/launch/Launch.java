package dev.nullbox.nulld.launch;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Capabilities;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Prctl;
import dev.nullbox.natives.linux.Rlimits;
import dev.nullbox.nulld.linux.Accounts;
import dev.nullbox.service.process.Cgroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Becomes a service's user with its capabilities and no others, reads back that it took, and executes the program. All
 * in one thread: capabilities and no_new_privs belong to threads, and execve(2) keeps the calling one's.
 */
public final class Launch {
    private static final int OPEN_FILES = 4_096;
    private static final long RLIM_INFINITY = -1;

    private final Libc libc;
    private final Accounts accounts;
    private final Path status;

    /** @param status {@code /proc/thread-self/status} */
    public Launch(Libc libc, Accounts accounts, Path status) {
        this.libc = libc;
        this.accounts = accounts;
        this.status = status;
    }

    /** What went wrong before the program could start: its exit code as env(1) has them, and why. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int exitCode;

        Refused(int exitCode, String why) {
            super(why);
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }

    /** Does it all: comes back only by an exception. */
    public void run(LaunchPlan plan, List<String> environment) throws Refused {
        Accounts.User user = accounts.user(plan.user())
                .orElseThrow(() -> new Refused(125, "no user " + plan.user() + " in /etc/passwd"));
        int[] groups = groups(plan);
        try {
            if (plan.cgroup().isPresent()) {
                new Cgroup(Path.of(plan.cgroup().orElseThrow())).add(0);
            }
            drop(plan, user, groups);
            List<String> missing = LaunchCheck.read(status).problems(plan, user, groups);
            if (!missing.isEmpty()) {
                throw new Refused(126, "privileges were not dropped as asked: " + String.join("; ", missing));
            }
        } catch (IOException e) {
            throw new Refused(126, "cannot become " + plan.user() + ": " + e.getMessage());
        }
        String program = plan.command().getFirst();
        if (libc.execve(program, plan.command(), environment) instanceof SysResult.Failed(var errno)) {
            String hint = errno == Errno.ENOENT ? "; the image lacks it" : "";
            throw new Refused(127, "cannot execute " + program + ": " + Errno.describe(errno) + hint);
        }
    }

    private int[] groups(LaunchPlan plan) throws Refused {
        int[] groups = new int[plan.groups().size()];
        for (int i = 0; i < groups.length; i++) {
            String name = plan.groups().get(i);
            groups[i] = accounts.group(name).orElseThrow(() -> new Refused(125, "no group " + name + " in /etc/group"));
        }
        return groups;
    }

    private void drop(LaunchPlan plan, Accounts.User user, int[] groups) throws SyscallException {
        libc.setrlimit(Rlimits.RLIMIT_CORE, 0, 0).orThrow("setrlimit RLIMIT_CORE");
        libc.setrlimit(Rlimits.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES).orThrow("setrlimit RLIMIT_NOFILE");
        // What may be locked is bounded by the service's memory.max; only warden locks any.
        libc.setrlimit(Rlimits.RLIMIT_MEMLOCK, RLIM_INFINITY, RLIM_INFINITY).orThrow("setrlimit RLIMIT_MEMLOCK");
        libc.umask(022).orThrow("umask");
        long keep = Capabilities.maskOf(plan.capabilities());
        dropBounding(keep);
        libc.prctl(Prctl.PR_SET_KEEPCAPS, 1, 0, 0, 0).orThrow("prctl PR_SET_KEEPCAPS");
        libc.setgroups(groups).orThrow("setgroups");
        libc.setresgid(user.gid(), user.gid(), user.gid()).orThrow("setresgid " + user.gid());
        libc.setresuid(user.uid(), user.uid(), user.uid()).orThrow("setresuid " + user.uid());
        libc.capset(Capabilities.header(), Capabilities.encode(keep, keep, keep))
                .orThrow("capset");
        libc.prctl(Prctl.PR_CAP_AMBIENT, Prctl.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
                .orThrow("prctl PR_CAP_AMBIENT_CLEAR_ALL");
        if (user.uid() != 0) {
            for (String capability : plan.capabilities()) {
                libc.prctl(Prctl.PR_CAP_AMBIENT, Prctl.PR_CAP_AMBIENT_RAISE, Capabilities.number(capability), 0, 0)
                        .orThrow("prctl PR_CAP_AMBIENT_RAISE " + capability);
            }
        }
        if (plan.noNewPrivs()) {
            libc.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0).orThrow("prctl PR_SET_NO_NEW_PRIVS");
        }
    }

    /** Up to the last capability of the kernel, which answers EINVAL beyond it. */
    private void dropBounding(long keep) throws SyscallException {
        for (int number = 0; number < Long.SIZE; number++) {
            if ((keep & (1L << number)) != 0) {
                continue;
            }
            SysResult result = libc.prctl(Prctl.PR_CAPBSET_DROP, number, 0, 0, 0);
            if (number > Capabilities.CAP_LAST_CAP && result.failedWith(Errno.EINVAL)) {
                return;
            }
            result.orThrow("prctl PR_CAPBSET_DROP " + number);
        }
    }
}
