package dev.nullbox.nulld;

import dev.nullbox.natives.Natives;
import dev.nullbox.nulld.launch.Launch;
import dev.nullbox.nulld.launch.LaunchPlan;
import dev.nullbox.nulld.linux.Accounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code launch}: drops privileges and executes a service. */
public final class LaunchMain {
    private static final int USAGE_ERROR = 125;

    private LaunchMain() {}

    /**
     * Becomes the program named after {@code --}; exits with 125 for wrong arguments, 126 when the privileges cannot be
     * dropped, 127 when the program cannot be executed.
     *
     * @param args as {@link LaunchPlan#USAGE}
     */
    public static void main(String[] args) {
        try {
            LaunchPlan plan = LaunchPlan.parse(List.of(args));
            List<String> environment = new ArrayList<>();
            for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
                environment.add(variable.getKey() + "=" + variable.getValue());
            }
            new Launch(Natives.libc(), Accounts.read(Path.of("/etc")), Path.of("/proc/thread-self/status"))
                    .run(plan, environment);
        } catch (IllegalArgumentException e) {
            refuse(USAGE_ERROR, e.getMessage() + "; usage: " + LaunchPlan.USAGE);
        } catch (IOException e) {
            refuse(USAGE_ERROR, "cannot read /etc/passwd and /etc/group: " + e.getMessage());
        } catch (Launch.Refused e) {
            refuse(e.exitCode(), String.valueOf(e.getMessage()));
        }
    }

    private static void refuse(int exitCode, String why) {
        System.err.println("launch: " + why);
        System.exit(exitCode);
    }
}
