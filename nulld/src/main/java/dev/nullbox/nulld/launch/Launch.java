package dev.nullbox.nulld.launch;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Capabilities;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Rlimits;
import dev.nullbox.nulld.linux.Accounts;
import dev.nullbox.service.process.Cgroup;
import dev.nullbox.service.process.Privileges;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Drop of privileges before a service starts: takes its user and its capabilities, reads them back from the kernel, and
 * executes the program.
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

    /** Failure before the program could start: its exit code as env(1) has them, and the cause. */
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

    /** Drops the privileges and executes the program, on the calling thread alone: returns only by an exception. */
    public void run(LaunchPlan plan, List<String> environment) throws Refused {
        Privileges privileges = privileges(plan);
        try {
            if (plan.cgroup().isPresent()) {
                new Cgroup(Path.of(plan.cgroup().orElseThrow())).add(0);
            }
            limit(Rlimits.RLIMIT_CORE, 0);
            limit(Rlimits.RLIMIT_NOFILE, OPEN_FILES);
            // Locked memory is bounded by the service's memory.max; only warden locks any.
            limit(Rlimits.RLIMIT_MEMLOCK, RLIM_INFINITY);
            libc.umask(022).orThrow("umask");
            privileges.assume(libc);
            List<String> missing = privileges.differences(Privileges.status(status));
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

    private Privileges privileges(LaunchPlan plan) throws Refused {
        Accounts.User user = accounts.user(plan.user())
                .orElseThrow(() -> new Refused(125, "no user " + plan.user() + " in /etc/passwd"));
        List<Integer> groups = new ArrayList<>();
        for (String name : plan.groups()) {
            groups.add(accounts.group(name).orElseThrow(() -> new Refused(125, "no group " + name + " in /etc/group")));
        }
        return new Privileges(
                user.uid(), user.gid(), groups, Capabilities.maskOf(plan.capabilities()), plan.noNewPrivs());
    }

    private void limit(int resource, long most) throws IOException {
        libc.setrlimit(resource, most, most).orThrow("setrlimit " + resource + " to " + most);
    }
}
