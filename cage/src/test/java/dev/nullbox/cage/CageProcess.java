package dev.nullbox.cage;

import com.google.gson.JsonObject;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.natives.Natives;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.ServiceRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A daemon in a process of its own, to be killed: takes the fixture's directory and its VMM's script, starts "orphan". */
final class CageProcess {
    private CageProcess() {}

    /** Starts it. Its output are its events. */
    static Process start(Path base, String vmScript) throws IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        String.join(":", CageFixture.classPath()),
                        CageProcess.class.getName(),
                        base.toString(),
                        vmScript)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static void main(String[] args) throws Exception {
        Path base = Path.of(args[0]);
        CageSettings settings = CageFixture.settings(base, args[1]);
        ServiceRuntime runtime = new ServiceRuntime(
                "cage", base.resolve("state"), base.resolve("run"), Optional.empty(), EventSink.toStandardOutput());
        CageDaemon.start(Natives.libc(), settings, runtime);
        JsonObject agent = new JsonObject();
        agent.addProperty("agent", "orphan");
        RpcClient.call(base.resolve("run/cage.sock"), "agent.start", agent, Duration.ofSeconds(90));
    }
}
